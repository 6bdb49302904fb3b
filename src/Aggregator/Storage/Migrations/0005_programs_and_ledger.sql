-- Programs and their rules. A version of rules is never changed: what happened is judged by the one that was valid then.
CREATE TABLE programs (
    id         BIGINT  NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL,
    currency   TEXT    NOT NULL, -- ISO 4217, lower case: what its rewards are in
    is_test    INTEGER NOT NULL, -- nothing of it is in any total
    created_at BIGINT  NOT NULL,
    updated_at BIGINT  NOT NULL
);

CREATE TABLE program_rules (
    program_id BIGINT  NOT NULL REFERENCES programs (id),
    version    INTEGER NOT NULL, -- from 1
    valid_from BIGINT  NOT NULL, -- the first is valid since ever
    rules      TEXT    NOT NULL, -- JSON
    created_at BIGINT  NOT NULL,
    PRIMARY KEY (program_id, version)
);

-- Which group a referrer is in, and since when. Who is in none is in the group "default".
CREATE TABLE memberships (
    program_id BIGINT NOT NULL REFERENCES programs (id),
    partner_id BIGINT NOT NULL REFERENCES partners (id),
    valid_from BIGINT NOT NULL,
    group_name TEXT   NOT NULL,
    PRIMARY KEY (program_id, partner_id, valid_from)
);

ALTER TABLE links ADD COLUMN program_id BIGINT REFERENCES programs (id); -- null: the default program

-- Customers of test programs have their own names: a test and a live customer may share an external id.
ALTER TABLE customers ADD COLUMN is_test INTEGER NOT NULL DEFAULT 0;
ALTER TABLE customers ADD COLUMN is_pending INTEGER NOT NULL DEFAULT 0; -- only sales so far that nobody is credited for
ALTER TABLE customers ADD COLUMN known_since BIGINT;                    -- the shop had it before, by an import
ALTER TABLE customers ADD COLUMN attributes TEXT;                       -- JSON object, for the choice of who may take part
ALTER TABLE customers ADD COLUMN canceled_at BIGINT;                    -- its subscription ended
ALTER TABLE customers ADD COLUMN deleted_at BIGINT;                     -- nothing of the person is left; what it bought stays

-- Conversions: kind is lead, deferred, sale or event. link_id and partner_id are those of the largest credit.
ALTER TABLE conversions ADD COLUMN received_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversions ADD COLUMN is_test INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversions ADD COLUMN named_program_id BIGINT;              -- that the request named
ALTER TABLE conversions ADD COLUMN program_id BIGINT;                    -- whose rules decided; null: credited to nobody
ALTER TABLE conversions ADD COLUMN rule_version INTEGER;
ALTER TABLE conversions ADD COLUMN lead_event_name TEXT;
ALTER TABLE conversions ADD COLUMN checkout_started_at BIGINT;
ALTER TABLE conversions ADD COLUMN tax BIGINT NOT NULL DEFAULT 0;        -- parts of amount, minor units
ALTER TABLE conversions ADD COLUMN shipping BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversions ADD COLUMN discount BIGINT NOT NULL DEFAULT 0;   -- what amount would be higher by
ALTER TABLE conversions ADD COLUMN line_items TEXT;                      -- JSON array
ALTER TABLE conversions ADD COLUMN subscription_id TEXT;                 -- a sale that recurs
ALTER TABLE conversions ADD COLUMN refunded BIGINT NOT NULL DEFAULT 0;   -- of amount, by all adjustments that take effect
ALTER TABLE conversions ADD COLUMN rate_from TEXT;                       -- day of the exchange rate below
ALTER TABLE conversions ADD COLUMN rate TEXT;                            -- to the reporting currency, as a decimal; null: none was known
ALTER TABLE conversions ADD COLUMN rate_source TEXT;
ALTER TABLE conversions ADD COLUMN converted BIGINT;                     -- amount in minor units of the reporting currency
UPDATE conversions SET received_at = occurred_at;

