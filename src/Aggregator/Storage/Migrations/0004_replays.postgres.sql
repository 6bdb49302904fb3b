-- Wishes to have the quarantine counted, and what each partition's holder made of them.
CREATE TABLE replay_orders (
    number   BIGINT      NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    asked_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE replay_answers (
    number    BIGINT  NOT NULL REFERENCES replay_orders (number),
    partition INTEGER NOT NULL,
    replayed  BIGINT  NOT NULL,
    kept      BIGINT  NOT NULL,
    PRIMARY KEY (number, partition)
);
