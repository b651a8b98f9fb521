//! What the course of time needs: what is due is found by index, each warning is given once, and a grant remembers
//! whether its customer agreed that it may extend itself.

use crate::migration::{Migration, Step::Both};

const UP: &str = r"
ALTER TABLE delegated_admin_grant ADD COLUMN may_auto_extend {bool} NOT NULL DEFAULT FALSE;
ALTER TABLE delegated_admin_grant ADD COLUMN warned_days INTEGER;
UPDATE delegated_admin_grant SET may_auto_extend = auto_extend WHERE auto_extend;
CREATE INDEX grant_by_end ON delegated_admin_grant (ends_at, id) WHERE status = 'ACTIVE';
CREATE INDEX relationship_request_by_end ON relationship_request (expires_at, id) WHERE status = 'OPEN';
CREATE INDEX relationship_request_renewing ON relationship_request (renews) WHERE renews IS NOT NULL;
CREATE UNIQUE INDEX event_chain_of_the_server ON event (sequence) WHERE customer_id IS NULL;
";

const DOWN: &str = r"
DROP INDEX event_chain_of_the_server;
DROP INDEX relationship_request_renewing;
DROP INDEX relationship_request_by_end;
DROP INDEX grant_by_end;
ALTER TABLE delegated_admin_grant DROP COLUMN warned_days;
ALTER TABLE delegated_admin_grant DROP COLUMN may_auto_extend;
";

pub(crate) const MIGRATION: Migration = Migration { file: file!(), up: &[Both(UP)], down: &[Both(DOWN)] };
