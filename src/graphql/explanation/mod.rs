//! Access, explained: which check decides, and who can do what.

mod query;

use std::sync::Arc;

use async_graphql::SimpleObject;
use entity::Instant;

pub use query::AccessQuery;

use super::grant::{AccessAssignment, DelegatedAdminGrant};
use super::partner::Partner;
use super::payload::AccessReason;
use super::scalar::DateTime;
use super::vocabulary::{Permission, words};
use domain::explanation::Check;

/// Whether the viewer has, or had, a permission on an object; and every check that decides it.
#[derive(Clone, Debug, SimpleObject)]
pub struct AccessDecision {
    /// Whether every check passed.
    allowed: bool,
    /// The permission that was asked about.
    permission: Permission,
    /// The instant that the answer is about: the one that was asked for, or else that of the request.
    at: DateTime,
    /// The checks, in the order in which they are made.
    checks: Vec<AccessCheck>,
}

impl AccessDecision {
    fn of(permission: Permission, at: Instant, checks: Vec<Check>) -> Self {
        let allowed = checks.iter().all(|check| check.outcome.is_ok());
        let checks = checks.into_iter().map(|check| AccessCheck::of(check, at)).collect();
        Self { allowed, permission, at: at.into(), checks }
    }
}

/// One check, passed or failed.
#[derive(Clone, Debug, SimpleObject)]
pub struct AccessCheck {
    /// Which check: token, tenant, tenantRole, secondFactor, visibility, partnerOfRecord, grant, assignment, permission
    /// or state, as far as they apply. Others may come.
    name: &'static str,
    /// Whether the check passed; only if all do, the permission is given.
    passed: bool,
    /// Why it failed, and what would satisfy it; null when it passed.
    reason: Option<AccessReason>,
    /// The grant by which it passed or failed, as it was then. Where none is in force, the nearest one says which of the
    /// other checks it would pass.
    grant: Option<DelegatedAdminGrant>,
}

impl AccessCheck {
    fn of(Check { name, outcome, grant }: Check, at: Instant) -> Self {
        Self {
            name: name.name(),
            passed: outcome.is_ok(),
            reason: outcome.err().map(AccessReason::from),
            grant: grant.map(|rows| DelegatedAdminGrant::as_of(rows, at)),
        }
    }
}

/// Which partner can do what at a customer.
#[derive(Clone, Debug, SimpleObject)]
pub struct AccessReview {
    /// The instant that the answer is about: the one that was asked for, or else that of the request.
    at: DateTime,
    /// The partners with a grant in force, by name.
    partners: Vec<PartnerAccess>,
}

impl AccessReview {
    fn of(at: Instant, reviewed: Vec<access::PartnerAccess>) -> Self {
        let partners = reviewed.into_iter().map(|reviewed| PartnerAccess::of(reviewed, at)).collect();
        Self { at: at.into(), partners }
    }
}

/// What one partner can do at a customer.
#[derive(Clone, Debug, SimpleObject)]
pub struct PartnerAccess {
    /// The partner that this is about.
    partner: Partner,
    /// Through what: the grants in force, as they were then, the oldest first.
    grants: Vec<DelegatedAdminGrant>,
    /// Who in the partner's tenant holds which roles, through all of these grants together.
    assignments: Vec<AccessAssignment>,
    /// What some assignee can do.
    permissions: Vec<Permission>,
    /// How many subscriptions some assignee sees: of those that the partner sold, none without SUBSCRIPTION_READ.
    subscription_count: i32,
}

impl PartnerAccess {
    fn of(reviewed: access::PartnerAccess, at: Instant) -> Self {
        let access::PartnerAccess { partner, grants, assignments, permissions, subscriptions } = reviewed;
        Self {
            partner: Arc::new(partner).into(),
            grants: grants.into_iter().map(|rows| DelegatedAdminGrant::as_of(rows, at)).collect(),
            assignments: assignments.iter().map(AccessAssignment::from).collect(),
            permissions: words(&permissions),
            subscription_count: i32::try_from(subscriptions).unwrap_or(i32::MAX),
        }
    }
}
