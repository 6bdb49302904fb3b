-- Who is told of what happens, over HTTP.
CREATE TABLE webhooks (
    id              BIGINT NOT NULL PRIMARY KEY,
    name            TEXT   NOT NULL,
    url             TEXT   NOT NULL,
    triggers        TEXT   NOT NULL, -- types of events, with spaces between
    generation      BIGINT NOT NULL, -- of its secret, which is derived from the installation's and stored nowhere
    previous_until  BIGINT,          -- until then the generation before signs too
    disabled_at     BIGINT,
    disabled_reason TEXT,            -- operator, gone: its server answered 410
    created_at      BIGINT NOT NULL
);

-- What is told, once for all who are told it.
CREATE TABLE webhook_messages (
    id         BIGINT NOT NULL PRIMARY KEY,
    type       TEXT   NOT NULL,
    body       TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX webhook_messages_by_age ON webhook_messages (created_at);

CREATE TABLE webhook_deliveries (
    id         BIGINT  NOT NULL PRIMARY KEY,
    webhook_id BIGINT  NOT NULL REFERENCES webhooks (id),
    message_id BIGINT  NOT NULL REFERENCES webhook_messages (id),
    state      TEXT    NOT NULL, -- waiting, delivered, failed
    attempts   INTEGER NOT NULL,
    due_at     BIGINT  NOT NULL, -- of the next attempt
    tried_at   BIGINT,
    status     INTEGER,          -- HTTP status of the last attempt; null when there was no answer
    error      TEXT
);
CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook_id, id);
CREATE INDEX webhook_deliveries_by_message ON webhook_deliveries (message_id);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, due_at, id) WHERE state = 'waiting';
