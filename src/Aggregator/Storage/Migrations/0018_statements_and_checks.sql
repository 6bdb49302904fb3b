-- What is payable and is checked once more: no payout takes it before that is done.
CREATE INDEX commissions_checked_again ON commissions (program_id, unit, partner_id) WHERE is_checked = 0 AND state = 'payable';

-- Which leads and purchases stand on the statement of a payout: those of a referrer that stand on none are on the next.
CREATE TABLE statement_purchases (
    partner_id    BIGINT NOT NULL REFERENCES partners (id),
    program_id    BIGINT NOT NULL REFERENCES programs (id),
    conversion_id BIGINT NOT NULL REFERENCES conversions (id),
    payout_id     BIGINT NOT NULL REFERENCES payouts (id), -- the first that it stands on
    PRIMARY KEY (partner_id, program_id, conversion_id)
);
CREATE INDEX statement_purchases_by_conversion ON statement_purchases (conversion_id);

-- Statements of before listed what had a reward by then.
INSERT INTO statement_purchases (partner_id, program_id, conversion_id, payout_id)
SELECT c.partner_id, c.program_id, c.conversion_id, MIN(o.id)
FROM commissions c JOIN payouts o ON o.partner_id = c.partner_id AND o.program_id = c.program_id AND o.unit = c.unit AND o.created_at >= c.created_at
WHERE c.side = 'referrer' AND c.conversion_id IS NOT NULL
GROUP BY c.partner_id, c.program_id, c.conversion_id;

-- How often credit for a conversion was told, counted from 1: of two tellings the higher is the newer.
ALTER TABLE conversions ADD COLUMN credit_version BIGINT NOT NULL DEFAULT 1;
