-- What the rules against fraud look at. Addresses are hashed with the salt of the UTC day that the conversion happened on, and
-- only for as long as that day can still be looked at.
CREATE TABLE conversion_signals (
    conversion_id BIGINT NOT NULL PRIMARY KEY REFERENCES conversions (id),
    day           BIGINT NOT NULL, -- UTC, since 1970
    address_hash  BIGINT,          -- null: forgotten
    is_datacentre INTEGER          -- null: the ranges could not be read then
);
CREATE INDEX conversion_signals_by_address ON conversion_signals (day, address_hash) WHERE address_hash IS NOT NULL;

-- The clicks that came with a conversion, as far as they were counted when it was checked.
CREATE TABLE conversion_clicks (
    conversion_id BIGINT NOT NULL REFERENCES conversions (id),
    click_token   TEXT   NOT NULL,
    day           BIGINT NOT NULL, -- UTC, since 1970: visitors of two days cannot be compared
    visitor       BIGINT NOT NULL,
    referrer      TEXT,            -- host of the referring page
    PRIMARY KEY (conversion_id, click_token)
);
CREATE INDEX conversion_clicks_by_token ON conversion_clicks (click_token);
CREATE INDEX conversion_clicks_by_visitor ON conversion_clicks (day, visitor);

-- What people decide on: all that one rule says of one referrer until somebody has decided.
CREATE TABLE fraud_cases (
    id          BIGINT  NOT NULL PRIMARY KEY,
    program_id  BIGINT  NOT NULL REFERENCES programs (id),
    partner_id  BIGINT  NOT NULL REFERENCES partners (id),
    rule        TEXT    NOT NULL,
    is_shadow   INTEGER NOT NULL, -- the rule only showed what it would have done
    status      TEXT    NOT NULL, -- open, confirmed, dismissed
    opened_at   BIGINT  NOT NULL,
    updated_at  BIGINT  NOT NULL,
    resolved_at BIGINT,
    resolved_by TEXT,
    note        TEXT
);
CREATE UNIQUE INDEX fraud_cases_open ON fraud_cases (program_id, partner_id, rule, is_shadow) WHERE status = 'open';
CREATE INDEX fraud_cases_by_partner ON fraud_cases (partner_id);

-- Why. A rule says a thing of a conversion and a referrer once, also after its case was decided.
CREATE TABLE fraud_items (
    conversion_id BIGINT  NOT NULL REFERENCES conversions (id),
    partner_id    BIGINT  NOT NULL REFERENCES partners (id),
    rule          TEXT    NOT NULL,
    is_shadow     INTEGER NOT NULL,
    case_id       BIGINT  NOT NULL REFERENCES fraud_cases (id),
    mode          TEXT    NOT NULL, -- shadow, flag, hold, reject: what was done
    threshold     BIGINT  NOT NULL, -- of the rule then
    rule_version  INTEGER NOT NULL, -- of the program
    evidence      TEXT    NOT NULL, -- a sentence without personal data
    created_at    BIGINT  NOT NULL,
    PRIMARY KEY (conversion_id, partner_id, rule, is_shadow)
);
CREATE INDEX fraud_items_by_case ON fraud_items (case_id, conversion_id);

-- Which commissions a case has stopped.
CREATE TABLE fraud_holds (
    commission_id BIGINT NOT NULL REFERENCES commissions (id),
    case_id       BIGINT NOT NULL REFERENCES fraud_cases (id),
    PRIMARY KEY (commission_id, case_id)
);
CREATE INDEX fraud_holds_by_case ON fraud_holds (case_id);

-- Commissions that were checked while the list of a rule could not be read: checked once more when it can.
CREATE TABLE fraud_skips (
    rule          TEXT   NOT NULL,
    commission_id BIGINT NOT NULL REFERENCES commissions (id),
    PRIMARY KEY (rule, commission_id)
);
