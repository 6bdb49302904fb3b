-- What each referrer and each link was credited with, of all time and without tests. The transactions that give credit keep it, so that lists need
-- not sum every sale.
CREATE TABLE credit_totals (
    owner_kind TEXT   NOT NULL, -- partner, link
    owner_id   BIGINT NOT NULL,
    currency   TEXT   NOT NULL, -- of sales; empty: leads and customers, which have none
    leads      BIGINT NOT NULL, -- by their quantity
    customers  BIGINT NOT NULL, -- who bought
    sales      BIGINT NOT NULL, -- one that several touches of the owner share is one
    amount     BIGINT NOT NULL CHECK (amount <= 9000000000000000000), -- minor units; SQLite would go on in floating point
    refunded   BIGINT NOT NULL, -- of that
    PRIMARY KEY (owner_kind, owner_id, currency)
);

INSERT INTO credit_totals (owner_kind, owner_id, currency, leads, customers, sales, amount, refunded)
SELECT 'partner', partner_id, COALESCE(currency, ''), SUM(CASE WHEN kind = 'lead' THEN quantity ELSE 0 END), 0, SUM(CASE WHEN kind = 'sale' THEN 1 ELSE 0 END),
       SUM(amount), SUM(refunded)
FROM (SELECT c.partner_id, v.id, v.kind, v.quantity, v.currency, SUM(c.amount) AS amount, SUM(c.refunded) AS refunded
      FROM credits c JOIN conversions v ON v.id = c.conversion_id
      WHERE v.kind IN ('lead', 'sale') AND v.is_test = 0 AND c.partner_id IS NOT NULL
      GROUP BY c.partner_id, v.id, v.kind, v.quantity, v.currency) AS once
GROUP BY partner_id, COALESCE(currency, '');

INSERT INTO credit_totals (owner_kind, owner_id, currency, leads, customers, sales, amount, refunded)
SELECT 'link', link_id, COALESCE(currency, ''), SUM(CASE WHEN kind = 'lead' THEN quantity ELSE 0 END), 0, SUM(CASE WHEN kind = 'sale' THEN 1 ELSE 0 END),
       SUM(amount), SUM(refunded)
FROM (SELECT c.link_id, v.id, v.kind, v.quantity, v.currency, SUM(c.amount) AS amount, SUM(c.refunded) AS refunded
      FROM credits c JOIN conversions v ON v.id = c.conversion_id
      WHERE v.kind IN ('lead', 'sale') AND v.is_test = 0
      GROUP BY c.link_id, v.id, v.kind, v.quantity, v.currency) AS once
GROUP BY link_id, COALESCE(currency, '');

INSERT INTO credit_totals (owner_kind, owner_id, currency, leads, customers, sales, amount, refunded)
SELECT 'partner', c.partner_id, '', 0, COUNT(DISTINCT v.customer_id), 0, 0, 0
FROM credits c JOIN conversions v ON v.id = c.conversion_id
WHERE v.kind = 'sale' AND v.is_test = 0 AND c.partner_id IS NOT NULL GROUP BY c.partner_id
ON CONFLICT (owner_kind, owner_id, currency) DO UPDATE SET customers = excluded.customers;

INSERT INTO credit_totals (owner_kind, owner_id, currency, leads, customers, sales, amount, refunded)
SELECT 'link', c.link_id, '', 0, COUNT(DISTINCT v.customer_id), 0, 0, 0
FROM credits c JOIN conversions v ON v.id = c.conversion_id
WHERE v.kind = 'sale' AND v.is_test = 0 GROUP BY c.link_id
ON CONFLICT (owner_kind, owner_id, currency) DO UPDATE SET customers = excluded.customers;

-- Reports over all referrers sum some columns of many conversions, whose rows are wide: those columns stand in the index.
DROP INDEX conversions_by_time;
CREATE INDEX conversions_by_time ON conversions (kind, occurred_at, is_test, program_id, named_program_id, currency, rate, country, amount, refunded, quantity, id);
-- The customers of a referrer in their order, so that a page of them is read and no more.
CREATE INDEX credits_by_referred ON credits (partner_id, customer_id, conversion_id) WHERE partner_id IS NOT NULL;
