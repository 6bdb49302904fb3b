-- What is payable and is checked once more: no payout takes it before that is done.
CREATE INDEX commissions_checked_again ON commissions (program_id, unit, partner_id) WHERE is_checked = 0 AND state = 'payable';
