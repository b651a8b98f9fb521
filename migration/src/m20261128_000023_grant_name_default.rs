//! A grant that is written by SQL need not name the folded name, on PostgreSQL as on SQLite: such a row comes first in the order by name.

use crate::migration::{Migration, Step::Postgres};

const UP: &str = r"
ALTER TABLE delegated_admin_grant ALTER COLUMN display_name_folded SET DEFAULT '';
";

const DOWN: &str = r"
ALTER TABLE delegated_admin_grant ALTER COLUMN display_name_folded DROP DEFAULT;
";

pub(crate) const MIGRATION: Migration =
    Migration { file: file!(), up: &[Postgres(UP)], down: &[Postgres(DOWN)] };
