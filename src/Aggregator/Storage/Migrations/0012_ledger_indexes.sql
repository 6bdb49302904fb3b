-- Lists of one partner's commissions, the newest first.
CREATE INDEX commissions_of_partner ON commissions (partner_id, id);

-- What is released next: only what waits for nothing but the time.
DROP INDEX commissions_to_release;
CREATE INDEX commissions_to_release ON commissions (available_at, id) WHERE state = 'pending' AND is_checked = 1 AND approved_at IS NOT NULL;

-- What a batch of payouts takes.
CREATE INDEX commissions_to_pay ON commissions (program_id, partner_id) WHERE state = 'payable';

-- What a person told of a sale; that of others is with their conversion.
ALTER TABLE commissions ADD COLUMN invoice_id TEXT;
ALTER TABLE commissions ADD COLUMN event_name TEXT;
ALTER TABLE commissions ADD COLUMN metadata TEXT; -- JSON
