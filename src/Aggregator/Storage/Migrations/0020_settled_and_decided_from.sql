-- What of the earnings is settled, of what payouts do not pay: given by the shop, or set off against what its owner was given too much.
ALTER TABLE commissions ADD COLUMN settled BIGINT NOT NULL DEFAULT 0;

UPDATE commissions SET settled = (
    SELECT COALESCE(SUM(p.amount), 0) FROM postings p
    WHERE p.commission_id = commissions.id AND p.kind = 'pay' AND p.program_id = commissions.program_id AND p.unit = commissions.unit)
WHERE state = 'paid' AND payout_id IS NULL;

-- What was given and is worth more by now has a rest to be given.
UPDATE commissions SET state = 'payable', version = version + 1 WHERE state = 'paid' AND payout_id IS NULL AND earnings > settled;

-- Of what more was given than is owed by now: what the next reward of its owner is set off against.
CREATE INDEX commissions_given_too_much ON commissions (program_id) WHERE settled > earnings;

-- The commission of which a person said what is decided here, when the reward went from that one's conversion to this one's.
ALTER TABLE commissions ADD COLUMN decided_from BIGINT;
