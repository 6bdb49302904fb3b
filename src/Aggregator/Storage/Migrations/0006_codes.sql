-- Keys that links had before: they still lead to them. None of another link, and no discount code, may look like one.
CREATE TABLE link_aliases (
    domain     TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    key_folded TEXT    NOT NULL, -- the key's normal form
    link_id    BIGINT  NOT NULL REFERENCES links (id),
    has_place  INTEGER NOT NULL, -- 0: a place of the link has the same normal form, by which this one is found
    created_at BIGINT  NOT NULL,
    PRIMARY KEY (domain, key)
);
CREATE INDEX link_aliases_by_form ON link_aliases (domain, key_folded);
CREATE INDEX link_aliases_by_link ON link_aliases (link_id);

-- Codes to type that belong to a partner's link and are no address. A deleted one keeps its row, and may be given again.
CREATE TABLE discount_codes (
    id          BIGINT NOT NULL PRIMARY KEY,
    domain      TEXT   NOT NULL,
    code        TEXT   NOT NULL,
    code_folded TEXT   NOT NULL, -- the code's normal form
    link_id     BIGINT NOT NULL REFERENCES links (id),
    partner_id  BIGINT NOT NULL REFERENCES partners (id),
    discount_id TEXT,            -- what the shop calls the discount behind it
    channel     TEXT,            -- where it is handed out
    created_at  BIGINT NOT NULL,
    deleted_at  BIGINT
);
CREATE UNIQUE INDEX discount_codes_by_form ON discount_codes (domain, code_folded) WHERE deleted_at IS NULL;
CREATE INDEX discount_codes_by_link ON discount_codes (link_id);
CREATE INDEX discount_codes_by_partner ON discount_codes (partner_id, id);

-- How a partner stands now; partner_standings has how it stood when.
ALTER TABLE partners ADD COLUMN status TEXT NOT NULL DEFAULT 'approved'; -- approved, banned, deactivated
ALTER TABLE partners ADD COLUMN status_since BIGINT;
ALTER TABLE partners ADD COLUMN ban_reason TEXT;

-- What happens while a partner is not approved gives it no reward. Before its first row it is approved.
CREATE TABLE partner_standings (
    partner_id BIGINT NOT NULL REFERENCES partners (id),
    valid_from BIGINT NOT NULL,
    status     TEXT   NOT NULL,
    PRIMARY KEY (partner_id, valid_from)
);

ALTER TABLE links ADD COLUMN disabled_reason TEXT; -- partner_banned, partner_deactivated; null: a person disabled it, or nobody
CREATE INDEX links_by_program ON links (program_id) WHERE program_id IS NOT NULL;
CREATE INDEX memberships_by_partner ON memberships (partner_id);
