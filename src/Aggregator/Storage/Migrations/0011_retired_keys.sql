-- A person may have given a commission for an invoice that is told later.
CREATE INDEX commissions_by_hand ON commissions (order_key) WHERE reward_id = '' AND order_key <> '';
