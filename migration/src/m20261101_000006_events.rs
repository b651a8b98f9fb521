//! The log. The database itself refuses to change or remove an entry.

use crate::migration::{
    Migration,
    Step::{Both, Each, Postgres},
};

const UP: &str = r"
CREATE TABLE event (
    id {uuid} NOT NULL PRIMARY KEY,
    customer_id {uuid} REFERENCES customer (id),
    partner_id {uuid} REFERENCES partner (id),
    sequence {long} NOT NULL,
    kind {text} NOT NULL,
    occurred_at {instant} NOT NULL,
    actor_kind {text},
    actor_tenant_id {uuid},
    actor_subject {text},
    actor_is_application {bool} NOT NULL,
    subject_id {uuid} NOT NULL,
    grant_id {uuid},
    changes {json} NOT NULL,
    subscriptions_before {bytes},
    subscriptions_after {bytes},
    previous_hash {bytes} NOT NULL,
    hash {bytes} NOT NULL
) {strict};
CREATE UNIQUE INDEX event_chain ON event (customer_id, sequence);
CREATE INDEX event_of_customer ON event (customer_id, occurred_at, id);
CREATE INDEX event_of_partner ON event (partner_id, occurred_at, id);
CREATE INDEX event_of_subject ON event (subject_id, occurred_at, id);
";

const SQLITE_TRIGGERS: &str = r"
CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event BEGIN
    SELECT RAISE(ABORT, 'copartner: the log is append-only');
END;
CREATE TRIGGER event_is_never_removed BEFORE DELETE ON event BEGIN
    SELECT RAISE(ABORT, 'copartner: the log is append-only');
END;
";

const POSTGRES_TRIGGERS: &str = r"
CREATE FUNCTION keep_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'copartner: the log is append-only';
END $$;
CREATE TRIGGER event_is_never_changed BEFORE UPDATE OR DELETE ON event
    FOR EACH ROW EXECUTE FUNCTION keep_log();
CREATE TRIGGER event_is_never_removed BEFORE TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION keep_log();
";

const DOWN: &str = r"
DROP TABLE event;
";

const POSTGRES_DOWN: &str = r"
DROP FUNCTION keep_log;
";

pub(crate) const MIGRATION: Migration = Migration {
    file: file!(),
    up: &[Both(UP), Each { sqlite: SQLITE_TRIGGERS, postgres: POSTGRES_TRIGGERS }],
    down: &[Both(DOWN), Postgres(POSTGRES_DOWN)],
};
