//! Requests, grants, their roles, and who may use them.
//!
//! `grant_in_force` is what the access rule reads, whole, without touching the table. A role of an assignment is a
//! reference to a role of its grant: narrowing the grant takes it from every assignee in the same statement.

use crate::migration::{Migration, Step::Both};

const UP: &str = r"
CREATE TABLE relationship_request (
    id {uuid} NOT NULL PRIMARY KEY,
    partner_id {uuid} NOT NULL REFERENCES partner (id),
    customer_id {uuid} REFERENCES customer (id),
    invitation_hash {bytes} UNIQUE,
    status {text} NOT NULL,
    display_name {text} NOT NULL,
    message {text},
    duration_days INTEGER NOT NULL CHECK (duration_days BETWEEN 1 AND 730),
    auto_extend {bool} NOT NULL,
    renews {uuid},
    expires_at {instant} NOT NULL,
    decided_at {instant},
    decline_reason {text},
    version INTEGER NOT NULL DEFAULT 1,
    created_at {instant} NOT NULL,
    updated_at {instant} NOT NULL,
    CHECK (customer_id IS NOT NULL OR invitation_hash IS NOT NULL)
) {strict};
CREATE INDEX relationship_request_by_creation ON relationship_request (created_at, id);
CREATE INDEX relationship_request_of_partner ON relationship_request (partner_id, created_at, id);
CREATE INDEX relationship_request_of_customer ON relationship_request (customer_id, created_at, id);
CREATE INDEX relationship_request_between ON relationship_request (customer_id, partner_id);
CREATE UNIQUE INDEX relationship_request_open_once ON relationship_request (partner_id, customer_id, display_name)
    WHERE status = 'OPEN';

CREATE TABLE relationship_request_role (
    request_id {uuid} NOT NULL REFERENCES relationship_request (id) ON DELETE CASCADE,
    role {text} NOT NULL,
    PRIMARY KEY (request_id, role)
) {strict};

CREATE TABLE relationship_request_assignment (
    request_id {uuid} NOT NULL,
    assignee_kind {text} NOT NULL,
    assignee {text} NOT NULL,
    role {text} NOT NULL,
    label {text},
    PRIMARY KEY (request_id, assignee, role),
    FOREIGN KEY (request_id, role) REFERENCES relationship_request_role (request_id, role) ON DELETE CASCADE
) {strict};

CREATE TABLE delegated_admin_grant (
    id {uuid} NOT NULL PRIMARY KEY,
    partner_id {uuid} NOT NULL REFERENCES partner (id),
    customer_id {uuid} NOT NULL REFERENCES customer (id),
    request_id {uuid} UNIQUE REFERENCES relationship_request (id),
    display_name {text} NOT NULL,
    status {text} NOT NULL,
    starts_at {instant} NOT NULL,
    ends_at {instant} NOT NULL,
    auto_extend {bool} NOT NULL,
    terminated_at {instant},
    terminated_by {text},
    termination_reason {text},
    version INTEGER NOT NULL DEFAULT 1,
    created_at {instant} NOT NULL,
    updated_at {instant} NOT NULL,
    CHECK (starts_at <= ends_at)
) {strict};
CREATE INDEX grant_by_creation ON delegated_admin_grant (created_at, id);
CREATE INDEX grant_of_partner ON delegated_admin_grant (partner_id, created_at, id);
CREATE INDEX grant_of_customer ON delegated_admin_grant (customer_id, created_at, id);
CREATE INDEX grant_between ON delegated_admin_grant (customer_id, partner_id);
CREATE INDEX grant_in_force ON delegated_admin_grant
    (partner_id, customer_id, starts_at, ends_at, auto_extend, id) WHERE status = 'ACTIVE';

CREATE TABLE delegated_admin_grant_role (
    grant_id {uuid} NOT NULL REFERENCES delegated_admin_grant (id) ON DELETE CASCADE,
    role {text} NOT NULL,
    PRIMARY KEY (grant_id, role)
) {strict};

CREATE TABLE access_assignment (
    grant_id {uuid} NOT NULL,
    assignee_kind {text} NOT NULL,
    assignee {text} NOT NULL,
    role {text} NOT NULL,
    label {text},
    PRIMARY KEY (grant_id, assignee, role),
    FOREIGN KEY (grant_id, role) REFERENCES delegated_admin_grant_role (grant_id, role) ON DELETE CASCADE
) {strict};
";

const DOWN: &str = r"
DROP TABLE access_assignment;
DROP TABLE delegated_admin_grant_role;
DROP TABLE delegated_admin_grant;
DROP TABLE relationship_request_assignment;
DROP TABLE relationship_request_role;
DROP TABLE relationship_request;
";

pub(crate) const MIGRATION: Migration = Migration { file: file!(), up: &[Both(UP)], down: &[Both(DOWN)] };
