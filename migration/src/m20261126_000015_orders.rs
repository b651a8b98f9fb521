//! The orders that lists have got since: grants by name, requests by the end of their time. A grant's name in lower case
//! is kept beside it, as other names are.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{DbBackend, Statement, Value, prelude::Uuid};

use crate::migration::{
    Migration,
    Step::{Both, Postgres, Rows},
};

const UP: &str = r"
ALTER TABLE delegated_admin_grant ADD COLUMN display_name_folded {text} NOT NULL DEFAULT '';
";

/// No trigger looks at the new column; those that look at a grant's state would do so for every grant.
const POSTGRES_QUIET: &str = r"
ALTER TABLE delegated_admin_grant ALTER COLUMN display_name_folded DROP DEFAULT, DISABLE TRIGGER USER;
";

const POSTGRES_LOUD: &str = r"
ALTER TABLE delegated_admin_grant ENABLE TRIGGER USER;
";

const FOLD: &str = r"
UPDATE delegated_admin_grant SET display_name_folded = lower(display_name);
";

/// Names that the databases do not fold: they know the letters of ASCII only.
const SQLITE_OTHERS: &str =
    "SELECT id, display_name FROM delegated_admin_grant WHERE display_name GLOB '*[^ -~]*'";
const POSTGRES_OTHERS: &str =
    "SELECT id, display_name FROM delegated_admin_grant WHERE display_name ~ '[^ -~]'";

const FOLD_ONE: &str = "UPDATE delegated_admin_grant SET display_name_folded = $1 WHERE id = $2";

const INDEXES: &str = r"
CREATE INDEX grant_by_name ON delegated_admin_grant (display_name_folded, id);
CREATE INDEX grant_of_partner_by_name ON delegated_admin_grant (partner_id, display_name_folded, id);
CREATE INDEX relationship_request_by_expiry ON relationship_request (expires_at, id);
CREATE INDEX relationship_request_of_partner_by_expiry ON relationship_request (partner_id, expires_at, id);
";

const DOWN: &str = r"
DROP INDEX relationship_request_of_partner_by_expiry;
DROP INDEX relationship_request_by_expiry;
DROP INDEX grant_of_partner_by_name;
DROP INDEX grant_by_name;
ALTER TABLE delegated_admin_grant DROP COLUMN display_name_folded;
";

pub(crate) const MIGRATION: Migration = Migration {
    file: file!(),
    up: &[
        Both(UP),
        Postgres(POSTGRES_QUIET),
        Both(FOLD),
        Rows(|manager| Box::pin(fold_others(manager))),
        Postgres(POSTGRES_LOUD),
        Both(INDEXES),
    ],
    down: &[Both(DOWN)],
};

async fn fold_others(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let (connection, backend) = (manager.get_connection(), manager.get_database_backend());
    let others = if backend == DbBackend::Postgres { POSTGRES_OTHERS } else { SQLITE_OTHERS };
    for row in connection.query_all_raw(Statement::from_string(backend, others)).await? {
        let folded = row.try_get::<String>("", "display_name")?.to_lowercase();
        let values: [Value; 2] = [folded.into(), row.try_get::<Uuid>("", "id")?.into()];
        connection.execute_raw(Statement::from_sql_and_values(backend, FOLD_ONE, values)).await?;
    }
    Ok(())
}
