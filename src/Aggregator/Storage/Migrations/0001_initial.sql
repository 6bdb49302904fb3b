-- Ids are 63-bit numbers that grow with time; times are Unix milliseconds; booleans are 0 or 1; money is in minor units.

-- What is made once for an installation: workspace and program ids.
CREATE TABLE installation (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- Numbers that grow by one under the writer's lock: link_version numbers every change of a place, *_conflicts count
-- repeats of a business key whose body differed from the first, posted:* sum the amounts of sales as they came in.
CREATE TABLE counters (
    name  TEXT   NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);

CREATE TABLE api_keys (
    id         BIGINT NOT NULL PRIMARY KEY,
    name       TEXT   NOT NULL,
    hash       TEXT   NOT NULL UNIQUE, -- SHA-256 of the key, lower-case hex; the key itself is nowhere
    created_at BIGINT NOT NULL
);

CREATE TABLE partners (
    id           BIGINT NOT NULL PRIMARY KEY,
    name         TEXT   NOT NULL,
    email        TEXT   NOT NULL,
    email_folded TEXT   NOT NULL UNIQUE, -- lower case: what makes two addresses the same
    username     TEXT,
    image        TEXT,
    tenant_id    TEXT   UNIQUE,
    country      TEXT,
    description  TEXT,
    created_at   BIGINT NOT NULL
);

-- A deleted link keeps its row, so that its clicks and conversions stay readable; its place is then empty.
CREATE TABLE links (
    id               BIGINT NOT NULL PRIMARY KEY,
    domain           TEXT   NOT NULL,
    key              TEXT   NOT NULL,
    key_folded       TEXT   NOT NULL, -- the key's normal form: two links with the same one look alike
    url              TEXT   NOT NULL,
    url_hash         BIGINT NOT NULL, -- of url, because urls are too long for an index
    track_conversion INTEGER NOT NULL,
    redirect_status  INTEGER NOT NULL,
    query_policy     TEXT   NOT NULL, -- keep, override, none
    channel          TEXT,
    expires_at       BIGINT,
    expired_url      TEXT,
    disabled_at      BIGINT,
    archived         INTEGER NOT NULL,
    external_id      TEXT,
    tenant_id        TEXT,
    partner_id       BIGINT REFERENCES partners (id),
    title            TEXT,
    description      TEXT,
    image            TEXT,
    video            TEXT,
    comments         TEXT,
    do_index         INTEGER NOT NULL,
    public_stats     INTEGER NOT NULL,
    utm_source       TEXT,
    utm_medium       TEXT,
    utm_campaign     TEXT,
    utm_term         TEXT,
    utm_content      TEXT,
    created_at       BIGINT NOT NULL,
    updated_at       BIGINT NOT NULL,
    deleted_at       BIGINT
);
CREATE INDEX links_by_folded_key ON links (domain, key_folded) WHERE deleted_at IS NULL;
CREATE INDEX links_by_url ON links (url_hash) WHERE deleted_at IS NULL;
CREATE INDEX links_by_partner ON links (partner_id) WHERE partner_id IS NOT NULL;
CREATE INDEX links_by_tenant ON links (tenant_id) WHERE tenant_id IS NOT NULL;
CREATE UNIQUE INDEX links_by_external_id ON links (external_id) WHERE external_id IS NOT NULL AND deleted_at IS NULL;

-- What an Edge follows: every place that ever had a link, and the number of its newest change.
CREATE TABLE link_places (
    domain  TEXT   NOT NULL,
    key     TEXT   NOT NULL,
    link_id BIGINT REFERENCES links (id), -- null: nothing is there now
    version BIGINT NOT NULL,
    PRIMARY KEY (domain, key)
);
CREATE UNIQUE INDEX link_places_by_version ON link_places (version);

CREATE TABLE customers (
    id          BIGINT NOT NULL PRIMARY KEY,
    external_id TEXT   NOT NULL UNIQUE,
    name        TEXT,
    email       TEXT,
    avatar      TEXT,
    link_id     BIGINT REFERENCES links (id),    -- the first link that the customer was credited to
    partner_id  BIGINT REFERENCES partners (id),
    click_token TEXT,                            -- the click that the customer came by, for a lead that is told later
    clicked_at  BIGINT,
    created_at  BIGINT NOT NULL
);

-- Leads and sales. The columns from country on are a copy of the credited click's; enriched turns 1 once they are filled.
CREATE TABLE conversions (
    id                BIGINT NOT NULL PRIMARY KEY,
    kind              TEXT   NOT NULL, -- lead, sale
    business_key      TEXT   UNIQUE,   -- unique for ever; null for a sale without an invoice
    customer_id       BIGINT NOT NULL REFERENCES customers (id),
    link_id           BIGINT REFERENCES links (id),
    partner_id        BIGINT REFERENCES partners (id),
    click_token       TEXT,
    clicked_at        BIGINT,
    method            TEXT,            -- code, click, lead, customer; null: credited to nobody
    decision          TEXT   NOT NULL, -- JSON: rule version, window, every candidate and why it lost
    event_name        TEXT   NOT NULL,
    occurred_at       BIGINT NOT NULL,
    amount            BIGINT,          -- minor units, sales only
    currency          TEXT,            -- ISO 4217, lower case, sales only
    payment_processor TEXT,
    invoice_id        TEXT,
    quantity          INTEGER NOT NULL,
    metadata          TEXT,            -- JSON object
    answer            TEXT   NOT NULL, -- the first answer, repeated to every repeat
    request_hash      TEXT   NOT NULL, -- of the first request: tells a repeat from a conflict
    conflicts         BIGINT NOT NULL, -- repeats that came with another body
    country           TEXT,
    device            TEXT,
    browser           TEXT,
    os                TEXT,
    referer           TEXT,
    channel           TEXT,
    trigger           TEXT,
    enriched          INTEGER NOT NULL
);
CREATE INDEX conversions_by_link ON conversions (link_id, kind, occurred_at);
CREATE INDEX conversions_by_partner ON conversions (partner_id, kind, occurred_at) WHERE partner_id IS NOT NULL;
CREATE INDEX conversions_by_customer ON conversions (customer_id, kind, occurred_at);
CREATE INDEX conversions_by_time ON conversions (kind, occurred_at);
CREATE INDEX conversions_to_enrich ON conversions (id) WHERE enriched = 0;

CREATE TABLE imports (
    id         BIGINT NOT NULL PRIMARY KEY,
    folder     TEXT   NOT NULL, -- the Aggregator's that has the upload
    format     TEXT   NOT NULL, -- csv, jsonl
    status     TEXT   NOT NULL, -- queued, validating, importing, publishing, done, failed
    bytes      BIGINT NOT NULL, -- length of the upload: what is shorter on disk was cut off
    row_count  BIGINT NOT NULL,
    imported   BIGINT NOT NULL,
    errors     TEXT   NOT NULL, -- JSON array of {row, reason}
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL  -- while it is not ended: when the Aggregator that has it last said so
);

-- Links that an import has checked and nobody sees yet. Their keys and external ids are reserved.
CREATE TABLE staged_links (
    id          BIGINT NOT NULL PRIMARY KEY,
    import_id   BIGINT NOT NULL REFERENCES imports (id),
    domain      TEXT   NOT NULL,
    key         TEXT   NOT NULL,
    key_folded  TEXT   NOT NULL,
    external_id TEXT,
    link        TEXT   NOT NULL -- JSON: the row of links that it becomes
);
CREATE INDEX staged_links_by_folded_key ON staged_links (domain, key_folded);
CREATE INDEX staged_links_by_external_id ON staged_links (external_id) WHERE external_id IS NOT NULL;
CREATE INDEX staged_links_by_import ON staged_links (import_id, id);
