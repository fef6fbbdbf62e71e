-- Two secrets of an app registration at a time: the one in use stays with the registration, and the other one, new or old, lies here
-- until the rotation is over. Each is sealed under its number, wherever it lies.
ALTER TABLE registration ADD COLUMN secret_number INTEGER NOT NULL DEFAULT 0;

CREATE TABLE secret_rotation (
    registration_id TEXT PRIMARY KEY REFERENCES registration (id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    row TEXT NOT NULL,
    spare_number INTEGER NOT NULL,
    sealed_spare BLOB
) STRICT;
