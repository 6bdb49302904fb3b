-- What a commission was granted and of which sale, so that a refund, a cap that moves or a decision that is taken back is
-- computed from its row alone.
ALTER TABLE commissions ADD COLUMN granted BIGINT NOT NULL DEFAULT 0;  -- after caps, before refunds
ALTER TABLE commissions ADD COLUMN shares TEXT;                        -- how a flat reward is divided among partners; null: it is not
ALTER TABLE commissions ADD COLUMN sold BIGINT NOT NULL DEFAULT 0;     -- amount of its sale, minor units of the sale's own currency
ALTER TABLE commissions ADD COLUMN refunded BIGINT NOT NULL DEFAULT 0; -- of that
CREATE INDEX commissions_by_reward ON commissions (program_id, reward_id, is_test, occurred_at);
CREATE INDEX commissions_by_payout ON commissions (payout_id) WHERE payout_id IS NOT NULL;

-- What a referrer was told with a payout, word for word: whatever becomes known later stands in a later one.
CREATE TABLE statements (
    payout_id BIGINT NOT NULL PRIMARY KEY REFERENCES payouts (id),
    text      TEXT   NOT NULL -- JSON
);
