//! Relationship requests: invitations to delegate.

mod list;
mod mutation;
mod query;

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use entity::{partner, relationship_request};
use plain::plain;

pub use mutation::{RequestMutation, RequestRelationshipPayload};
pub use query::{RelationshipRequestKey, RequestQuery};

use super::availability::RelationshipRequestActionAvailability;
use super::connection::Connection;
use super::customer::CustomerReference;
use super::grant::{AccessAssignment, DelegatedAdminGrant, in_order};
use super::id::NodeId;
use super::list::{List, Paging};
use super::loader::ContextExt;
use super::loads::{CustomerReferenceOf, GrantOfRequest, RequestAssignments, RequestRoles};
use super::partner::Partner;
use super::scalar::{DateTime, Duration};
use super::vocabulary::{DelegatedRole, RelationshipRequestStatus};
use crate::graphql::{Error, Result};
use access::Invitation;
use domain::assignment::{Assignment, gather};
use domain::availability::of_request;
use domain::request::RequestRows;
use domain::request::status_at;

/// A partner's invitation to a customer to delegate administration privileges.
#[derive(Clone, Debug)]
pub struct RelationshipRequest {
    row: Arc<relationship_request::Model>,
    /// Who invites to an open invitation, whose holder is no party yet.
    partner: Option<Arc<partner::Model>>,
    /// The roles and assignments of a request that are not loaded by its id: of an open invitation, whose reader is no
    /// party yet, or of one that was just written, or would be.
    whole: Option<(Vec<entity::DelegatedRole>, Vec<Assignment>)>,
}

impl From<Arc<relationship_request::Model>> for RelationshipRequest {
    fn from(row: Arc<relationship_request::Model>) -> Self {
        Self { row, partner: None, whole: None }
    }
}

impl From<Invitation> for RelationshipRequest {
    fn from(Invitation { request, partner, roles, assignments }: Invitation) -> Self {
        Self { row: Arc::new(request), partner: Some(Arc::new(partner)), whole: Some((roles, assignments)) }
    }
}

impl From<RequestRows> for RelationshipRequest {
    /// A request as it was just written, or would be.
    fn from(RequestRows { request, roles, assignments, .. }: RequestRows) -> Self {
        Self { row: Arc::new(request), partner: None, whole: Some((roles, assignments)) }
    }
}

/// A partner's invitation to a customer to delegate administration privileges. Its two parties see it for ever.
#[plain]
#[Object]
impl RelationshipRequest {
    /// The request's id.
    pub fn id(&self) -> ID {
        NodeId::from(self.row.id).encode()
    }

    /// The partner that asks for the privileges, and will hold the grant.
    async fn partner(&self, ctx: &Context<'_>) -> Result<Partner> {
        if let Some(partner) = &self.partner {
            return Ok(Partner::from(Arc::clone(partner)));
        }
        let row = ctx.load(self.row.partner_id).await?;
        row.map(Partner::from).ok_or(Error::internal("a request is seen without its partner"))
    }

    /// Who is asked; null while an open invitation has not been taken up.
    async fn customer(&self, ctx: &Context<'_>) -> Option<Result<CustomerReference>> {
        let row = ctx.load(CustomerReferenceOf(self.row.customer_id?)).await;
        row.map(|row| row.map(CustomerReference::from)).transpose()
    }

    /// Where it stands, by the clock.
    fn status(&self, ctx: &Context<'_>) -> RelationshipRequestStatus {
        status_at(&self.row, ctx.view().at()).into()
    }

    /// What the partner calls it.
    fn display_name(&self) -> &str {
        &self.row.display_name
    }

    /// What the partner wrote to the customer; for its parties only.
    fn message(&self) -> Option<&str> {
        self.row.message.as_deref()
    }

    /// What it asks for, from the widest role to the narrowest.
    async fn roles(&self, ctx: &Context<'_>) -> Result<Vec<DelegatedRole>> {
        if let Some((roles, _)) = &self.whole {
            return Ok(in_order(roles.iter().copied()));
        }
        let rows = ctx.load(RequestRoles(self.row.id)).await?;
        Ok(in_order(rows.iter().map(|row| row.role)))
    }

    /// Who in the partner's tenant would hold which of the roles at once when it is accepted; for its parties only, empty
    /// for the operator.
    async fn assignments(&self, ctx: &Context<'_>) -> Result<Vec<AccessAssignment>> {
        if let Some((_, assignments)) = &self.whole {
            return Ok(assignments.iter().map(AccessAssignment::from).collect());
        }
        let mut assignments = Vec::new();
        for row in ctx.load(RequestAssignments(self.row.id)).await?.iter() {
            gather(&mut assignments, row.clone().into());
        }
        Ok(assignments.iter().map(AccessAssignment::from).collect())
    }

    /// For how long it asks.
    fn duration(&self) -> Duration {
        Duration { days: self.row.duration_days }
    }

    /// Whether the grant is to extend itself.
    fn auto_extend(&self) -> bool {
        self.row.auto_extend
    }

    /// The grant that this one continues without a gap.
    async fn renews(&self, ctx: &Context<'_>) -> Option<Result<DelegatedAdminGrant>> {
        let row = ctx.load(self.row.renews?).await;
        row.map(|row| row.map(DelegatedAdminGrant::from)).transpose()
    }

    /// The grant that acceptance made.
    async fn grant(&self, ctx: &Context<'_>) -> Option<Result<DelegatedAdminGrant>> {
        let row = ctx.load(GrantOfRequest(self.row.id)).await;
        row.map(|row| row.map(DelegatedAdminGrant::from)).transpose()
    }

    /// Until when it can be accepted.
    fn expires_at(&self) -> DateTime {
        self.row.expires_at.into()
    }

    /// When it was accepted, declined or withdrawn.
    fn decided_at(&self) -> Option<DateTime> {
        self.row.decided_at.map(DateTime)
    }

    /// What the customer gave as its reason to decline; for its parties only.
    fn decline_reason(&self) -> Option<&str> {
        self.row.decline_reason.as_deref()
    }

    /// Each action on this request, and what stands between it and the viewer.
    async fn available_actions(&self, ctx: &Context<'_>) -> Vec<RelationshipRequestActionAvailability> {
        let (actor, at) = (ctx.view().viewer().actor(), ctx.view().at());
        RelationshipRequestActionAvailability::each(|action| of_request(action, actor, &self.row, at))
    }

    /// When the partner made the request.
    fn created_at(&self) -> DateTime {
        self.row.created_at.into()
    }

    /// Rises with each change; the value for `expectedVersion`.
    fn version(&self) -> i32 {
        self.row.version
    }
}
