-- What /stats counts, without a walk over all that was delivered.
CREATE INDEX webhook_deliveries_failed ON webhook_deliveries (webhook_id) WHERE state = 'failed';
CREATE INDEX webhook_deliveries_retried ON webhook_deliveries (webhook_id, attempts) WHERE state = 'waiting' AND attempts > 0;
