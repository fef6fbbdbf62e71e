-- One row: which key opens the vault, and how that key is kept.
CREATE TABLE header (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    vault_id TEXT NOT NULL,
    key_id TEXT NOT NULL,
    key_check BLOB NOT NULL,
    passphrase_wrap BLOB, -- NULL = the key is in the OS keyring
    created_at INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    restored_at INTEGER
) STRICT;

CREATE TABLE integration (
    ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    revision INTEGER NOT NULL,
    last_generation INTEGER NOT NULL DEFAULT 0,
    row TEXT NOT NULL
) STRICT;

CREATE TABLE registration (
    id TEXT PRIMARY KEY,
    row TEXT NOT NULL,
    sealed_secret BLOB
) STRICT;

CREATE TABLE generation (
    integration_id TEXT NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    phase TEXT NOT NULL CHECK (phase IN ('staged', 'active', 'superseded', 'retired')),
    kind TEXT NOT NULL,
    sealed_credential BLOB,
    sealed_summary BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (integration_id, number),
    CHECK ((phase = 'retired') = (sealed_credential IS NULL))
) STRICT;

CREATE UNIQUE INDEX generation_active ON generation (integration_id) WHERE phase = 'active';

-- `process` is NULL when nobody holds it. `settled` = the last fencing whose grant was committed.
CREATE TABLE lease (
    integration_id TEXT PRIMARY KEY REFERENCES integration (id) ON DELETE CASCADE,
    fencing INTEGER NOT NULL,
    process TEXT,
    boot TEXT NOT NULL,
    deadline INTEGER NOT NULL,
    settled INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE intent (
    integration_id TEXT PRIMARY KEY REFERENCES integration (id) ON DELETE CASCADE,
    fencing INTEGER NOT NULL,
    generation INTEGER,
    at INTEGER NOT NULL,
    retries INTEGER NOT NULL
) STRICT;

CREATE TABLE rotation (
    integration_id TEXT PRIMARY KEY REFERENCES integration (id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    old INTEGER NOT NULL,
    new INTEGER NOT NULL,
    row TEXT NOT NULL
) STRICT;

-- No reference to integration: the log outlives what it tells of.
CREATE TABLE activity (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    integration_id TEXT,
    name TEXT NOT NULL,
    what TEXT NOT NULL,
    previous BLOB NOT NULL,
    link BLOB NOT NULL
) STRICT;

CREATE INDEX activity_of_integration ON activity (integration_id, sequence);