-- Leads were named by the number of their customer, which another arrival would have made another.
UPDATE conversions SET business_key = 'lead:' || (SELECT external_id FROM customers c WHERE c.id = customer_id) || ':' || substr(business_key, 24)
WHERE kind = 'lead';

-- Of a deferred lead only its customer was kept: it is a fact now like others.
INSERT INTO conversions (id, kind, customer_id, link_id, partner_id, click_token, clicked_at, method, decision, event_name, occurred_at, quantity, answer,
    request_hash, conflicts, enriched, received_at)
SELECT id, 'deferred', id, link_id, partner_id, click_token, clicked_at, CASE WHEN click_token IS NULL THEN 'code' ELSE 'click' END, '{}', 'Deferred', created_at,
    1, '', '', 0, 1, created_at
FROM customers c
WHERE link_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM conversions v WHERE v.customer_id = c.id AND v.method IN ('code', 'click'));
CREATE INDEX conversions_by_invoice ON conversions (invoice_id) WHERE invoice_id IS NOT NULL;

-- The evidence that came with a conversion. What it says of its link is as of when it was told.
CREATE TABLE touches (
    conversion_id BIGINT  NOT NULL REFERENCES conversions (id),
    position      INTEGER NOT NULL,
    customer_id   BIGINT  NOT NULL REFERENCES customers (id),
    method        TEXT    NOT NULL, -- code, click
    link_id       BIGINT,
    partner_id    BIGINT,
    program_id    BIGINT,           -- null: the default program
    click_token   TEXT,
    occurred_at   BIGINT  NOT NULL,
    refusal       TEXT,
    PRIMARY KEY (conversion_id, position)
);
CREATE INDEX touches_by_customer ON touches (customer_id);

INSERT INTO touches (conversion_id, position, customer_id, method, link_id, partner_id, program_id, click_token, occurred_at, refusal)
SELECT id, 0, customer_id, method, link_id, partner_id, NULL, click_token, COALESCE(clicked_at, occurred_at), NULL
FROM conversions WHERE method IN ('code', 'click');

-- How credit for a conversion is divided; one row when one link has all of it.
CREATE TABLE credits (
    conversion_id BIGINT  NOT NULL REFERENCES conversions (id),
    position      INTEGER NOT NULL,
    customer_id   BIGINT  NOT NULL,
    link_id       BIGINT  NOT NULL,
    partner_id    BIGINT,
    method        TEXT    NOT NULL,
    click_token   TEXT,
    weight        BIGINT  NOT NULL, -- its share is weight by the sum of weights
    amount        BIGINT  NOT NULL, -- its part of the sale, minor units; 0 for what is no sale
    refunded      BIGINT  NOT NULL, -- of that
    PRIMARY KEY (conversion_id, position)
);
CREATE INDEX credits_by_partner ON credits (partner_id, conversion_id) WHERE partner_id IS NOT NULL;
CREATE INDEX credits_by_link ON credits (link_id, conversion_id);
CREATE INDEX credits_by_customer ON credits (customer_id);

INSERT INTO credits (conversion_id, position, customer_id, link_id, partner_id, method, click_token, weight, amount, refunded)
SELECT id, 0, customer_id, link_id, partner_id, method, click_token, 1, COALESCE(amount, 0), 0 FROM conversions WHERE link_id IS NOT NULL;

-- Money that went back. One that comes before its sale waits for it.
CREATE TABLE adjustments (
    id            BIGINT  NOT NULL PRIMARY KEY,
    business_key  TEXT    NOT NULL UNIQUE, -- unique for ever
    kind          TEXT    NOT NULL, -- refund, chargeback
    sale_key      TEXT    NOT NULL, -- the sale's business key
    conversion_id BIGINT  REFERENCES conversions (id), -- null while the sale is not known
    amount        BIGINT,           -- minor units as asked for; null: all that is left
    applied       BIGINT  NOT NULL, -- what of it took effect
    currency      TEXT,
    occurred_at   BIGINT  NOT NULL,
    received_at   BIGINT  NOT NULL,
    reason        TEXT,
    is_test       INTEGER NOT NULL,
    answer        TEXT    NOT NULL,
    request_hash  TEXT    NOT NULL,
    conflicts     BIGINT  NOT NULL
);
CREATE INDEX adjustments_by_sale ON adjustments (sale_key);
CREATE INDEX adjustments_by_conversion ON adjustments (conversion_id) WHERE conversion_id IS NOT NULL;

