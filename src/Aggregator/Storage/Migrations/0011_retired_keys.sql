-- Names of leads whose customer was renamed or deleted, so that a request that is sent again is known. Only keyed hashes of name and body.
CREATE TABLE retired_keys (
    hash          TEXT   NOT NULL PRIMARY KEY,
    conversion_id BIGINT NOT NULL REFERENCES conversions (id) -- whose answer a repeat gets
);

-- A person may have given a commission for an invoice that is told later.
CREATE INDEX commissions_by_hand ON commissions (order_key) WHERE reward_id = '' AND order_key <> '';
