-- What a start has to look at, found without reading all the others: integrations in the bin, in a state that is none to rest in,
-- or with a credential that was staged. A row that is damaged is looked at by its user.
CREATE INDEX integration_unsettled ON integration (ordinal) WHERE iif(json_valid(row),
    row ->> 'trashed_at' IS NOT NULL OR row ->> '$.state.state' = 'authorizing'
        OR row ->> '$.state.refresh.refresh' = 'in_flight', 0);

CREATE INDEX generation_staged ON generation (integration_id) WHERE phase = 'staged';
