//! What never changes is held against every way to write: not only UPDATE and DELETE, but also SQLite's REPLACE, which
//! removes rows without a trigger for removal, and PostgreSQL's TRUNCATE, which no trigger for rows sees. The parties of
//! grants and requests are held, too.
//!
//! On SQLite a trigger looks before each insertion: an upsert that leaves the identity of a row alone passes it.
//!
//! PostgreSQL locks a row for an upsert as if its key changed whenever a column of a unique index is among those that
//! are set, and a foreign key's check then waits. An import that brings a partner up to date would so wait for an act
//! that waits for the import. A partial index is none that a foreign key could refer to: the lock is the weaker one.

use crate::migration::{Migration, Step::Each};

const SQLITE: &str = r"
CREATE TRIGGER event_is_never_replaced BEFORE INSERT ON event
WHEN EXISTS (SELECT 1 FROM event WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM event WHERE customer_id IS NEW.customer_id AND sequence = NEW.sequence) BEGIN
    SELECT RAISE(ABORT, 'copartner: the log is append-only');
END;

DROP TRIGGER partner_claims_its_tenant;
CREATE TRIGGER partner_claims_its_tenant BEFORE INSERT ON partner BEGIN
    SELECT RAISE(ABORT, 'copartner: a customer''s tenant is never a partner')
    WHERE (SELECT kind FROM tenant WHERE id = NEW.tenant_id) <> 'PARTNER';
    SELECT RAISE(ABORT, 'copartner: a partner keeps its tenant')
    WHERE EXISTS (SELECT 1 FROM partner
        WHERE (id = NEW.id OR tenant_id = NEW.tenant_id OR partner_number = NEW.partner_number)
            AND (id <> NEW.id OR tenant_id <> NEW.tenant_id));
    INSERT INTO tenant (id, kind) SELECT NEW.tenant_id, 'PARTNER'
    WHERE NOT EXISTS (SELECT 1 FROM tenant WHERE id = NEW.tenant_id);
END;
DROP TRIGGER customer_claims_its_tenant;
CREATE TRIGGER customer_claims_its_tenant BEFORE INSERT ON customer BEGIN
    SELECT RAISE(ABORT, 'copartner: a partner''s tenant is never a customer')
    WHERE (SELECT kind FROM tenant WHERE id = NEW.tenant_id) <> 'CUSTOMER';
    SELECT RAISE(ABORT, 'copartner: a customer keeps its tenant')
    WHERE EXISTS (SELECT 1 FROM customer
        WHERE (id = NEW.id OR tenant_id = NEW.tenant_id OR domain = NEW.domain)
            AND (id <> NEW.id OR tenant_id <> NEW.tenant_id));
    INSERT INTO tenant (id, kind) SELECT NEW.tenant_id, 'CUSTOMER'
    WHERE NOT EXISTS (SELECT 1 FROM tenant WHERE id = NEW.tenant_id);
END;
CREATE TRIGGER tenant_is_never_replaced BEFORE INSERT ON tenant
WHEN EXISTS (SELECT 1 FROM tenant WHERE id = NEW.id) BEGIN
    SELECT RAISE(ABORT, 'copartner: a tenant keeps its kind');
END;

CREATE TRIGGER subscription_is_never_replaced BEFORE INSERT ON subscription
WHEN EXISTS (SELECT 1 FROM subscription WHERE id = NEW.id
    AND (customer_id <> NEW.customer_id OR partner_id <> NEW.partner_id OR offer_id <> NEW.offer_id)) BEGIN
    SELECT RAISE(ABORT, 'copartner: a subscription keeps its customer, its partner of record and its offer');
END;

CREATE TRIGGER grant_keeps_its_parties BEFORE UPDATE ON delegated_admin_grant
WHEN NEW.id <> OLD.id OR NEW.partner_id <> OLD.partner_id OR NEW.customer_id <> OLD.customer_id BEGIN
    SELECT RAISE(ABORT, 'copartner: a grant keeps its parties');
END;
CREATE TRIGGER grant_is_never_replaced BEFORE INSERT ON delegated_admin_grant
WHEN EXISTS (SELECT 1 FROM delegated_admin_grant WHERE
    (id = NEW.id AND (partner_id <> NEW.partner_id OR customer_id <> NEW.customer_id))
    OR (id <> NEW.id AND request_id = NEW.request_id)) BEGIN
    SELECT RAISE(ABORT, 'copartner: a grant keeps its parties');
END;
CREATE TRIGGER request_keeps_its_parties BEFORE UPDATE ON relationship_request
WHEN NEW.id <> OLD.id OR NEW.partner_id <> OLD.partner_id
    OR (OLD.customer_id IS NOT NULL AND NEW.customer_id IS NOT OLD.customer_id) BEGIN
    SELECT RAISE(ABORT, 'copartner: a request keeps its parties');
