//! What each partner might reach, in every order in which it is listed.
//!
//! A partner's lists run over many customers and must skip those whose grants are over without reading them. So the
//! pairs of partner and customer with an `ACTIVE` grant are kept here, and the subscriptions between them, with the
//! columns that lists are ordered by. The database keeps both by itself: they are an index over two tables, and
//! no statement of the application writes them. They decide nothing: the access rule is asked about each row besides,
//! with its clock and its roles, and can only take away.
//!
//! On PostgreSQL a grant's change locks its customer before anything else, and a new subscription's foreign key holds
//! that customer too: the two cannot pass each other unseen.

use crate::migration::{
    Migration,
    Step::{Both, Each},
};

pub(crate) const UP: &str = r"
CREATE TABLE customer_reach (
    partner_id {uuid} NOT NULL,
    id {uuid} NOT NULL,
    name_folded {text} NOT NULL,
    created_at {instant} NOT NULL,
    PRIMARY KEY (partner_id, id)
) {strict};
CREATE INDEX customer_reach_by_name ON customer_reach (partner_id, name_folded, id);
CREATE INDEX customer_reach_by_creation ON customer_reach (partner_id, created_at, id);
CREATE INDEX customer_reach_of_customer ON customer_reach (id);

CREATE TABLE subscription_reach (
    id {uuid} NOT NULL PRIMARY KEY,
    partner_id {uuid} NOT NULL,
    friendly_name_folded {text} NOT NULL,
    term_ends_at {instant} NOT NULL,
    created_at {instant} NOT NULL,
    quantity INTEGER NOT NULL
) {strict};
CREATE INDEX subscription_reach_by_name ON subscription_reach (partner_id, friendly_name_folded, id);
CREATE INDEX subscription_reach_by_term_end ON subscription_reach (partner_id, term_ends_at, id);
CREATE INDEX subscription_reach_by_creation ON subscription_reach (partner_id, created_at, id);
CREATE INDEX subscription_reach_by_quantity ON subscription_reach (partner_id, quantity, id);
";

pub(crate) const SQLITE_TRIGGERS: &str = r"
CREATE TRIGGER reach_begins_with_a_grant AFTER INSERT ON delegated_admin_grant WHEN NEW.status = 'ACTIVE' BEGIN
    INSERT INTO customer_reach (partner_id, id, name_folded, created_at)
    SELECT NEW.partner_id, c.id, c.name_folded, c.created_at FROM customer c WHERE c.id = NEW.customer_id
    ON CONFLICT DO NOTHING;
    INSERT INTO subscription_reach (id, partner_id, friendly_name_folded, term_ends_at, created_at, quantity)
    SELECT s.id, s.partner_id, s.friendly_name_folded, s.term_ends_at, s.created_at, s.quantity
    FROM subscription s WHERE s.customer_id = NEW.customer_id AND s.partner_id = NEW.partner_id
    ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER reach_begins_again AFTER UPDATE OF status ON delegated_admin_grant
WHEN NEW.status = 'ACTIVE' AND OLD.status <> 'ACTIVE' BEGIN
    INSERT INTO customer_reach (partner_id, id, name_folded, created_at)
    SELECT NEW.partner_id, c.id, c.name_folded, c.created_at FROM customer c WHERE c.id = NEW.customer_id
    ON CONFLICT DO NOTHING;
    INSERT INTO subscription_reach (id, partner_id, friendly_name_folded, term_ends_at, created_at, quantity)
    SELECT s.id, s.partner_id, s.friendly_name_folded, s.term_ends_at, s.created_at, s.quantity
    FROM subscription s WHERE s.customer_id = NEW.customer_id AND s.partner_id = NEW.partner_id
    ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER reach_ends_with_the_last_grant AFTER UPDATE OF status ON delegated_admin_grant
WHEN OLD.status = 'ACTIVE' AND NEW.status <> 'ACTIVE' AND NOT EXISTS (
    SELECT 1 FROM delegated_admin_grant g
    WHERE g.partner_id = NEW.partner_id AND g.customer_id = NEW.customer_id AND g.status = 'ACTIVE'
) BEGIN
    DELETE FROM customer_reach WHERE partner_id = NEW.partner_id AND id = NEW.customer_id;
    DELETE FROM subscription_reach WHERE id IN (
        SELECT s.id FROM subscription s WHERE s.customer_id = NEW.customer_id AND s.partner_id = NEW.partner_id
    );
END;
CREATE TRIGGER reach_follows_a_customer AFTER UPDATE OF name_folded, created_at ON customer BEGIN
    UPDATE customer_reach SET name_folded = NEW.name_folded, created_at = NEW.created_at WHERE id = NEW.id;
END;
CREATE TRIGGER reach_takes_a_subscription AFTER INSERT ON subscription WHEN EXISTS (
    SELECT 1 FROM customer_reach r WHERE r.partner_id = NEW.partner_id AND r.id = NEW.customer_id
) BEGIN
    INSERT INTO subscription_reach (id, partner_id, friendly_name_folded, term_ends_at, created_at, quantity)
    VALUES (NEW.id, NEW.partner_id, NEW.friendly_name_folded, NEW.term_ends_at, NEW.created_at, NEW.quantity);
