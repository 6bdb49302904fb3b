namespace LinkTracker.Aggregator.Storage;

/// <summary>The tables of <c>counts.db</c>.</summary>
internal static class CountsSchema
{
    public const int Version = 1;

    // Edge and epoch are 64-bit numbers without sign, stored as those with the same bits.
    public static string Tables { get; } = Rollup("click_hours") + Rollup("click_days") + """
        CREATE TABLE positions (
            partition         INTEGER NOT NULL,
            edge              INTEGER NOT NULL,
            epoch             INTEGER NOT NULL,
            next              INTEGER NOT NULL,
            consumed          INTEGER NOT NULL,
            applied           INTEGER NOT NULL,
            duplicate_skipped INTEGER NOT NULL,
            quarantined       INTEGER NOT NULL,
            PRIMARY KEY (partition, edge, epoch),
            CHECK (consumed = applied + duplicate_skipped + quarantined)
        ) WITHOUT ROWID;

        -- A sealed row holds all clicks of its window, compressed; while a window grows, every transaction adds a row.
        CREATE TABLE click_blocks (
            id            INTEGER PRIMARY KEY,
            partition     INTEGER NOT NULL,
            edge          INTEGER NOT NULL,
            epoch         INTEGER NOT NULL,
            window        INTEGER NOT NULL,
            first_address INTEGER NOT NULL,
            sealed        INTEGER NOT NULL,
            first_time    INTEGER NOT NULL,
            last_time     INTEGER NOT NULL,
            count         INTEGER NOT NULL,
            links         BLOB    NOT NULL,
            data          BLOB    NOT NULL,
            UNIQUE (partition, edge, epoch, first_address)
        );
        CREATE INDEX click_blocks_by_time ON click_blocks (last_time, first_time);
        CREATE INDEX click_blocks_open ON click_blocks (partition, edge, epoch, window) WHERE sealed = 0;

        -- The time of each link's newest valid click.
        CREATE TABLE last_clicks (
            link_id INTEGER PRIMARY KEY,
            at      INTEGER NOT NULL
        );

        CREATE TABLE quarantine (
            id           INTEGER PRIMARY KEY,
            partition    INTEGER NOT NULL,
            edge         INTEGER NOT NULL,
            epoch        INTEGER NOT NULL,
            from_address INTEGER NOT NULL,
            to_address   INTEGER NOT NULL,
            missing      INTEGER NOT NULL,
            is_click     INTEGER NOT NULL, -- QuarantineKind; 1: the bytes are one click, whole as the log delivered it
            at           INTEGER NOT NULL, -- when it came here, Unix milliseconds
            reason       TEXT    NOT NULL,
            bytes        BLOB    NOT NULL
        );
        """;

    private static string Rollup(string table) => $"""
        CREATE TABLE {table} (
            dimension       INTEGER NOT NULL,
            link_id         INTEGER NOT NULL, -- 0: all links together
            bucket          INTEGER NOT NULL, -- hours or days since 1970, UTC
            value           TEXT    NOT NULL,
            raw             INTEGER NOT NULL,
            valid           INTEGER NOT NULL,
            unique_visitors INTEGER NOT NULL,
            head            INTEGER NOT NULL,
            prefetch        INTEGER NOT NULL,
            link_preview    INTEGER NOT NULL,
            bot             INTEGER NOT NULL,
            duplicate       INTEGER NOT NULL,
            PRIMARY KEY (dimension, link_id, bucket, value)
        ) WITHOUT ROWID;
        CREATE INDEX {table}_by_time ON {table} (bucket, link_id) WHERE dimension = 0;
        """;
}
