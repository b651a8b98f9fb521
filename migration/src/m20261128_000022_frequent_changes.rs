//! What changes often is made cheap to change.
//!
//! The order by quantity gets a table of its own. A quantity is what changes most often, and PostgreSQL writes an entry into every
//! index of a table whenever a column changes that one of them has: so none has it any more, and a change of it alone writes
//! no index entry but those of this narrow table. The database keeps it by itself, as it keeps the index over reach, and no
//! statement of the application writes it.
//!
//! Its triggers look at an UPDATE that names one of their columns alone: what they ask of a row is made ready anew for each
//! statement.
//!
//! On PostgreSQL room is left in the pages for the new version of a row, without which it would be written into another page,
//! and all indexes with it. And the queue of entries that wait for their positions is vacuumed soon: whoever looks whether
//! it is empty reads past all that were in it since.

use crate::m20261101_000005_reach as reach;
use crate::m20261127_000016_reach_filters as filters;
use crate::migration::{
    Migration,
    Step::{Both, Each},
};

const UP: &str = r"
CREATE TABLE subscription_quantity (
    id {uuid} NOT NULL PRIMARY KEY,
    customer_id {uuid} NOT NULL,
    -- The partner of record, while it has the subscription in reach.
    reached_by {uuid},
    quantity INTEGER NOT NULL
) {strict};
INSERT INTO subscription_quantity (id, customer_id, reached_by, quantity)
SELECT s.id, s.customer_id, r.partner_id, s.quantity
FROM subscription s LEFT JOIN subscription_reach r ON r.id = s.id;
CREATE INDEX subscription_quantity_of_customer ON subscription_quantity (customer_id, quantity, id);
CREATE INDEX subscription_quantity_in_reach ON subscription_quantity (reached_by, quantity, id)
    WHERE reached_by IS NOT NULL;
DROP INDEX subscription_by_quantity;
DROP INDEX subscription_reach_by_quantity;
";

const SQLITE: &str = r"
DROP TRIGGER reach_begins_with_a_grant;
DROP TRIGGER reach_begins_again;
DROP TRIGGER reach_takes_a_subscription;
DROP TRIGGER reach_follows_a_subscription;
ALTER TABLE subscription_reach DROP COLUMN quantity;
CREATE TRIGGER reach_begins_with_a_grant AFTER INSERT ON delegated_admin_grant WHEN NEW.status = 'ACTIVE' BEGIN
    INSERT INTO customer_reach (partner_id, id, name_folded, domain, country, cloud, created_at)
    SELECT NEW.partner_id, c.id, c.name_folded, c.domain, c.country, c.cloud, c.created_at
    FROM customer c WHERE c.id = NEW.customer_id
    ON CONFLICT DO NOTHING;
    INSERT INTO subscription_reach (id, partner_id, customer_id, offer_id, friendly_name_folded, status, starts_at,
        term_ends_at, auto_renew, created_at)
    SELECT s.id, s.partner_id, s.customer_id, s.offer_id, s.friendly_name_folded, s.status, s.starts_at,
        s.term_ends_at, s.auto_renew, s.created_at
    FROM subscription s WHERE s.customer_id = NEW.customer_id AND s.partner_id = NEW.partner_id
    ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER reach_begins_again AFTER UPDATE OF status ON delegated_admin_grant
WHEN NEW.status = 'ACTIVE' AND OLD.status <> 'ACTIVE' BEGIN
    INSERT INTO customer_reach (partner_id, id, name_folded, domain, country, cloud, created_at)
    SELECT NEW.partner_id, c.id, c.name_folded, c.domain, c.country, c.cloud, c.created_at
    FROM customer c WHERE c.id = NEW.customer_id
    ON CONFLICT DO NOTHING;
    INSERT INTO subscription_reach (id, partner_id, customer_id, offer_id, friendly_name_folded, status, starts_at,
        term_ends_at, auto_renew, created_at)
    SELECT s.id, s.partner_id, s.customer_id, s.offer_id, s.friendly_name_folded, s.status, s.starts_at,
        s.term_ends_at, s.auto_renew, s.created_at
    FROM subscription s WHERE s.customer_id = NEW.customer_id AND s.partner_id = NEW.partner_id
    ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER reach_takes_a_subscription AFTER INSERT ON subscription WHEN EXISTS (
    SELECT 1 FROM customer_reach r WHERE r.partner_id = NEW.partner_id AND r.id = NEW.customer_id
) BEGIN
    INSERT INTO subscription_reach (id, partner_id, customer_id, offer_id, friendly_name_folded, status, starts_at,
        term_ends_at, auto_renew, created_at)
    VALUES (NEW.id, NEW.partner_id, NEW.customer_id, NEW.offer_id, NEW.friendly_name_folded, NEW.status,
        NEW.starts_at, NEW.term_ends_at, NEW.auto_renew, NEW.created_at);
