//! What the terms of subscriptions need: when the clock next brings something about is written down with each, and
//! found by index.

use crate::migration::{
    Migration,
    Step::{Both, Each},
};

const UP: &str = r"
ALTER TABLE subscription ADD COLUMN due_at {instant};
";

/// The end of a term is told of some days before; instants are written as the driver writes them, without a fraction
/// when it is a whole second.
const SQLITE_DUE: &str = r"
UPDATE subscription SET due_at = CASE status WHEN 'PENDING' THEN starts_at ELSE replace(
    strftime('%Y-%m-%dT%H:%M:%f', term_ends_at, CASE term WHEN 'P1M' THEN '-7 days' ELSE '-30 days' END) || '+00:00',
    '.000+', '+') END
WHERE status IN ('PENDING', 'ACTIVE', 'SUSPENDED');
";

const POSTGRES_DUE: &str = r"
UPDATE subscription SET due_at = CASE status WHEN 'PENDING' THEN starts_at ELSE
    term_ends_at - CASE term WHEN 'P1M' THEN interval '168 hours' ELSE interval '720 hours' END END
WHERE status IN ('PENDING', 'ACTIVE', 'SUSPENDED');
";

const INDEX: &str = r"
CREATE INDEX subscription_by_due ON subscription (due_at, id) WHERE due_at IS NOT NULL;
";

const DOWN: &str = r"
DROP INDEX subscription_by_due;
ALTER TABLE subscription DROP COLUMN due_at;
";

pub(crate) const MIGRATION: Migration = Migration {
    file: file!(),
    up: &[Both(UP), Each { sqlite: SQLITE_DUE, postgres: POSTGRES_DUE }, Both(INDEX)],
    down: &[Both(DOWN)],
};
