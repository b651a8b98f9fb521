//! Secrets that all servers on one database share, such as the key that cursors are sealed with.

use sea_orm_migration::prelude::*;

use crate::dialect;

const UP: &str = r"
CREATE TABLE server_secret (
    name {text} NOT NULL PRIMARY KEY,
    value {bytes} NOT NULL
) {strict};
";

const DOWN: &str = r"
DROP TABLE server_secret;
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
