-- The greatest number a generation of an integration ever had, apart from the integration and its generations: rows that were put
-- back from an older copy show by it. It stays when the integration goes; an ordinal is never given twice.
CREATE TABLE reached (
    ordinal INTEGER PRIMARY KEY,
    number INTEGER NOT NULL
) STRICT;

INSERT INTO reached (ordinal, number)
    SELECT ordinal, max(number) FROM integration JOIN generation ON integration_id = id GROUP BY ordinal;

CREATE TRIGGER generation_reached AFTER INSERT ON generation BEGIN
    INSERT INTO reached (ordinal, number) SELECT ordinal, NEW.number FROM integration WHERE id = NEW.integration_id
        ON CONFLICT (ordinal) DO UPDATE SET number = max(number, excluded.number);
END;
