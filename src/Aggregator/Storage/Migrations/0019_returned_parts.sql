-- What went back by a refund, as far as the shop said it. All null: the same part of everything that was left of the sale.
ALTER TABLE adjustments ADD COLUMN tax BIGINT;      -- minor units of the sale's currency
ALTER TABLE adjustments ADD COLUMN shipping BIGINT;
ALTER TABLE adjustments ADD COLUMN line_items TEXT; -- JSON, as of a sale

-- What refunds that said so left of what the reward is computed from, such as 3/4; null: in proportion to sold and refunded.
ALTER TABLE commissions ADD COLUMN basis_left TEXT;
