//! An idempotency key belongs to the principal that used it, within its tenant. What was remembered before has no
//! principal and is forgotten: it would have been within a day.

use sea_orm_migration::prelude::*;

use crate::dialect;

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

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, DOWN).await
    }
}
