//! Grants: the privileges that a customer delegates to a partner, and who may use them.

mod assignment;
mod change;
mod list;
mod mutation;
mod query;

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::{Instant, PartnerId, RequestStatus, access_assignment, delegated_admin_grant};
use plain::plain;

pub use assignment::ViewerAccess;
pub use change::{AccessAssignmentInput, GrantImpact};
pub use list::{GrantFilter, GrantOrder};
pub use mutation::{GrantMutation, stored_grant};
pub use query::GrantQuery;

use super::availability::GrantActionAvailability;
use super::connection::Connection;
use super::customer::CustomerReference;
use super::id::NodeId;
use super::list::{List, Paging};
use super::loader::ContextExt;
use super::loads::{CustomerReferenceOf, GrantAssignments, GrantRenewals, GrantRoles};
use super::partner::Partner;
use super::request::RelationshipRequest;
use super::scalar::DateTime;
use super::vocabulary::{AssigneeKind, DelegatedRole, GrantHealth, GrantStatus, TenantKind, rows, words};
use super::writing::Reference;
use crate::graphql::Result;
use access::Principal;
use domain::assignment::Assignment;
use domain::availability::of_grant;
use domain::grant::GrantRows;
use domain::grant::{ends_at, health, status_at};
use domain::permission::ROLES;
use domain::request::status_at as request_status_at;

/// Delegated administration privileges of one partner at one customer.
#[derive(Clone, Debug)]
pub struct DelegatedAdminGrant {
    row: Arc<delegated_admin_grant::Model>,
    /// The roles and assignments of a grant that need not be loaded: of one that was just written, or would be, or of the past.
    whole: Option<(Vec<entity::DelegatedRole>, Vec<Assignment>)>,
    /// As of when, where that is not now.
    as_of: Option<Instant>,
}

impl From<Arc<delegated_admin_grant::Model>> for DelegatedAdminGrant {
    fn from(row: Arc<delegated_admin_grant::Model>) -> Self {
        Self { row, whole: None, as_of: None }
    }
}

impl From<GrantRows> for DelegatedAdminGrant {
    /// A grant as it was just written, or would be.
    fn from(GrantRows { grant, roles, assignments }: GrantRows) -> Self {
        Self { row: Arc::new(grant), whole: Some((roles, assignments)), as_of: None }
    }
}

/// Delegated administration privileges of one partner at one customer: roles, for a time. Effective while ACTIVE and
/// startsAt <= now < endsAt, by the clock. Its two parties see it for ever, ended or not.
#[plain]
#[Object]
impl DelegatedAdminGrant {
    /// The grant's id.
    pub fn id(&self) -> ID {
        NodeId::from(self.row.id).encode()
    }

    /// The partner that holds the grant: its people use it, as far as roles of it are assigned to them.
    fn partner(&self) -> Reference<Partner, PartnerId> {
        Reference::to(self.row.partner_id, "a grant is seen without its partner")
    }

    /// The customer that delegated, by name; its `customer` is the customer itself, where the viewer sees it.
    fn customer(&self) -> Reference<CustomerReference, CustomerReferenceOf> {
        let customer = CustomerReferenceOf(self.row.customer_id);
        Reference::to(customer, "a grant is seen without its customer's name")
    }

    /// What the parties call it.
    fn display_name(&self) -> &str {
        &self.row.display_name
    }

    /// Where it stands, by the clock.
    fn status(&self, ctx: &Context<'_>) -> GrantStatus {
        status_at(&self.row, self.at(ctx)).into()
    }

    /// What it delegates, from the widest role to the narrowest.
    async fn roles(&self, ctx: &Context<'_>) -> Result<Vec<DelegatedRole>> {
        if let Some((roles, _)) = &self.whole {
            return Ok(in_order(roles.iter().copied()));
        }
        let rows = ctx.load(GrantRoles(self.row.id)).await?;
        Ok(in_order(rows.iter().map(|row| row.role)))
    }

    /// When it begins to be effective.
    fn starts_at(&self) -> DateTime {
        self.row.starts_at.into()
    }

    /// When it ends: for one that extends itself, the end of the extension that runs now.
    fn ends_at(&self, ctx: &Context<'_>) -> DateTime {
        ends_at(&self.row, self.at(ctx)).into()
    }

    /// Whether it extends itself by 180 days at its end, again and again.
    fn auto_extend(&self) -> bool {
        self.row.auto_extend
    }

    /// When a party ended it; null unless one did.
    fn terminated_at(&self) -> Option<DateTime> {
        self.row.terminated_at.map(DateTime)
    }

    /// Which party ended it; null unless one did.
    fn terminated_by(&self) -> Option<TenantKind> {
        self.row.terminated_by.map(TenantKind::from)
    }

    /// What the party that ended it gave as its reason; for its parties only.
    fn termination_reason(&self) -> Option<&str> {
        self.row.termination_reason.as_deref()
    }

