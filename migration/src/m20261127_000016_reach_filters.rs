//! The index over what a partner might reach gets the columns that lists are narrowed by, so that the index decides what of a
//! long list is read, and counts need nothing else.
//!
//! What is in the index follows from other tables: of subscriptions it is made anew.

use crate::m20261101_000005_reach as before;
use crate::migration::{
    Migration,
    Step::{Both, Each},
};

pub(crate) const UP: &str = r"
DROP TABLE subscription_reach;
CREATE TABLE subscription_reach (
    id {uuid} NOT NULL PRIMARY KEY,
    partner_id {uuid} NOT NULL,
    customer_id {uuid} NOT NULL,
    offer_id {uuid} NOT NULL,
    friendly_name_folded {text} NOT NULL,
    status {text} NOT NULL,
    starts_at {instant} NOT NULL,
    term_ends_at {instant} NOT NULL,
    auto_renew {bool} NOT NULL,
    quantity INTEGER NOT NULL,
    created_at {instant} NOT NULL
) {strict};
INSERT INTO subscription_reach (id, partner_id, customer_id, offer_id, friendly_name_folded, status, starts_at,
    term_ends_at, auto_renew, quantity, created_at)
SELECT s.id, s.partner_id, s.customer_id, s.offer_id, s.friendly_name_folded, s.status, s.starts_at,
    s.term_ends_at, s.auto_renew, s.quantity, s.created_at
FROM subscription s JOIN customer_reach r ON r.partner_id = s.partner_id AND r.id = s.customer_id;
CREATE INDEX subscription_reach_by_name ON subscription_reach (partner_id, friendly_name_folded, id);
CREATE INDEX subscription_reach_by_creation ON subscription_reach (partner_id, created_at, id);
CREATE INDEX subscription_reach_by_quantity ON subscription_reach (partner_id, quantity, id);

ALTER TABLE customer_reach ADD COLUMN domain {text} NOT NULL DEFAULT '';
ALTER TABLE customer_reach ADD COLUMN country {text} NOT NULL DEFAULT '';
ALTER TABLE customer_reach ADD COLUMN cloud {text} NOT NULL DEFAULT '';
UPDATE customer_reach SET
    domain = (SELECT c.domain FROM customer c WHERE c.id = customer_reach.id),
    country = (SELECT c.country FROM customer c WHERE c.id = customer_reach.id),
    cloud = (SELECT c.cloud FROM customer c WHERE c.id = customer_reach.id);
DROP INDEX customer_reach_by_name;
";

/// The columns at the end of an index are there to be read from it. SQLite has no word for that.
pub(crate) const SQLITE: &str = r"
CREATE INDEX subscription_reach_by_term_end ON subscription_reach
    (partner_id, term_ends_at, id, customer_id, status, starts_at, auto_renew);
CREATE INDEX subscription_reach_by_customer ON subscription_reach
    (partner_id, customer_id, term_ends_at, status, starts_at, auto_renew);
CREATE INDEX customer_reach_by_name ON customer_reach (partner_id, name_folded, id, domain, country, cloud);

DROP TRIGGER reach_begins_with_a_grant;
DROP TRIGGER reach_begins_again;
DROP TRIGGER reach_follows_a_customer;
DROP TRIGGER reach_takes_a_subscription;
DROP TRIGGER reach_follows_a_subscription;
CREATE TRIGGER reach_begins_with_a_grant AFTER INSERT ON delegated_admin_grant WHEN NEW.status = 'ACTIVE' BEGIN
    INSERT INTO customer_reach (partner_id, id, name_folded, domain, country, cloud, created_at)
    SELECT NEW.partner_id, c.id, c.name_folded, c.domain, c.country, c.cloud, c.created_at
    FROM customer c WHERE c.id = NEW.customer_id
    ON CONFLICT DO NOTHING;
    INSERT INTO subscription_reach (id, partner_id, customer_id, offer_id, friendly_name_folded, status, starts_at,
        term_ends_at, auto_renew, quantity, created_at)
    SELECT s.id, s.partner_id, s.customer_id, s.offer_id, s.friendly_name_folded, s.status, s.starts_at,
        s.term_ends_at, s.auto_renew, s.quantity, s.created_at
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
        term_ends_at, auto_renew, quantity, created_at)
    SELECT s.id, s.partner_id, s.customer_id, s.offer_id, s.friendly_name_folded, s.status, s.starts_at,
        s.term_ends_at, s.auto_renew, s.quantity, s.created_at
    FROM subscription s WHERE s.customer_id = NEW.customer_id AND s.partner_id = NEW.partner_id
    ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER reach_follows_a_customer AFTER UPDATE OF name_folded, domain, country, cloud, created_at ON customer BEGIN
    UPDATE customer_reach SET name_folded = NEW.name_folded, domain = NEW.domain, country = NEW.country,
        cloud = NEW.cloud, created_at = NEW.created_at
    WHERE id = NEW.id;
END;
CREATE TRIGGER reach_takes_a_subscription AFTER INSERT ON subscription WHEN EXISTS (
    SELECT 1 FROM customer_reach r WHERE r.partner_id = NEW.partner_id AND r.id = NEW.customer_id
) BEGIN
    INSERT INTO subscription_reach (id, partner_id, customer_id, offer_id, friendly_name_folded, status, starts_at,
        term_ends_at, auto_renew, quantity, created_at)
    VALUES (NEW.id, NEW.partner_id, NEW.customer_id, NEW.offer_id, NEW.friendly_name_folded, NEW.status,
        NEW.starts_at, NEW.term_ends_at, NEW.auto_renew, NEW.quantity, NEW.created_at);
