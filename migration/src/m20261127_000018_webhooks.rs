//! Webhooks, and what became of their deliveries.
//!
//! A webhook's row is its queue: `position` is how far in the feed it has been served, and a lease in the row says which
//! server serves it. So nothing is written for an event that is still to be delivered, and how many webhooks there are makes
//! no act slower. Whose a webhook is, who made it and what it sees by never change.
//!
//! Of a tenant's webhooks those that wait longest are served first, by `webhook_by_turn`.

use crate::migration::{
    Migration,
    Step::{Both, Each},
};

const UP: &str = r"
CREATE TABLE webhook (
    id {uuid} NOT NULL PRIMARY KEY,
    tenant_id {uuid} NOT NULL,
    partner_id {uuid} REFERENCES partner (id),
    customer_id {uuid} REFERENCES customer (id),
    url {text} NOT NULL,
    origin {text} NOT NULL,
    description {text},
    kinds {json},
    roles {json} NOT NULL,
    security_groups {json} NOT NULL,
    status {text} NOT NULL,
    secret_nonce {bytes} NOT NULL,
    secret_key_id {bytes} NOT NULL,
    secret_rotated_at {instant} NOT NULL,
    previous_nonce {bytes},
    previous_until {instant},
    created_by {text} NOT NULL,
    version INTEGER NOT NULL,
    created_at {instant} NOT NULL,
    updated_at {instant} NOT NULL,
    position {long},
    next_attempt_at {instant} NOT NULL,
    failing_since {instant},
    lease_owner {uuid},
    lease_until {instant},
    CHECK (partner_id IS NULL OR customer_id IS NULL),
    CHECK (status IN ('ENABLED', 'DISABLED')),
    CHECK ((previous_nonce IS NULL) = (previous_until IS NULL)),
    CHECK ((lease_owner IS NULL) = (lease_until IS NULL))
) {strict};
CREATE INDEX webhook_of_tenant ON webhook (tenant_id, created_at, id);
CREATE INDEX webhook_by_turn ON webhook (next_attempt_at) WHERE status = 'ENABLED';
CREATE TABLE webhook_delivery (
    id {uuid} NOT NULL PRIMARY KEY,
    webhook_id {uuid} NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    event_id {uuid} NOT NULL REFERENCES event (id),
    position {long} NOT NULL,
    status {text} NOT NULL,
    attempts INTEGER NOT NULL,
    first_attempt_at {instant} NOT NULL,
    last_attempt_at {instant} NOT NULL,
    next_attempt_at {instant},
    response_status INTEGER,
    failure {text},
    UNIQUE (webhook_id, event_id),
    CHECK (status IN ('DELIVERED', 'RETRYING', 'PARKED')),
    CHECK ((status = 'RETRYING') = (next_attempt_at IS NOT NULL))
) {strict};
CREATE INDEX webhook_delivery_by_time ON webhook_delivery (webhook_id, first_attempt_at, id);
CREATE INDEX webhook_delivery_to_retry ON webhook_delivery (webhook_id, position) WHERE status = 'RETRYING';
CREATE INDEX webhook_delivery_by_age ON webhook_delivery (last_attempt_at) WHERE status = 'DELIVERED';
";

const SQLITE: &str = r"
CREATE TRIGGER webhook_keeps_its_tenant_and_roles BEFORE UPDATE ON webhook
WHEN NEW.id <> OLD.id OR NEW.tenant_id <> OLD.tenant_id OR NEW.partner_id IS NOT OLD.partner_id
    OR NEW.customer_id IS NOT OLD.customer_id OR NEW.created_by <> OLD.created_by OR NEW.roles <> OLD.roles
    OR NEW.security_groups <> OLD.security_groups BEGIN
    SELECT RAISE(ABORT, 'copartner: a webhook keeps its tenant and its roles');
END;
CREATE TRIGGER webhook_is_never_replaced BEFORE INSERT ON webhook
WHEN EXISTS (SELECT 1 FROM webhook WHERE id = NEW.id) BEGIN
    SELECT RAISE(ABORT, 'copartner: a webhook keeps its tenant and its roles');
END;
";

const POSTGRES: &str = r"
CREATE FUNCTION keep_what_a_webhook_is() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'copartner: a webhook keeps its tenant and its roles';
END $$;
CREATE TRIGGER webhook_keeps_its_tenant_and_roles BEFORE UPDATE ON webhook FOR EACH ROW
    WHEN (NEW.id <> OLD.id OR NEW.tenant_id <> OLD.tenant_id OR NEW.partner_id IS DISTINCT FROM OLD.partner_id
        OR NEW.customer_id IS DISTINCT FROM OLD.customer_id OR NEW.created_by <> OLD.created_by
        OR NEW.roles <> OLD.roles OR NEW.security_groups <> OLD.security_groups)
    EXECUTE FUNCTION keep_what_a_webhook_is();
";

const DOWN: &str = r"
DROP TABLE webhook_delivery;
DROP TABLE webhook;
";

const POSTGRES_DOWN: &str = r"
DROP TABLE webhook_delivery;
DROP TABLE webhook;
DROP FUNCTION keep_what_a_webhook_is;
";

pub(crate) const MIGRATION: Migration = Migration {
    file: file!(),
    up: &[Both(UP), Each { sqlite: SQLITE, postgres: POSTGRES }],
    down: &[Each { sqlite: DOWN, postgres: POSTGRES_DOWN }],
};
