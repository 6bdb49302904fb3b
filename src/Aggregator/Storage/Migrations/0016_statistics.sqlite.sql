-- What is for trying out stood before the time, so that all of a reward was read by whoever asks from some time on.
DROP INDEX commissions_by_reward;
CREATE INDEX commissions_by_reward ON commissions (program_id, reward_id, occurred_at, is_test);

-- Without statistics SQLite takes all columns for alike, and reads all leads there are rather than those of some customers, or all of a reward
-- rather than that of a partner. These are as of a year of a million customers, and hold from the first row on, so that nobody has to run ANALYZE.
ANALYZE sqlite_schema;
DELETE FROM sqlite_stat1 WHERE tbl IN ('conversions', 'commissions');
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('conversions', 'conversions_by_customer', '5600000 6 4 1'),
    ('conversions', 'conversions_by_invoice', '4700000 1'),
    ('conversions', 'conversions_by_link', '5600000 100 50 1'),
    ('conversions', 'conversions_by_partner', '5200000 210 105 1'),
    ('conversions', 'conversions_by_time', '5600000 2800000 1'),
    ('commissions', 'commissions_by_conversion', '3700000 2 2 2 1'),
    ('commissions', 'commissions_by_customer', '3700000 5'),
    ('commissions', 'commissions_by_partner', '3700000 900000 150 75 1'),
    ('commissions', 'commissions_by_payout', '2900000 13'),
    ('commissions', 'commissions_by_reward', '3700000 900000 450000 1 1'),
    ('commissions', 'commissions_of_partner', '3700000 150 1'),
    ('commissions', 'commissions_to_pay', '300000 75000 13'),
    ('commissions', 'commissions_to_release', '40000 1 1');
ANALYZE sqlite_schema;
