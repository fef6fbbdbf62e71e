-- Credentials to be ended at their service. No reference to integration: they are what is left of one.
CREATE TABLE pending_revocation (
    ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    row TEXT NOT NULL,
    sealed_credential BLOB NOT NULL
) STRICT;
