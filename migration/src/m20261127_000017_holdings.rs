//! What each partner's people hold: every assignment with its grant's parties, status and times, in one row, so that the
//! access rule is one probe of one index.
//!
//! The database keeps it by itself, and no statement of the application writes it. It cannot say more than the two tables
//! that it repeats: one foreign key ties each row to its assignment and goes with it, the other ties its other columns to those of
//! the grant and follows them. Only that an assignment has its row is left to a trigger; without it nobody could do anything.
//!
//! SQLite minds foreign keys only on connections that ask for it. Whoever ends a grant by hand on another one must not leave
//! behind what it gave: there triggers do the same.

use crate::migration::{
    Migration,
    Step::{Both, Each},
};

const UP: &str = r"
CREATE UNIQUE INDEX grant_as_held ON delegated_admin_grant
    (id, partner_id, customer_id, status, starts_at, ends_at, auto_extend);
CREATE TABLE holding (
    grant_id {uuid} NOT NULL,
    partner_id {uuid} NOT NULL,
    customer_id {uuid} NOT NULL,
    status {text} NOT NULL,
    starts_at {instant} NOT NULL,
    ends_at {instant} NOT NULL,
    auto_extend {bool} NOT NULL,
    assignee {text} NOT NULL,
    role {text} NOT NULL,
    PRIMARY KEY (grant_id, assignee, role),
    FOREIGN KEY (grant_id, assignee, role)
        REFERENCES access_assignment (grant_id, assignee, role) ON DELETE CASCADE,
    FOREIGN KEY (grant_id, partner_id, customer_id, status, starts_at, ends_at, auto_extend)
        REFERENCES delegated_admin_grant (id, partner_id, customer_id, status, starts_at, ends_at, auto_extend)
        ON UPDATE CASCADE ON DELETE CASCADE
) {strict};
INSERT INTO holding (grant_id, partner_id, customer_id, status, starts_at, ends_at, auto_extend, assignee, role)
SELECT g.id, g.partner_id, g.customer_id, g.status, g.starts_at, g.ends_at, g.auto_extend, a.assignee, a.role
FROM access_assignment a JOIN delegated_admin_grant g ON g.id = a.grant_id;
";

const SQLITE: &str = r"
CREATE INDEX holding_in_force ON holding
    (partner_id, customer_id, assignee, role, starts_at, ends_at, auto_extend) WHERE status = 'ACTIVE';
CREATE TRIGGER assignment_is_held AFTER INSERT ON access_assignment BEGIN
    INSERT INTO holding (grant_id, partner_id, customer_id, status, starts_at, ends_at, auto_extend, assignee, role)
    SELECT g.id, g.partner_id, g.customer_id, g.status, g.starts_at, g.ends_at, g.auto_extend, NEW.assignee, NEW.role
    FROM delegated_admin_grant g WHERE g.id = NEW.grant_id;
END;
CREATE TRIGGER holding_goes_with_its_assignment AFTER DELETE ON access_assignment BEGIN
    DELETE FROM holding WHERE grant_id = OLD.grant_id AND assignee = OLD.assignee AND role = OLD.role;
END;
CREATE TRIGGER holding_follows_its_grant
AFTER UPDATE OF status, starts_at, ends_at, auto_extend ON delegated_admin_grant BEGIN
    UPDATE holding SET status = NEW.status, starts_at = NEW.starts_at, ends_at = NEW.ends_at,
        auto_extend = NEW.auto_extend
    WHERE grant_id = NEW.id;
END;
CREATE TRIGGER holding_goes_with_its_grant AFTER DELETE ON delegated_admin_grant BEGIN
    DELETE FROM holding WHERE grant_id = OLD.id;
END;
";

const POSTGRES: &str = r"
CREATE INDEX holding_in_force ON holding (partner_id, customer_id)
    INCLUDE (assignee, role, starts_at, ends_at, auto_extend) WHERE status = 'ACTIVE';
CREATE FUNCTION hold_assignments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO holding (grant_id, partner_id, customer_id, status, starts_at, ends_at, auto_extend, assignee, role)
    SELECT g.id, g.partner_id, g.customer_id, g.status, g.starts_at, g.ends_at, g.auto_extend, a.assignee, a.role
    FROM assigned a JOIN delegated_admin_grant g ON g.id = a.grant_id;
    RETURN NULL;
END $$;
CREATE TRIGGER assignment_is_held AFTER INSERT ON access_assignment
    REFERENCING NEW TABLE AS assigned FOR EACH STATEMENT EXECUTE FUNCTION hold_assignments();
";

const SQLITE_DOWN: &str = r"
DROP TRIGGER assignment_is_held;
DROP TRIGGER holding_goes_with_its_assignment;
DROP TRIGGER holding_follows_its_grant;
DROP TRIGGER holding_goes_with_its_grant;
";

const POSTGRES_DOWN: &str = r"
DROP FUNCTION hold_assignments CASCADE;
";

const DOWN: &str = r"
DROP TABLE holding;
DROP INDEX grant_as_held;
";

pub(crate) const MIGRATION: Migration = Migration {
    file: file!(),
    up: &[Both(UP), Each { sqlite: SQLITE, postgres: POSTGRES }],
    down: &[Each { sqlite: SQLITE_DOWN, postgres: POSTGRES_DOWN }, Both(DOWN)],
};