END;
CREATE TRIGGER reach_follows_a_subscription
AFTER UPDATE OF friendly_name_folded, status, starts_at, term_ends_at, auto_renew, created_at ON subscription BEGIN
    UPDATE subscription_reach SET friendly_name_folded = NEW.friendly_name_folded, status = NEW.status,
        starts_at = NEW.starts_at, term_ends_at = NEW.term_ends_at, auto_renew = NEW.auto_renew,
        created_at = NEW.created_at
    WHERE id = NEW.id;
END;

-- Either of the first two may come before the other.
CREATE TRIGGER quantity_begins AFTER INSERT ON subscription BEGIN
    INSERT INTO subscription_quantity (id, customer_id, reached_by, quantity)
    VALUES (NEW.id, NEW.customer_id, (SELECT r.partner_id FROM subscription_reach r WHERE r.id = NEW.id), NEW.quantity);
END;
CREATE TRIGGER quantity_comes_into_reach AFTER INSERT ON subscription_reach BEGIN
    UPDATE subscription_quantity SET reached_by = NEW.partner_id WHERE id = NEW.id;
END;
CREATE TRIGGER quantity_goes_out_of_reach AFTER DELETE ON subscription_reach BEGIN
    UPDATE subscription_quantity SET reached_by = NULL WHERE id = OLD.id;
END;
CREATE TRIGGER quantity_follows_its_subscription AFTER UPDATE OF quantity ON subscription
WHEN NEW.quantity <> OLD.quantity BEGIN
    UPDATE subscription_quantity SET quantity = NEW.quantity WHERE id = NEW.id;
END;
";

const POSTGRES: &str = r"
DROP TRIGGER subscription_never_moves ON subscription;
DROP TRIGGER reach_follows_a_subscription ON subscription;
ALTER TABLE subscription_reach DROP COLUMN quantity;
CREATE TRIGGER subscription_never_moves BEFORE UPDATE OF id, customer_id, partner_id, offer_id ON subscription
    FOR EACH ROW
    WHEN (NEW.id <> OLD.id OR NEW.customer_id <> OLD.customer_id OR NEW.partner_id <> OLD.partner_id
        OR NEW.offer_id <> OLD.offer_id)
    EXECUTE FUNCTION keep_subscription();
CREATE OR REPLACE FUNCTION begin_reach() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO customer_reach (partner_id, id, name_folded, domain, country, cloud, created_at)
    SELECT DISTINCT g.partner_id, c.id, c.name_folded, c.domain, c.country, c.cloud, c.created_at
    FROM changed g JOIN customer c ON c.id = g.customer_id WHERE g.status = 'ACTIVE'
    ON CONFLICT DO NOTHING;
    INSERT INTO subscription_reach (id, partner_id, customer_id, offer_id, friendly_name_folded, status, starts_at,
        term_ends_at, auto_renew, created_at)
    SELECT s.id, s.partner_id, s.customer_id, s.offer_id, s.friendly_name_folded, s.status, s.starts_at,
        s.term_ends_at, s.auto_renew, s.created_at
    FROM changed g JOIN subscription s ON s.customer_id = g.customer_id AND s.partner_id = g.partner_id
    WHERE g.status = 'ACTIVE'
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION take_subscription() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO subscription_reach (id, partner_id, customer_id, offer_id, friendly_name_folded, status, starts_at,
        term_ends_at, auto_renew, created_at)
    SELECT s.id, s.partner_id, s.customer_id, s.offer_id, s.friendly_name_folded, s.status, s.starts_at,
        s.term_ends_at, s.auto_renew, s.created_at
    FROM taken s JOIN customer_reach r ON r.partner_id = s.partner_id AND r.id = s.customer_id
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION follow_subscription() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE subscription_reach SET friendly_name_folded = NEW.friendly_name_folded, status = NEW.status,
        starts_at = NEW.starts_at, term_ends_at = NEW.term_ends_at, auto_renew = NEW.auto_renew,
        created_at = NEW.created_at
    WHERE id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER reach_follows_a_subscription
    AFTER UPDATE OF friendly_name_folded, status, starts_at, term_ends_at, auto_renew, created_at ON subscription
    FOR EACH ROW
    WHEN ((NEW.friendly_name_folded, NEW.status, NEW.starts_at, NEW.term_ends_at, NEW.auto_renew, NEW.created_at)
        IS DISTINCT FROM (OLD.friendly_name_folded, OLD.status, OLD.starts_at, OLD.term_ends_at, OLD.auto_renew,
            OLD.created_at))
    EXECUTE FUNCTION follow_subscription();

