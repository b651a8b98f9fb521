//! Subscriptions, and the promise that none of them ever moves.
//!
//! There is one index for each order in which a customer lists its own, and one for what one partner sold to it.

use crate::migration::{
    Migration,
    Step::{Both, Each, Postgres},
};

const UP: &str = r"
CREATE TABLE subscription (
    id {uuid} NOT NULL PRIMARY KEY,
    customer_id {uuid} NOT NULL REFERENCES customer (id),
    partner_id {uuid} NOT NULL REFERENCES partner (id),
    offer_id {uuid} NOT NULL REFERENCES offer (id),
    friendly_name {text} NOT NULL,
    friendly_name_folded {text} NOT NULL,
    status {text} NOT NULL,
    suspension_reasons {json} NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    term {text} NOT NULL,
    billing_cycle {text} NOT NULL,
    auto_renew {bool} NOT NULL,
    starts_at {instant} NOT NULL,
    term_ends_at {instant} NOT NULL,
    cancellable_until {instant},
    next_quantity INTEGER,
    next_term {text},
    next_billing_cycle {text},
    version INTEGER NOT NULL DEFAULT 1,
    created_at {instant} NOT NULL,
    updated_at {instant} NOT NULL,
    CHECK ((next_quantity IS NULL) = (next_term IS NULL) AND (next_term IS NULL) = (next_billing_cycle IS NULL))
) {strict};
CREATE INDEX subscription_by_name ON subscription (customer_id, friendly_name_folded, id);
CREATE INDEX subscription_by_term_end ON subscription (customer_id, term_ends_at, id);
CREATE INDEX subscription_by_creation ON subscription (customer_id, created_at, id);
CREATE INDEX subscription_by_quantity ON subscription (customer_id, quantity, id);
CREATE INDEX subscription_sold ON subscription (customer_id, partner_id, friendly_name_folded, id);
";

const SQLITE_TRIGGERS: &str = r"
CREATE TRIGGER subscription_never_moves BEFORE UPDATE ON subscription
WHEN NEW.id <> OLD.id OR NEW.customer_id <> OLD.customer_id OR NEW.partner_id <> OLD.partner_id
    OR NEW.offer_id <> OLD.offer_id BEGIN
    SELECT RAISE(ABORT, 'copartner: a subscription keeps its customer, its partner of record and its offer');
END;
";

const POSTGRES_TRIGGERS: &str = r"
CREATE FUNCTION keep_subscription() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'copartner: a subscription keeps its customer, its partner of record and its offer';
END $$;
CREATE TRIGGER subscription_never_moves BEFORE UPDATE ON subscription FOR EACH ROW
    WHEN (NEW.id <> OLD.id OR NEW.customer_id <> OLD.customer_id OR NEW.partner_id <> OLD.partner_id
        OR NEW.offer_id <> OLD.offer_id)
    EXECUTE FUNCTION keep_subscription();
";

const DOWN: &str = r"
DROP TABLE subscription;
";

const POSTGRES_DOWN: &str = r"
DROP FUNCTION keep_subscription;
";

pub(crate) const MIGRATION: Migration = Migration {
    file: file!(),
    up: &[Both(UP), Each { sqlite: SQLITE_TRIGGERS, postgres: POSTGRES_TRIGGERS }],
    down: &[Both(DOWN), Postgres(POSTGRES_DOWN)],
};