-- Referrers who named a friend before it came. Of the friend only a keyed hash is kept.
CREATE TABLE contacts (
    id          BIGINT NOT NULL PRIMARY KEY,
    program_id  BIGINT NOT NULL REFERENCES programs (id),
    partner_id  BIGINT NOT NULL REFERENCES partners (id),
    link_id     BIGINT NOT NULL REFERENCES links (id),
    hash        TEXT   NOT NULL, -- of the normalised email address or external id
    occurred_at BIGINT NOT NULL,
    UNIQUE (program_id, partner_id, hash)
);
CREATE INDEX contacts_by_hash ON contacts (hash);

-- What somebody gets for a conversion. The sums that are owed are in postings; this says what for, and how far it is.
CREATE TABLE commissions (
    id            BIGINT  NOT NULL PRIMARY KEY,
    program_id    BIGINT  NOT NULL REFERENCES programs (id),
    rule_version  INTEGER NOT NULL,
    reward_id     TEXT    NOT NULL, -- the rule's; empty for one that a person made
    side          TEXT    NOT NULL, -- referrer, friend
    type          TEXT    NOT NULL, -- lead, sale, custom
    unit          TEXT    NOT NULL, -- a currency for money; credit:eur, discount:<rule>, access:<rule> for what the shop gives
    partner_id    BIGINT  REFERENCES partners (id), -- of the referrer, also for the friend's reward
    customer_id   BIGINT  REFERENCES customers (id),
    conversion_id BIGINT  REFERENCES conversions (id),
    link_id       BIGINT,
    order_key     TEXT    NOT NULL, -- decides among conversions of the same millisecond
    basis         BIGINT  NOT NULL, -- what it was computed from, minor units of the program's currency
    quantity      INTEGER NOT NULL,
    due           BIGINT  NOT NULL, -- before caps
    earnings      BIGINT  NOT NULL, -- what is owed after caps and refunds, in the unit
    state         TEXT    NOT NULL, -- pending, held, payable, paid: the account that its earnings stand on
    outcome       TEXT,             -- refunded, canceled, fraud, duplicate: why nothing is owed any more
    decided       TEXT,             -- the outcome or earnings that a person gave it: derived figures no longer change it
    is_checked    INTEGER NOT NULL, -- whether the fraud rules have looked at it
    is_test       INTEGER NOT NULL,
    occurred_at   BIGINT  NOT NULL,
    available_at  BIGINT  NOT NULL, -- end of the holding period
    approved_at   BIGINT,
    payout_id     BIGINT,
    note          TEXT,             -- why it is less than the rule says, or what a person wrote
    version       BIGINT  NOT NULL, -- grows with every change
    created_at    BIGINT  NOT NULL,
    updated_at    BIGINT  NOT NULL
);
CREATE UNIQUE INDEX commissions_by_conversion ON commissions (conversion_id, reward_id, side, partner_id) WHERE conversion_id IS NOT NULL;
CREATE INDEX commissions_by_customer ON commissions (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX commissions_by_partner ON commissions (program_id, partner_id, reward_id, occurred_at);
CREATE INDEX commissions_to_check ON commissions (id) WHERE is_checked = 0;
CREATE INDEX commissions_to_release ON commissions (available_at) WHERE state = 'pending';

-- The ledger. Each row moves an amount from one account to another, so debits are credits; rows are never changed or deleted.
-- Accounts: expense (one for each program); pending, held, payable, paid (one for each owner). An owner is a partner, or a customer as a friend.
CREATE TABLE postings (
    position      BIGINT  NOT NULL PRIMARY KEY, -- 1, 2, 3, … in the order of commits
    kind          TEXT    NOT NULL, -- accrue, adjust, release, hold, unhold, reverse, manual, pay, pay_failed
    program_id    BIGINT  NOT NULL,
    owner_kind    TEXT    NOT NULL, -- partner, customer
    owner_id      BIGINT  NOT NULL,
    unit          TEXT    NOT NULL,
    amount        BIGINT  NOT NULL CHECK (amount > 0),
    debit         TEXT    NOT NULL,
    credit        TEXT    NOT NULL,
    commission_id BIGINT,
    cause         TEXT    NOT NULL, -- id of the conversion, adjustment, payout or case, or who did it
    rule_version  INTEGER,
    occurred_at   BIGINT  NOT NULL, -- of the cause
    posted_at     BIGINT  NOT NULL,
    is_test       INTEGER NOT NULL
);
CREATE INDEX postings_by_owner ON postings (owner_id, program_id, unit, position);
CREATE INDEX postings_by_commission ON postings (commission_id) WHERE commission_id IS NOT NULL;

-- Sums of postings, kept by the transactions that post: what can be compared with them. Positive: more was credited than debited.
CREATE TABLE balances (
    program_id BIGINT NOT NULL,
    owner_kind TEXT   NOT NULL, -- program for its expense
    owner_id   BIGINT NOT NULL,
    account    TEXT   NOT NULL,
    unit       TEXT   NOT NULL,
    amount     BIGINT NOT NULL,
    PRIMARY KEY (program_id, owner_kind, owner_id, account, unit)
);

-- How much a reward rule has given in a period, for caps and tiers. The sums are over commissions.
CREATE TABLE reward_totals (
    program_id  BIGINT NOT NULL,
    reward_id   TEXT   NOT NULL,
    partner_id  BIGINT NOT NULL, -- 0: all partners together
    period      TEXT   NOT NULL, -- such as month
    starts_at   BIGINT NOT NULL,
    conversions BIGINT NOT NULL,
    revenue     BIGINT NOT NULL,
    due         BIGINT NOT NULL,
    earnings    BIGINT NOT NULL,
    PRIMARY KEY (program_id, reward_id, partner_id, period, starts_at)
);

CREATE TABLE payout_batches (
    id         BIGINT  NOT NULL PRIMARY KEY,
    program_id BIGINT  NOT NULL REFERENCES programs (id),
    unit       TEXT    NOT NULL,
    position   BIGINT  NOT NULL, -- the newest posting that it covers
    is_test    INTEGER NOT NULL,
    created_at BIGINT  NOT NULL
);

-- What is paid to one referrer: all postings on its payable account behind its payout before this one, up to the batch's position.
CREATE TABLE payouts (
    id            BIGINT NOT NULL PRIMARY KEY,
    batch_id      BIGINT NOT NULL REFERENCES payout_batches (id),
    program_id    BIGINT NOT NULL,
    partner_id    BIGINT NOT NULL REFERENCES partners (id),
    unit          TEXT   NOT NULL,
    amount        BIGINT NOT NULL,
    from_position BIGINT NOT NULL, -- the first posting that it covers
    to_position   BIGINT NOT NULL, -- the last
    status        TEXT   NOT NULL, -- processing, completed, failed
    reference     TEXT,            -- of the payment, by who made it
    failure       TEXT,
    created_at    BIGINT NOT NULL,
    paid_at       BIGINT
);
CREATE INDEX payouts_by_partner ON payouts (partner_id, program_id, unit, id);
CREATE INDEX payouts_by_batch ON payouts (batch_id);

-- Answers to requests with an Idempotency-Key, kept for a while.
CREATE TABLE idempotency_keys (
    key         TEXT    NOT NULL PRIMARY KEY, -- hash of route and key
    fingerprint TEXT    NOT NULL, -- hash of the body
    status      INTEGER NOT NULL,
    answer      TEXT    NOT NULL,
    created_at  BIGINT  NOT NULL
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- Exchange rates that the operator gives, to the reporting currency.
CREATE TABLE exchange_rates (
    currency TEXT NOT NULL,
    valid_on TEXT NOT NULL, -- day, ISO 8601
    rate     TEXT NOT NULL, -- what one unit of the currency is worth, as a decimal
    source   TEXT NOT NULL,
    PRIMARY KEY (currency, valid_on)
);
