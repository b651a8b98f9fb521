//! An idempotency key belongs to the principal that used it, within its tenant. What was remembered before has no
//! principal and is forgotten: it would have been within a day.

use crate::migration::{Migration, Step::Both};

const UP: &str = r"
DROP TABLE idempotency_record;
CREATE TABLE idempotency_record (
    tenant_id {uuid} NOT NULL,
    subject {text} NOT NULL,
    key {text} NOT NULL,
    input_hash {bytes} NOT NULL,
    answer {json} NOT NULL,
    created_at {instant} NOT NULL,
    PRIMARY KEY (tenant_id, subject, key)
) {strict};
CREATE INDEX idempotency_record_by_age ON idempotency_record (created_at);
";

const DOWN: &str = r"
DROP TABLE idempotency_record;
CREATE TABLE idempotency_record (
    tenant_id {uuid} NOT NULL,
    key {text} NOT NULL,
    input_hash {bytes} NOT NULL,
    answer {json} NOT NULL,
    created_at {instant} NOT NULL,
    PRIMARY KEY (tenant_id, key)
) {strict};
CREATE INDEX idempotency_record_by_age ON idempotency_record (created_at);
";

pub(crate) const MIGRATION: Migration = Migration { file: file!(), up: &[Both(UP)], down: &[Both(DOWN)] };
