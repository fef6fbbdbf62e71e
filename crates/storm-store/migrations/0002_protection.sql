-- The key may be kept in several ways at once: in the OS keyring, under a passphrase, under a recovery code. Until now a
-- passphrase meant that it was not in the keyring.
ALTER TABLE header ADD COLUMN in_keyring INTEGER NOT NULL DEFAULT 1;
ALTER TABLE header ADD COLUMN recovery_wrap BLOB;
UPDATE header SET in_keyring = passphrase_wrap IS NULL;
