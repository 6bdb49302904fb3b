-- What PostgreSQL holds of the counts when several Aggregators share them: a snapshot, behind Redis by some seconds, from which Redis can
-- be made again, and the single clicks. Every row belongs to a partition of the topic of clicks, and whoever writes any of them has locked
-- the partition's row of counting_positions first: so no two writers ever wait for each other the wrong way round.
-- Edge and epoch are 64-bit numbers without sign, stored as those with the same bits.

-- How far a partition is counted. A writer names what it expects to find here.
CREATE TABLE counting_positions (
    partition   INTEGER NOT NULL PRIMARY KEY,
    fence       BIGINT  NOT NULL, -- of the lease under which this was written; a lower one is refused
    era         BIGINT  NOT NULL, -- grows when offsets begin anew
    next_offset BIGINT  NOT NULL  -- every record below it is counted
);

-- How far each log is counted, as it comes through the partition.
CREATE TABLE counting_logs (
    partition         INTEGER NOT NULL,
    edge              BIGINT  NOT NULL,
    epoch             BIGINT  NOT NULL,
    next              BIGINT  NOT NULL,
    consumed          BIGINT  NOT NULL,
    applied           BIGINT  NOT NULL,
    duplicate_skipped BIGINT  NOT NULL,
    quarantined       BIGINT  NOT NULL,
    PRIMARY KEY (partition, edge, epoch),
    CHECK (consumed = applied + duplicate_skipped + quarantined)
);

-- Room in every page, and no index on a number that grows: an update then stays in its page.
CREATE TABLE click_hours (
    partition       INTEGER  NOT NULL,
    dimension       SMALLINT NOT NULL,
    link_id         BIGINT   NOT NULL, -- 0: all links of the partition together
    bucket          BIGINT   NOT NULL, -- hours since 1970, UTC
    value           TEXT     NOT NULL,
    raw             BIGINT   NOT NULL,
    valid           BIGINT   NOT NULL,
    unique_visitors BIGINT   NOT NULL,
    head            BIGINT   NOT NULL,
    prefetch        BIGINT   NOT NULL,
    link_preview    BIGINT   NOT NULL,
    bot             BIGINT   NOT NULL,
    duplicate       BIGINT   NOT NULL,
    PRIMARY KEY (partition, dimension, link_id, bucket, value),
    CHECK (raw = valid + head + prefetch + link_preview + bot + duplicate)
) WITH (fillfactor = 80);

CREATE TABLE click_days (
    partition       INTEGER  NOT NULL,
    dimension       SMALLINT NOT NULL,
    link_id         BIGINT   NOT NULL, -- 0: all links of the partition together
    bucket          BIGINT   NOT NULL, -- days since 1970, UTC
    value           TEXT     NOT NULL,
    raw             BIGINT   NOT NULL,
    valid           BIGINT   NOT NULL,
    unique_visitors BIGINT   NOT NULL,
    head            BIGINT   NOT NULL,
    prefetch        BIGINT   NOT NULL,
    link_preview    BIGINT   NOT NULL,
    bot             BIGINT   NOT NULL,
    duplicate       BIGINT   NOT NULL,
    PRIMARY KEY (partition, dimension, link_id, bucket, value),
    CHECK (raw = valid + head + prefetch + link_preview + bot + duplicate)
) WITH (fillfactor = 80);

-- The time of each link's newest valid click.
CREATE TABLE last_clicks (
    partition INTEGER NOT NULL,
    link_id   BIGINT  NOT NULL,
    at        BIGINT  NOT NULL,
    PRIMARY KEY (partition, link_id)
) WITH (fillfactor = 80);

-- A sealed row holds all clicks of its window, compressed; while a window grows, every transaction adds a row.
CREATE TABLE click_blocks (
    id            BIGINT   NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partition     INTEGER  NOT NULL,
    edge          BIGINT   NOT NULL,
    epoch         BIGINT   NOT NULL,
    log_window    BIGINT   NOT NULL,
    first_address BIGINT   NOT NULL,
    sealed        SMALLINT NOT NULL,
    first_time    BIGINT   NOT NULL,
    last_time     BIGINT   NOT NULL,
    count         BIGINT   NOT NULL,
    links         BYTEA    NOT NULL, -- Bloom filter
    data          BYTEA    NOT NULL,
    UNIQUE (partition, edge, epoch, first_address)
);
-- What is compressed already is not worth another try.
ALTER TABLE click_blocks ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE INDEX click_blocks_by_time ON click_blocks (last_time, first_time);
CREATE INDEX click_blocks_of_partition ON click_blocks (partition, last_time, first_time);
CREATE INDEX click_blocks_open ON click_blocks (partition, edge, epoch, log_window) WHERE sealed = 0;

CREATE TABLE quarantine (
    id           BIGINT   NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partition    INTEGER  NOT NULL,
    edge         BIGINT   NOT NULL, -- of a record 0
    epoch        BIGINT   NOT NULL, -- of a record the era of its offset
    from_address BIGINT   NOT NULL, -- of a record its offset
    to_address   BIGINT   NOT NULL,
    missing      BIGINT   NOT NULL,
    kind         SMALLINT NOT NULL, -- 0: damage, 1: a whole click, 2: a whole record, 3: a hole: addresses that were never delivered
    at           BIGINT   NOT NULL, -- when it came here, Unix milliseconds
    reason       TEXT     NOT NULL,
    bytes        BYTEA    NOT NULL
);
CREATE INDEX quarantine_to_replay ON quarantine (partition, id) WHERE kind IN (1, 2);
CREATE INDEX quarantine_holes ON quarantine (partition, edge, epoch) WHERE kind = 3;
CREATE INDEX quarantine_to_forget ON quarantine (at) WHERE length(bytes) > 0;

-- Who counts a partition. Times are the database's own.
CREATE TABLE counting_leases (
    partition  INTEGER     NOT NULL PRIMARY KEY,
    owner      TEXT        NOT NULL, -- a member's id
    fence      BIGINT      NOT NULL, -- grows with every owner
    expires_at TIMESTAMPTZ NOT NULL
);

-- The Aggregators that share the partitions.
CREATE TABLE counting_members (
    id      TEXT        NOT NULL PRIMARY KEY,
    seen_at TIMESTAMPTZ NOT NULL
);