END;
CREATE TRIGGER request_is_never_replaced BEFORE INSERT ON relationship_request
WHEN EXISTS (SELECT 1 FROM relationship_request WHERE
    (id = NEW.id AND (partner_id <> NEW.partner_id
        OR (customer_id IS NOT NULL AND customer_id IS NOT NEW.customer_id)))
    OR (id <> NEW.id AND invitation_hash = NEW.invitation_hash)) BEGIN
    SELECT RAISE(ABORT, 'copartner: a request keeps its parties');
END;
";

const SQLITE_DOWN: &str = r"
DROP TRIGGER event_is_never_replaced;
DROP TRIGGER tenant_is_never_replaced;
DROP TRIGGER subscription_is_never_replaced;
DROP TRIGGER grant_keeps_its_parties;
DROP TRIGGER grant_is_never_replaced;
DROP TRIGGER request_keeps_its_parties;
DROP TRIGGER request_is_never_replaced;
DROP TRIGGER partner_claims_its_tenant;
DROP TRIGGER customer_claims_its_tenant;
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
";

const POSTGRES: &str = r"
CREATE FUNCTION keep_parties() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'copartner: a % keeps its parties', TG_ARGV[0];
END $$;
CREATE TRIGGER grant_keeps_its_parties BEFORE UPDATE ON delegated_admin_grant FOR EACH ROW
    WHEN (NEW.id <> OLD.id OR NEW.partner_id <> OLD.partner_id OR NEW.customer_id <> OLD.customer_id)
    EXECUTE FUNCTION keep_parties('grant');
CREATE TRIGGER request_keeps_its_parties BEFORE UPDATE ON relationship_request FOR EACH ROW
    WHEN (NEW.id <> OLD.id OR NEW.partner_id <> OLD.partner_id
        OR (OLD.customer_id IS NOT NULL AND NEW.customer_id IS DISTINCT FROM OLD.customer_id))
    EXECUTE FUNCTION keep_parties('request');

CREATE FUNCTION refuse_truncation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'copartner: the table % is never emptied', TG_TABLE_NAME;
END $$;
CREATE TRIGGER tenant_is_never_emptied BEFORE TRUNCATE ON tenant
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncation();
CREATE TRIGGER subscription_is_never_emptied BEFORE TRUNCATE ON subscription
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncation();
CREATE TRIGGER grant_is_never_emptied BEFORE TRUNCATE ON delegated_admin_grant
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncation();
CREATE TRIGGER request_is_never_emptied BEFORE TRUNCATE ON relationship_request
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncation();

ALTER TABLE partner DROP CONSTRAINT partner_tenant_id_key, DROP CONSTRAINT partner_partner_number_key;
CREATE UNIQUE INDEX partner_by_tenant ON partner (tenant_id) WHERE tenant_id IS NOT NULL;
CREATE UNIQUE INDEX partner_by_number ON partner (partner_number) WHERE partner_number IS NOT NULL;
ALTER TABLE customer DROP CONSTRAINT customer_tenant_id_key, DROP CONSTRAINT customer_domain_key;
CREATE UNIQUE INDEX customer_by_tenant ON customer (tenant_id) WHERE tenant_id IS NOT NULL;
CREATE UNIQUE INDEX customer_by_domain ON customer (domain) WHERE domain IS NOT NULL;
ALTER TABLE offer DROP CONSTRAINT offer_sku_key;
CREATE UNIQUE INDEX offer_by_sku ON offer (sku) WHERE sku IS NOT NULL;
";

const POSTGRES_DOWN: &str = r"
DROP INDEX offer_by_sku, customer_by_domain, customer_by_tenant, partner_by_number, partner_by_tenant;
ALTER TABLE offer ADD CONSTRAINT offer_sku_key UNIQUE (sku);
ALTER TABLE customer ADD CONSTRAINT customer_tenant_id_key UNIQUE (tenant_id);
ALTER TABLE customer ADD CONSTRAINT customer_domain_key UNIQUE (domain);
ALTER TABLE partner ADD CONSTRAINT partner_tenant_id_key UNIQUE (tenant_id);
ALTER TABLE partner ADD CONSTRAINT partner_partner_number_key UNIQUE (partner_number);
DROP FUNCTION keep_parties, refuse_truncation CASCADE;
";

pub(crate) const MIGRATION: Migration = Migration {
    file: file!(),
    up: &[Each { sqlite: SQLITE, postgres: POSTGRES }],
    down: &[Each { sqlite: SQLITE_DOWN, postgres: POSTGRES_DOWN }],
};
