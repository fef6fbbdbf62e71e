-- Choices of the user that are sealed as credentials are: whoever could change them could choose where tokens go.
CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    sealed BLOB NOT NULL
) STRICT;
