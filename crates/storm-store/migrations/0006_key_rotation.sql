-- A rotation of the master key that is under way. `next_*`: made, and not yet what anything is sealed under. `retired_key_id`:
-- nothing is sealed under it, and it is still to be taken out of the keyring; `retired_traces`: after the copies and free pages
-- that it could open.
ALTER TABLE header ADD COLUMN next_key_id TEXT;
ALTER TABLE header ADD COLUMN next_passphrase_wrap BLOB;
ALTER TABLE header ADD COLUMN retired_key_id TEXT;
ALTER TABLE header ADD COLUMN retired_traces INTEGER NOT NULL DEFAULT 0;
