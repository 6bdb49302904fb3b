-- Of the index that took the place of another: without, SQLite reads all leads there are, and all sales for a statement.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('conversions', 'conversions_by_time', '5600000 2800000 1 1 1 1 1 1 1 1 1 1');
ANALYZE sqlite_schema;