-- Either of the first two may come before the other.
CREATE FUNCTION begin_quantity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO subscription_quantity (id, customer_id, reached_by, quantity)
    SELECT s.id, s.customer_id, r.partner_id, s.quantity
    FROM taken s LEFT JOIN subscription_reach r ON r.id = s.id;
    RETURN NULL;
END $$;
CREATE TRIGGER quantity_begins AFTER INSERT ON subscription
    REFERENCING NEW TABLE AS taken FOR EACH STATEMENT EXECUTE FUNCTION begin_quantity();
CREATE FUNCTION bring_quantity_into_reach() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE subscription_quantity q SET reached_by = t.partner_id FROM taken t WHERE q.id = t.id;
    RETURN NULL;
END $$;
CREATE TRIGGER quantity_comes_into_reach AFTER INSERT ON subscription_reach
    REFERENCING NEW TABLE AS taken FOR EACH STATEMENT EXECUTE FUNCTION bring_quantity_into_reach();
CREATE FUNCTION take_quantity_out_of_reach() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE subscription_quantity q SET reached_by = NULL FROM gone g WHERE q.id = g.id;
    RETURN NULL;
END $$;
CREATE TRIGGER quantity_goes_out_of_reach AFTER DELETE ON subscription_reach
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION take_quantity_out_of_reach();
CREATE FUNCTION follow_quantity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE subscription_quantity SET quantity = NEW.quantity WHERE id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER quantity_follows_its_subscription AFTER UPDATE OF quantity ON subscription FOR EACH ROW
    WHEN (NEW.quantity <> OLD.quantity)
    EXECUTE FUNCTION follow_quantity();

ALTER TABLE subscription SET (fillfactor = 85);
ALTER TABLE chain SET (fillfactor = 70);
ALTER TABLE event_unplaced SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
";

const SQLITE_DOWN: &str = r"
DROP TRIGGER quantity_begins;
DROP TRIGGER quantity_comes_into_reach;
DROP TRIGGER quantity_goes_out_of_reach;
DROP TRIGGER quantity_follows_its_subscription;
DROP TABLE subscription_quantity;
CREATE INDEX subscription_by_quantity ON subscription (customer_id, quantity, id);
";

const POSTGRES_DOWN: &str = r"
ALTER TABLE event_unplaced RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold);
ALTER TABLE chain RESET (fillfactor);
ALTER TABLE subscription RESET (fillfactor);
DROP FUNCTION begin_quantity, bring_quantity_into_reach, take_quantity_out_of_reach, follow_quantity CASCADE;
DROP TABLE subscription_quantity;
DROP TRIGGER subscription_never_moves ON subscription;
CREATE TRIGGER subscription_never_moves BEFORE UPDATE ON subscription FOR EACH ROW
    WHEN (NEW.id <> OLD.id OR NEW.customer_id <> OLD.customer_id OR NEW.partner_id <> OLD.partner_id
        OR NEW.offer_id <> OLD.offer_id)
    EXECUTE FUNCTION keep_subscription();
CREATE INDEX subscription_by_quantity ON subscription (customer_id, quantity, id);
";

/// The index over reach is made anew, as it came to be.
pub(crate) const MIGRATION: Migration = Migration {
    file: file!(),
    up: &[Both(UP), Each { sqlite: SQLITE, postgres: POSTGRES }],
    down: &[
        Each { sqlite: SQLITE_DOWN, postgres: POSTGRES_DOWN },
        Each { sqlite: reach::SQLITE_DOWN, postgres: reach::POSTGRES_DOWN },
        Both(reach::UP),
        Each { sqlite: reach::SQLITE_TRIGGERS, postgres: reach::POSTGRES_TRIGGERS },
        Both(filters::FILL),
        Both(filters::UP),
        Each { sqlite: filters::SQLITE, postgres: filters::POSTGRES },
    ],
};