END;
CREATE TRIGGER reach_follows_a_subscription
AFTER UPDATE OF friendly_name_folded, status, starts_at, term_ends_at, auto_renew, quantity, created_at ON subscription
BEGIN
    UPDATE subscription_reach SET friendly_name_folded = NEW.friendly_name_folded, status = NEW.status,
        starts_at = NEW.starts_at, term_ends_at = NEW.term_ends_at, auto_renew = NEW.auto_renew,
        quantity = NEW.quantity, created_at = NEW.created_at
    WHERE id = NEW.id;
END;
";

pub(crate) const POSTGRES: &str = r"
ALTER TABLE customer_reach ALTER COLUMN domain DROP DEFAULT, ALTER COLUMN country DROP DEFAULT,
    ALTER COLUMN cloud DROP DEFAULT;
CREATE INDEX subscription_reach_by_term_end ON subscription_reach (partner_id, term_ends_at, id)
    INCLUDE (customer_id, status, starts_at, auto_renew);
CREATE INDEX subscription_reach_by_customer ON subscription_reach (partner_id, customer_id)
    INCLUDE (term_ends_at, status, starts_at, auto_renew);
CREATE INDEX customer_reach_by_name ON customer_reach (partner_id, name_folded, id)
    INCLUDE (domain, country, cloud);

CREATE OR REPLACE FUNCTION begin_reach() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO customer_reach (partner_id, id, name_folded, domain, country, cloud, created_at)
    SELECT DISTINCT g.partner_id, c.id, c.name_folded, c.domain, c.country, c.cloud, c.created_at
    FROM changed g JOIN customer c ON c.id = g.customer_id WHERE g.status = 'ACTIVE'
    ON CONFLICT DO NOTHING;
    INSERT INTO subscription_reach (id, partner_id, customer_id, offer_id, friendly_name_folded, status, starts_at,
        term_ends_at, auto_renew, quantity, created_at)
    SELECT s.id, s.partner_id, s.customer_id, s.offer_id, s.friendly_name_folded, s.status, s.starts_at,
        s.term_ends_at, s.auto_renew, s.quantity, s.created_at
    FROM changed g JOIN subscription s ON s.customer_id = g.customer_id AND s.partner_id = g.partner_id
    WHERE g.status = 'ACTIVE'
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION follow_customer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE customer_reach SET name_folded = NEW.name_folded, domain = NEW.domain, country = NEW.country,
        cloud = NEW.cloud, created_at = NEW.created_at
    WHERE id = NEW.id;
    RETURN NULL;
END $$;
DROP TRIGGER reach_follows_a_customer ON customer;
CREATE TRIGGER reach_follows_a_customer AFTER UPDATE ON customer FOR EACH ROW
    WHEN ((NEW.name_folded, NEW.domain, NEW.country, NEW.cloud, NEW.created_at)
        IS DISTINCT FROM (OLD.name_folded, OLD.domain, OLD.country, OLD.cloud, OLD.created_at))
    EXECUTE FUNCTION follow_customer();
CREATE OR REPLACE FUNCTION take_subscription() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO subscription_reach (id, partner_id, customer_id, offer_id, friendly_name_folded, status, starts_at,
        term_ends_at, auto_renew, quantity, created_at)
    SELECT s.id, s.partner_id, s.customer_id, s.offer_id, s.friendly_name_folded, s.status, s.starts_at,
        s.term_ends_at, s.auto_renew, s.quantity, s.created_at
    FROM taken s JOIN customer_reach r ON r.partner_id = s.partner_id AND r.id = s.customer_id
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION follow_subscription() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE subscription_reach SET friendly_name_folded = NEW.friendly_name_folded, status = NEW.status,
        starts_at = NEW.starts_at, term_ends_at = NEW.term_ends_at, auto_renew = NEW.auto_renew,
        quantity = NEW.quantity, created_at = NEW.created_at
    WHERE id = NEW.id;
    RETURN NULL;
END $$;
DROP TRIGGER reach_follows_a_subscription ON subscription;
CREATE TRIGGER reach_follows_a_subscription AFTER UPDATE ON subscription FOR EACH ROW
    WHEN ((NEW.friendly_name_folded, NEW.status, NEW.starts_at, NEW.term_ends_at, NEW.auto_renew, NEW.quantity,
            NEW.created_at)
        IS DISTINCT FROM (OLD.friendly_name_folded, OLD.status, OLD.starts_at, OLD.term_ends_at, OLD.auto_renew,
            OLD.quantity, OLD.created_at))
    EXECUTE FUNCTION follow_subscription();
";

/// What is in the index as it was before.
pub(crate) const FILL: &str = r"
INSERT INTO customer_reach (partner_id, id, name_folded, created_at)
SELECT DISTINCT g.partner_id, c.id, c.name_folded, c.created_at
FROM delegated_admin_grant g JOIN customer c ON c.id = g.customer_id WHERE g.status = 'ACTIVE';
INSERT INTO subscription_reach (id, partner_id, friendly_name_folded, term_ends_at, created_at, quantity)
SELECT s.id, s.partner_id, s.friendly_name_folded, s.term_ends_at, s.created_at, s.quantity
FROM subscription s JOIN customer_reach r ON r.partner_id = s.partner_id AND r.id = s.customer_id;
";

pub(crate) const MIGRATION: Migration = Migration {
    file: file!(),
    up: &[Both(UP), Each { sqlite: SQLITE, postgres: POSTGRES }],
    down: &[
        Each { sqlite: before::SQLITE_DOWN, postgres: before::POSTGRES_DOWN },
        Both(before::UP),
        Each { sqlite: before::SQLITE_TRIGGERS, postgres: before::POSTGRES_TRIGGERS },
        Both(FILL),
    ],
};
