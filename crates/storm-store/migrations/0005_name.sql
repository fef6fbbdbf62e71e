-- Tools ask by name, at every hand-out: among ten thousand integrations it must not take reading them all. A row that is damaged
-- has no name.
CREATE INDEX integration_name ON integration (iif(json_valid(row), row ->> 'name', NULL) COLLATE NOCASE);
