//! Whether a tenant's principals are let in, why not, and since when; and a version, because what is known of a tenant can be
//! corrected now. A tenant that was closed stays so.

use crate::migration::{
    Migration,
    Step::{Both, Each},
};

const UP: &str = r"
ALTER TABLE partner ADD COLUMN status {text} NOT NULL DEFAULT 'ACTIVE'
    CHECK (status IN ('ACTIVE', 'SUSPENDED', 'CLOSED'));
ALTER TABLE partner ADD COLUMN status_reason {text};
ALTER TABLE partner ADD COLUMN status_since {instant};
ALTER TABLE partner ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE customer ADD COLUMN status {text} NOT NULL DEFAULT 'ACTIVE'
    CHECK (status IN ('ACTIVE', 'SUSPENDED', 'CLOSED'));
ALTER TABLE customer ADD COLUMN status_reason {text};
ALTER TABLE customer ADD COLUMN status_since {instant};
ALTER TABLE customer ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
CREATE INDEX partner_barred ON partner (tenant_id) WHERE status <> 'ACTIVE';
CREATE INDEX customer_barred ON customer (tenant_id) WHERE status <> 'ACTIVE';
";

const SQLITE: &str = r"
CREATE TRIGGER partner_stays_closed BEFORE UPDATE OF status ON partner
WHEN OLD.status = 'CLOSED' AND NEW.status <> 'CLOSED' BEGIN
    SELECT RAISE(ABORT, 'copartner: a closed tenant stays closed');
END;
CREATE TRIGGER customer_stays_closed BEFORE UPDATE OF status ON customer
WHEN OLD.status = 'CLOSED' AND NEW.status <> 'CLOSED' BEGIN
    SELECT RAISE(ABORT, 'copartner: a closed tenant stays closed');
END;
";

const POSTGRES: &str = r"
CREATE FUNCTION stay_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'copartner: a closed tenant stays closed';
END $$;
CREATE TRIGGER partner_stays_closed BEFORE UPDATE ON partner
    FOR EACH ROW WHEN (OLD.status = 'CLOSED' AND NEW.status <> 'CLOSED') EXECUTE FUNCTION stay_closed();
CREATE TRIGGER customer_stays_closed BEFORE UPDATE ON customer
    FOR EACH ROW WHEN (OLD.status = 'CLOSED' AND NEW.status <> 'CLOSED') EXECUTE FUNCTION stay_closed();
";

const SQLITE_DOWN: &str = r"
DROP TRIGGER partner_stays_closed;
DROP TRIGGER customer_stays_closed;
";

const POSTGRES_DOWN: &str = r"
DROP TRIGGER partner_stays_closed ON partner;
DROP TRIGGER customer_stays_closed ON customer;
DROP FUNCTION stay_closed;
";

const DOWN: &str = r"
DROP INDEX partner_barred;
DROP INDEX customer_barred;
ALTER TABLE partner DROP COLUMN status;
ALTER TABLE partner DROP COLUMN status_reason;
ALTER TABLE partner DROP COLUMN status_since;
ALTER TABLE partner DROP COLUMN version;
ALTER TABLE customer DROP COLUMN status;
ALTER TABLE customer DROP COLUMN status_reason;
ALTER TABLE customer DROP COLUMN status_since;
ALTER TABLE customer DROP COLUMN version;
";

pub(crate) const MIGRATION: Migration = Migration {
    file: file!(),
    up: &[Both(UP), Each { sqlite: SQLITE, postgres: POSTGRES }],
    down: &[Each { sqlite: SQLITE_DOWN, postgres: POSTGRES_DOWN }, Both(DOWN)],
};
