-- Events of leads and sales that are to be published, in the order of commits: there is one writer at a time.
CREATE TABLE event_outbox (
    position    BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id          TEXT   NOT NULL, -- of the lead or sale
    type        TEXT   NOT NULL,
    link_id     BIGINT,          -- null: credited to nobody
    occurred_at BIGINT NOT NULL,
    data        TEXT   NOT NULL  -- JSON
);
