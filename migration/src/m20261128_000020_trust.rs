//! Whose tokens are trusted besides those of the configuration, and what is not trusted any more.
//!
//! All servers look at `trust_revision` several times a second, and read the rest when it has grown. Whatever they have to know
//! makes it grow, by triggers, so that nothing above has to remember to.

use crate::migration::{
    Migration,
    Step::{Both, Each, Postgres},
};

const UP: &str = r"
CREATE TABLE issuer_trust (
    issuer {text} NOT NULL PRIMARY KEY,
    config {json},
    revoked_at {instant},
    revoked_reason {text},
    changed_by {text} NOT NULL,
    changed_at {instant} NOT NULL,
    CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL))
) {strict};
CREATE TABLE revocation (
    id {uuid} NOT NULL PRIMARY KEY,
    issuer {text} NOT NULL,
    kind {text} NOT NULL CHECK (kind IN ('TOKEN', 'PRINCIPAL', 'KEY')),
    value {text} NOT NULL,
    revoked_at {instant} NOT NULL,
    reason {text} NOT NULL,
    revoked_by {text} NOT NULL,
    UNIQUE (issuer, kind, value)
) {strict};
CREATE TABLE trust_revision (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    revision {long} NOT NULL
) {strict};
INSERT INTO trust_revision (id, revision) VALUES (1, 1);
";

const SQLITE: &str = r"
CREATE TRIGGER trust_grows_with_an_issuer AFTER INSERT ON issuer_trust BEGIN
    UPDATE trust_revision SET revision = revision + 1;
END;
CREATE TRIGGER trust_follows_an_issuer AFTER UPDATE ON issuer_trust BEGIN
    UPDATE trust_revision SET revision = revision + 1;
END;
CREATE TRIGGER trust_loses_an_issuer AFTER DELETE ON issuer_trust BEGIN
    UPDATE trust_revision SET revision = revision + 1;
END;
CREATE TRIGGER trust_ends_by_a_revocation AFTER INSERT ON revocation BEGIN
    UPDATE trust_revision SET revision = revision + 1;
END;
CREATE TRIGGER trust_follows_a_revocation AFTER UPDATE ON revocation BEGIN
    UPDATE trust_revision SET revision = revision + 1;
END;
CREATE TRIGGER trust_loses_a_revocation AFTER DELETE ON revocation BEGIN
    UPDATE trust_revision SET revision = revision + 1;
END;
CREATE TRIGGER trust_follows_a_partner AFTER UPDATE OF status ON partner BEGIN
    UPDATE trust_revision SET revision = revision + 1;
END;
CREATE TRIGGER trust_follows_a_customer AFTER UPDATE OF status ON customer BEGIN
    UPDATE trust_revision SET revision = revision + 1;
END;
";

const POSTGRES: &str = r"
CREATE FUNCTION trust_has_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE trust_revision SET revision = revision + 1;
    RETURN NULL;
END $$;
CREATE TRIGGER trust_follows_issuers AFTER INSERT OR UPDATE OR DELETE ON issuer_trust
    FOR EACH ROW EXECUTE FUNCTION trust_has_changed();
CREATE TRIGGER trust_follows_revocations AFTER INSERT OR UPDATE OR DELETE ON revocation
    FOR EACH ROW EXECUTE FUNCTION trust_has_changed();
CREATE TRIGGER trust_follows_a_partner AFTER UPDATE ON partner
    FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION trust_has_changed();
CREATE TRIGGER trust_follows_a_customer AFTER UPDATE ON customer
    FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION trust_has_changed();
";

const SQLITE_DOWN: &str = r"
DROP TRIGGER trust_follows_a_partner;
DROP TRIGGER trust_follows_a_customer;
";

const POSTGRES_DOWN: &str = r"
DROP TRIGGER trust_follows_a_partner ON partner;
DROP TRIGGER trust_follows_a_customer ON customer;
";

const DOWN: &str = r"
DROP TABLE issuer_trust;
DROP TABLE revocation;
DROP TABLE trust_revision;
";

const POSTGRES_LAST: &str = "DROP FUNCTION trust_has_changed";

pub(crate) const MIGRATION: Migration = Migration {
    file: file!(),
    up: &[Both(UP), Each { sqlite: SQLITE, postgres: POSTGRES }],
    down: &[Each { sqlite: SQLITE_DOWN, postgres: POSTGRES_DOWN }, Both(DOWN), Postgres(POSTGRES_LAST)],
};