    /// Who in the partner's tenant holds which of its roles; for its parties only, empty for the operator.
    async fn assignments(&self, ctx: &Context<'_>) -> Result<Vec<AccessAssignment>> {
        if let Some((_, assignments)) = &self.whole {
            return Ok(assignments.iter().map(AccessAssignment::from).collect());
        }
        let rows = ctx.load(GrantAssignments(self.row.id)).await?;
        Ok(AccessAssignment::of(&rows))
    }

    /// The request whose acceptance made it; null when it was taken over from elsewhere.
    async fn request(&self, ctx: &Context<'_>) -> Option<Result<RelationshipRequest>> {
        let row = ctx.load(self.row.request_id?).await;
        row.map(|row| row.map(RelationshipRequest::from)).transpose()
    }

    /// What is amiss with it; empty when nothing is, and when it is over. NO_ASSIGNMENT is for its parties only.
    async fn health(&self, ctx: &Context<'_>) -> Result<Vec<GrantHealth>> {
        let is_assigned = match ctx.view().viewer().principal() {
            Principal::Partner(_) | Principal::Customer(_) => !self.assignments(ctx).await?.is_empty(),
            Principal::Operator | Principal::Timer => true,
        };
        let renewals = ctx.load(GrantRenewals(self.row.id)).await?;
        let at = self.at(ctx);
        let is_continued = renewals.iter().any(|renewal| {
            matches!(request_status_at(renewal, at), RequestStatus::Open | RequestStatus::Accepted)
        });
        Ok(words(&health(&self.row, is_assigned, is_continued, at)))
    }

    /// Each action on this grant as it is now, and what stands between it and the viewer.
    async fn available_actions(&self, ctx: &Context<'_>) -> Result<Vec<GrantActionAvailability>> {
        let id = self.row.id;
        let now = match self.as_of {
            None => self.clone(),
            Some(_) => stored_grant(ctx, id).await?,
        };
        let (roles, assignments) = (now.roles(ctx).await?, now.assignments(ctx).await?);
        let assignments = assignments.into_iter().map(Assignment::from).collect();
        let rows = GrantRows { grant: Arc::unwrap_or_clone(now.row), roles: rows(&roles), assignments };
        let renewals = ctx.load(GrantRenewals(id)).await?;
        let (actor, at) = (ctx.view().viewer().actor(), ctx.view().at());
        Ok(GrantActionAvailability::each(|action| of_grant(action, actor, (&rows, &renewals), at)))
    }

    /// Rises with each change; the value for `expectedVersion`.
    fn version(&self) -> i32 {
        self.row.version
    }

    /// When the grant was made: when the customer accepted, or when it was taken over from elsewhere.
    fn created_at(&self) -> DateTime {
        self.row.created_at.into()
    }
}

impl DelegatedAdminGrant {
    /// A grant as it was at `at`.
    pub(super) fn as_of(rows: GrantRows, at: Instant) -> Self {
        Self { as_of: Some(at), ..Self::from(rows) }
    }

    /// The instant as of which it is shown.
    fn at(&self, ctx: &Context<'_>) -> Instant {
        self.as_of.unwrap_or_else(|| ctx.view().at())
    }
}

/// Who in the partner's tenant holds which of the grant's roles.
#[derive(Clone, Debug, SimpleObject)]
pub struct AccessAssignment {
    /// What `assignee` names.
    assignee_kind: AssigneeKind,
    /// A TenantRole's name, or the object id of a security group.
    assignee: String,
    /// What the partner calls it.
    label: Option<String>,
    /// What the assignee holds, from the widest role to the narrowest.
    roles: Vec<DelegatedRole>,
}

impl From<AccessAssignment> for Assignment {
    fn from(AccessAssignment { assignee_kind, assignee, label, roles }: AccessAssignment) -> Self {
        Self { assignee_kind: assignee_kind.into(), assignee, roles: rows(&roles), label }
    }
}

impl From<&Assignment> for AccessAssignment {
    fn from(held: &Assignment) -> Self {
        Self {
            assignee_kind: held.assignee_kind.into(),
            assignee: held.assignee.clone(),
            label: held.label.clone(),
            roles: in_order(held.roles.iter().copied()),
        }
    }
}

impl AccessAssignment {
    /// One for each assignee, in the order of their names.
    fn of(rows: &[access_assignment::Model]) -> Vec<Self> {
        let mut rows: Vec<_> = rows.iter().collect();
        rows.sort_by(|a, b| (a.assignee_kind, &a.assignee).cmp(&(b.assignee_kind, &b.assignee)));
        rows.chunk_by(|a, b| a.assignee == b.assignee)
            .filter_map(|rows| {
                let first = rows.first()?;
                Some(Self {
                    assignee_kind: first.assignee_kind.into(),
                    assignee: first.assignee.clone(),
                    label: first.label.clone(),
                    roles: in_order(rows.iter().map(|row| row.role)),
                })
            })
            .collect()
    }
}

/// Roles as the API lists them: each once, from the widest to the narrowest.
pub(super) fn in_order(roles: impl Iterator<Item = entity::DelegatedRole>) -> Vec<DelegatedRole> {
    let held: Vec<_> = roles.collect();
    ROLES.into_iter().filter(|role| held.contains(role)).map(DelegatedRole::from).collect()
}
