-- What people look for among everything that was told: what nobody is credited for, what was told in two ways, and what waits for its sale.
CREATE INDEX conversions_uncredited ON conversions (id) WHERE link_id IS NULL;
CREATE INDEX conversions_in_conflict ON conversions (id) WHERE conflicts > 0;
CREATE INDEX adjustments_that_wait ON adjustments (id) WHERE conversion_id IS NULL;
