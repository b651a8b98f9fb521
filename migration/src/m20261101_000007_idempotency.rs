//! The first answers to mutations that carried an idempotency key.

use crate::migration::{Migration, Step::Both};

const UP: &str = r"
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

const DOWN: &str = r"
DROP TABLE idempotency_record;
";

pub(crate) const MIGRATION: Migration = Migration { file: file!(), up: &[Both(UP)], down: &[Both(DOWN)] };
