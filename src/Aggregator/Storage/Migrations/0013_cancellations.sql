-- When subscriptions ended, each as often as it was told: a customer may subscribe again, and end it again.
CREATE TABLE cancellations (
    customer_id     BIGINT NOT NULL REFERENCES customers (id),
    subscription_id TEXT   NOT NULL, -- empty: all that the customer had by then
    canceled_at     BIGINT NOT NULL,
    received_at     BIGINT NOT NULL, -- when it was told last
    PRIMARY KEY (customer_id, subscription_id, canceled_at)
);

INSERT INTO cancellations (customer_id, subscription_id, canceled_at, received_at)
SELECT id, '', canceled_at, canceled_at FROM customers WHERE canceled_at IS NOT NULL;
