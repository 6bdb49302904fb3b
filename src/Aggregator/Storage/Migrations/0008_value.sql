-- Sales that wait for an exchange rate.
CREATE INDEX conversions_to_convert ON conversions (currency, occurred_at, id) WHERE kind = 'sale' AND converted IS NULL;
