//! How many points each tenant has left, where all servers on one PostgreSQL count together.
//!
//! Nothing is lost with it: after a crash of the database every tenant has all of its points.

use crate::migration::{Migration, Step::Postgres};

const UP: &str = r"
CREATE UNLOGGED TABLE rate_bucket (
    tenant_id uuid NOT NULL PRIMARY KEY,
    -- Below zero where more was taken than there was.
    level double precision NOT NULL,
    -- Milliseconds since 1970.
    filled_at bigint NOT NULL
) WITH (fillfactor = 50);
";

pub(crate) const MIGRATION: Migration =
    Migration { file: file!(), up: &[Postgres(UP)], down: &[Postgres("DROP TABLE rate_bucket")] };
