//! Secrets that all servers on one database share, such as the key that cursors are sealed with.

use crate::migration::{Migration, Step::Both};

const UP: &str = r"
CREATE TABLE server_secret (
    name {text} NOT NULL PRIMARY KEY,
    value {bytes} NOT NULL
) {strict};
";

const DOWN: &str = r"
DROP TABLE server_secret;
";

pub(crate) const MIGRATION: Migration = Migration { file: file!(), up: &[Both(UP)], down: &[Both(DOWN)] };
