//! Where each chain of the log stands, and the proof that nothing of a customer's subscriptions changed: one row for each
//! customer, and one, under the nil UUID, for the chain of what concerns no customer.
//!
//! `subscription_writes` counts the rows of the customer's subscriptions that were ever written. The database counts by
//! itself, whoever writes; an act that must leave the subscriptions as they are compares this one number, so that it
//! costs the same whatever the customer has. The rest of the row is the chain's head: its newest entry, signed with a
//! key that is not in the database. It only grows, and is never removed.
//!
//! `hash_version` says which form of an entry was hashed: entries from before this migration have 1, and stay as they
//! are.

use crate::migration::{
    Migration,
    Step::{Both, Each},
};

const UP: &str = r"
CREATE TABLE chain (
    customer_id {uuid} NOT NULL PRIMARY KEY,
    subscription_writes {long} NOT NULL DEFAULT 0,
    sequence {long} NOT NULL DEFAULT 0,
    event_id {uuid},
    occurred_at {instant},
    hash {bytes},
    signature {bytes},
    CHECK ((sequence = 0) = (event_id IS NULL) AND (event_id IS NULL) = (hash IS NULL)
        AND (hash IS NULL) = (occurred_at IS NULL))
) {strict};
INSERT INTO chain (customer_id, sequence, event_id, occurred_at, hash)
    SELECT c.id, coalesce(e.sequence, 0), e.id, e.occurred_at, e.hash FROM customer c
    LEFT JOIN event e ON e.customer_id = c.id
        AND e.sequence = (SELECT max(newest.sequence) FROM event newest WHERE newest.customer_id = c.id);
ALTER TABLE event ADD COLUMN hash_version INTEGER NOT NULL DEFAULT 1;
";

const SQLITE: &str = r"
INSERT INTO chain (customer_id, sequence, event_id, occurred_at, hash)
    SELECT zeroblob(16), coalesce(e.sequence, 0), e.id, e.occurred_at, e.hash FROM (SELECT 1)
    LEFT JOIN event e ON e.customer_id IS NULL
        AND e.sequence = (SELECT max(newest.sequence) FROM event newest WHERE newest.customer_id IS NULL);
CREATE TRIGGER chain_begins_with_a_customer AFTER INSERT ON customer BEGIN
    INSERT INTO chain (customer_id) VALUES (NEW.id);
END;
CREATE TRIGGER chain_counts_a_new_subscription AFTER INSERT ON subscription BEGIN
    UPDATE chain SET subscription_writes = subscription_writes + 1 WHERE customer_id = NEW.customer_id;
END;
CREATE TRIGGER chain_counts_a_changed_subscription AFTER UPDATE ON subscription BEGIN
    UPDATE chain SET subscription_writes = subscription_writes + 1 WHERE customer_id = NEW.customer_id;
END;
CREATE TRIGGER chain_counts_a_removed_subscription AFTER DELETE ON subscription BEGIN
    UPDATE chain SET subscription_writes = subscription_writes + 1 WHERE customer_id = OLD.customer_id;
END;
CREATE TRIGGER chain_only_grows BEFORE UPDATE ON chain
WHEN NEW.customer_id <> OLD.customer_id OR NEW.sequence < OLD.sequence
    OR NEW.subscription_writes < OLD.subscription_writes BEGIN
    SELECT RAISE(ABORT, 'copartner: a chain of the log only grows');
END;
CREATE TRIGGER chain_is_never_removed BEFORE DELETE ON chain BEGIN
    SELECT RAISE(ABORT, 'copartner: a chain of the log only grows');
END;
CREATE TRIGGER chain_is_never_replaced BEFORE INSERT ON chain
WHEN EXISTS (SELECT 1 FROM chain WHERE customer_id = NEW.customer_id) BEGIN
    SELECT RAISE(ABORT, 'copartner: a chain of the log only grows');
END;
";

const POSTGRES: &str = r"
INSERT INTO chain (customer_id, sequence, event_id, occurred_at, hash)
    SELECT '00000000-0000-0000-0000-000000000000', coalesce(e.sequence, 0), e.id, e.occurred_at, e.hash FROM (SELECT 1) one
    LEFT JOIN event e ON e.customer_id IS NULL
        AND e.sequence = (SELECT max(newest.sequence) FROM event newest WHERE newest.customer_id IS NULL);
CREATE FUNCTION begin_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO chain (customer_id) SELECT id FROM taken;
    RETURN NULL;
END $$;
CREATE TRIGGER chain_begins_with_a_customer AFTER INSERT ON customer
    REFERENCING NEW TABLE AS taken FOR EACH STATEMENT EXECUTE FUNCTION begin_chain();

CREATE FUNCTION count_subscription_writes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE chain SET subscription_writes = chain.subscription_writes + w.n
    FROM (SELECT customer_id, count(*) AS n FROM written GROUP BY customer_id) w
    WHERE chain.customer_id = w.customer_id;
    RETURN NULL;
END $$;
CREATE TRIGGER chain_counts_a_new_subscription AFTER INSERT ON subscription
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION count_subscription_writes();
CREATE TRIGGER chain_counts_a_changed_subscription AFTER UPDATE ON subscription
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION count_subscription_writes();
CREATE TRIGGER chain_counts_a_removed_subscription AFTER DELETE ON subscription
    REFERENCING OLD TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION count_subscription_writes();

CREATE FUNCTION keep_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'copartner: a chain of the log only grows';
END $$;
CREATE TRIGGER chain_only_grows BEFORE UPDATE ON chain FOR EACH ROW
    WHEN (NEW.customer_id <> OLD.customer_id OR NEW.sequence < OLD.sequence
        OR NEW.subscription_writes < OLD.subscription_writes)
    EXECUTE FUNCTION keep_chain();
CREATE TRIGGER chain_is_never_removed BEFORE DELETE ON chain
    FOR EACH ROW EXECUTE FUNCTION keep_chain();
CREATE TRIGGER chain_is_never_emptied BEFORE TRUNCATE ON chain
    FOR EACH STATEMENT EXECUTE FUNCTION keep_chain();
";

const SQLITE_DOWN: &str = r"
DROP TRIGGER chain_begins_with_a_customer;
DROP TRIGGER chain_counts_a_new_subscription;
DROP TRIGGER chain_counts_a_changed_subscription;
DROP TRIGGER chain_counts_a_removed_subscription;
DROP TABLE chain;
ALTER TABLE event DROP COLUMN hash_version;
";

const POSTGRES_DOWN: &str = r"
DROP FUNCTION begin_chain, count_subscription_writes, keep_chain CASCADE;
DROP TABLE chain;
ALTER TABLE event DROP COLUMN hash_version;
";

pub(crate) const MIGRATION: Migration = Migration {
    file: file!(),
    up: &[Both(UP), Each { sqlite: SQLITE, postgres: POSTGRES }],
    down: &[Each { sqlite: SQLITE_DOWN, postgres: POSTGRES_DOWN }],
};
