//! Partners and customers, and the promise that no tenant is both.
//!
//! `tenant` is the one place where a tenant's kind is decided. Its primary key makes two registrations of one tenant
//! meet, even when they race; the triggers fill it, so that nothing above has to remember to.

use crate::migration::{
    Migration,
    Step::{Both, Each, Postgres},
};

const UP: &str = r"
CREATE TABLE tenant (
    id {uuid} NOT NULL PRIMARY KEY,
    kind {text} NOT NULL CHECK (kind IN ('PARTNER', 'CUSTOMER'))
) {strict};

CREATE TABLE partner (
    id {uuid} NOT NULL PRIMARY KEY,
    tenant_id {uuid} NOT NULL UNIQUE,
    partner_number {text} NOT NULL UNIQUE,
    name {text} NOT NULL,
    name_folded {text} NOT NULL,
    kind {text} NOT NULL,
    cloud {text} NOT NULL,
    created_at {instant} NOT NULL
) {strict};
CREATE INDEX partner_by_name ON partner (name_folded, id);

CREATE TABLE customer (
    id {uuid} NOT NULL PRIMARY KEY,
    tenant_id {uuid} NOT NULL UNIQUE,
    name {text} NOT NULL,
    name_folded {text} NOT NULL,
    domain {text} NOT NULL UNIQUE CHECK (domain = lower(domain)),
    country {text} NOT NULL CHECK (length(country) = 2),
    cloud {text} NOT NULL,
    created_at {instant} NOT NULL
) {strict};
CREATE INDEX customer_by_name ON customer (name_folded, id);
CREATE INDEX customer_by_creation ON customer (created_at, id);
";

const SQLITE_TRIGGERS: &str = r"
CREATE TRIGGER partner_claims_its_tenant BEFORE INSERT ON partner BEGIN
    INSERT INTO tenant (id, kind) VALUES (NEW.tenant_id, 'PARTNER') ON CONFLICT (id) DO NOTHING;
    SELECT RAISE(ABORT, 'copartner: a customer''s tenant is never a partner')
    WHERE (SELECT kind FROM tenant WHERE id = NEW.tenant_id) <> 'PARTNER';
END;
CREATE TRIGGER customer_claims_its_tenant BEFORE INSERT ON customer BEGIN
    INSERT INTO tenant (id, kind) VALUES (NEW.tenant_id, 'CUSTOMER') ON CONFLICT (id) DO NOTHING;
    SELECT RAISE(ABORT, 'copartner: a partner''s tenant is never a customer')
    WHERE (SELECT kind FROM tenant WHERE id = NEW.tenant_id) <> 'CUSTOMER';
END;
CREATE TRIGGER partner_keeps_its_tenant BEFORE UPDATE OF tenant_id ON partner
WHEN NEW.tenant_id <> OLD.tenant_id BEGIN
    SELECT RAISE(ABORT, 'copartner: a partner keeps its tenant');
END;
CREATE TRIGGER customer_keeps_its_tenant BEFORE UPDATE OF tenant_id ON customer
WHEN NEW.tenant_id <> OLD.tenant_id BEGIN
    SELECT RAISE(ABORT, 'copartner: a customer keeps its tenant');
END;
CREATE TRIGGER tenant_keeps_its_kind BEFORE UPDATE ON tenant BEGIN
    SELECT RAISE(ABORT, 'copartner: a tenant keeps its kind');
END;
CREATE TRIGGER tenant_is_never_forgotten BEFORE DELETE ON tenant BEGIN
    SELECT RAISE(ABORT, 'copartner: a tenant keeps its kind');
END;
";

const POSTGRES_TRIGGERS: &str = r"
CREATE FUNCTION claim_tenant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tenant (id, kind) VALUES (NEW.tenant_id, TG_ARGV[0]) ON CONFLICT (id) DO NOTHING;
    IF (SELECT kind FROM tenant WHERE id = NEW.tenant_id) <> TG_ARGV[0] THEN
        RAISE EXCEPTION 'copartner: a %''s tenant is never a %', lower(TG_ARGV[1]), lower(TG_ARGV[0]);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER partner_claims_its_tenant BEFORE INSERT ON partner
    FOR EACH ROW EXECUTE FUNCTION claim_tenant('PARTNER', 'CUSTOMER');
CREATE TRIGGER customer_claims_its_tenant BEFORE INSERT ON customer
    FOR EACH ROW EXECUTE FUNCTION claim_tenant('CUSTOMER', 'PARTNER');

CREATE FUNCTION keep_tenant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'copartner: a % keeps its tenant', TG_TABLE_NAME;
END $$;
CREATE TRIGGER partner_keeps_its_tenant BEFORE UPDATE ON partner
    FOR EACH ROW WHEN (NEW.tenant_id <> OLD.tenant_id) EXECUTE FUNCTION keep_tenant();
CREATE TRIGGER customer_keeps_its_tenant BEFORE UPDATE ON customer
    FOR EACH ROW WHEN (NEW.tenant_id <> OLD.tenant_id) EXECUTE FUNCTION keep_tenant();

CREATE FUNCTION keep_tenant_kind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'copartner: a tenant keeps its kind';
END $$;
CREATE TRIGGER tenant_keeps_its_kind BEFORE UPDATE OR DELETE ON tenant
    FOR EACH ROW EXECUTE FUNCTION keep_tenant_kind();
";

const DOWN: &str = r"
DROP TABLE customer;
DROP TABLE partner;
DROP TABLE tenant;
";

const POSTGRES_DOWN: &str = r"
DROP FUNCTION claim_tenant, keep_tenant, keep_tenant_kind;
";

pub(crate) const MIGRATION: Migration = Migration {
    file: file!(),
    up: &[Both(UP), Each { sqlite: SQLITE_TRIGGERS, postgres: POSTGRES_TRIGGERS }],
    down: &[Both(DOWN), Postgres(POSTGRES_DOWN)],
};