END;
CREATE TRIGGER reach_follows_a_subscription
AFTER UPDATE OF friendly_name_folded, term_ends_at, created_at, quantity ON subscription BEGIN
    UPDATE subscription_reach SET friendly_name_folded = NEW.friendly_name_folded,
        term_ends_at = NEW.term_ends_at, created_at = NEW.created_at, quantity = NEW.quantity
    WHERE id = NEW.id;
END;
";

pub(crate) const POSTGRES_TRIGGERS: &str = r"
CREATE FUNCTION hold_customer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM customer WHERE id = NEW.customer_id FOR UPDATE;
    RETURN NEW;
END $$;
CREATE TRIGGER grant_holds_its_customer BEFORE INSERT OR UPDATE OF status ON delegated_admin_grant
    FOR EACH ROW EXECUTE FUNCTION hold_customer();

CREATE FUNCTION begin_reach() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO customer_reach (partner_id, id, name_folded, created_at)
    SELECT DISTINCT g.partner_id, c.id, c.name_folded, c.created_at
    FROM changed g JOIN customer c ON c.id = g.customer_id WHERE g.status = 'ACTIVE'
    ON CONFLICT DO NOTHING;
    INSERT INTO subscription_reach (id, partner_id, friendly_name_folded, term_ends_at, created_at, quantity)
    SELECT s.id, s.partner_id, s.friendly_name_folded, s.term_ends_at, s.created_at, s.quantity
    FROM changed g JOIN subscription s ON s.customer_id = g.customer_id AND s.partner_id = g.partner_id
    WHERE g.status = 'ACTIVE'
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE FUNCTION end_reach() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM subscription_reach r USING changed g, subscription s
    WHERE g.status <> 'ACTIVE' AND s.customer_id = g.customer_id AND s.partner_id = g.partner_id AND r.id = s.id
        AND NOT EXISTS (SELECT 1 FROM delegated_admin_grant o
            WHERE o.partner_id = g.partner_id AND o.customer_id = g.customer_id AND o.status = 'ACTIVE');
    DELETE FROM customer_reach r USING changed g
    WHERE g.status <> 'ACTIVE' AND r.partner_id = g.partner_id AND r.id = g.customer_id
        AND NOT EXISTS (SELECT 1 FROM delegated_admin_grant o
            WHERE o.partner_id = g.partner_id AND o.customer_id = g.customer_id AND o.status = 'ACTIVE');
    RETURN NULL;
END $$;
CREATE TRIGGER reach_begins_with_a_grant AFTER INSERT ON delegated_admin_grant
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION begin_reach();
CREATE TRIGGER reach_begins_again AFTER UPDATE ON delegated_admin_grant
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION begin_reach();
CREATE TRIGGER reach_ends_with_the_last_grant AFTER UPDATE ON delegated_admin_grant
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION end_reach();

CREATE FUNCTION follow_customer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE customer_reach SET name_folded = NEW.name_folded, created_at = NEW.created_at WHERE id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER reach_follows_a_customer AFTER UPDATE ON customer FOR EACH ROW
    WHEN (NEW.name_folded <> OLD.name_folded OR NEW.created_at <> OLD.created_at)
    EXECUTE FUNCTION follow_customer();

CREATE FUNCTION take_subscription() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO subscription_reach (id, partner_id, friendly_name_folded, term_ends_at, created_at, quantity)
    SELECT s.id, s.partner_id, s.friendly_name_folded, s.term_ends_at, s.created_at, s.quantity
    FROM taken s JOIN customer_reach r ON r.partner_id = s.partner_id AND r.id = s.customer_id
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER reach_takes_a_subscription AFTER INSERT ON subscription
    REFERENCING NEW TABLE AS taken FOR EACH STATEMENT EXECUTE FUNCTION take_subscription();

CREATE FUNCTION follow_subscription() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE subscription_reach SET friendly_name_folded = NEW.friendly_name_folded,
        term_ends_at = NEW.term_ends_at, created_at = NEW.created_at, quantity = NEW.quantity
    WHERE id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER reach_follows_a_subscription AFTER UPDATE ON subscription FOR EACH ROW
    WHEN (NEW.friendly_name_folded <> OLD.friendly_name_folded OR NEW.term_ends_at <> OLD.term_ends_at
        OR NEW.created_at <> OLD.created_at OR NEW.quantity <> OLD.quantity)
    EXECUTE FUNCTION follow_subscription();
";

pub(crate) const SQLITE_DOWN: &str = r"
DROP TRIGGER reach_begins_with_a_grant;
DROP TRIGGER reach_begins_again;
DROP TRIGGER reach_ends_with_the_last_grant;
DROP TRIGGER reach_follows_a_customer;
DROP TRIGGER reach_takes_a_subscription;
DROP TRIGGER reach_follows_a_subscription;
DROP TABLE subscription_reach;
DROP TABLE customer_reach;
";

pub(crate) const POSTGRES_DOWN: &str = r"
DROP FUNCTION hold_customer, begin_reach, end_reach, follow_customer, take_subscription, follow_subscription CASCADE;
DROP TABLE subscription_reach;
DROP TABLE customer_reach;
";

pub(crate) const MIGRATION: Migration = Migration {
    file: file!(),
    up: &[Both(UP), Each { sqlite: SQLITE_TRIGGERS, postgres: POSTGRES_TRIGGERS }],
    down: &[Each { sqlite: SQLITE_DOWN, postgres: POSTGRES_DOWN }],
};
