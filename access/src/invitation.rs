//! An open invitation, in the hands of a customer that knows its secret.
//!
//! Its holder is no party to the request yet, so no rule shows it. Knowing 256 bits that were shown once is what gives
//! the right to read it; only their hash is stored, and looked up as a whole.

use entity::{
    DelegatedRole, partner, relationship_request as request, relationship_request_assignment as first,
    relationship_request_role as role,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryTrait};

use super::View;
use crate::Result;
use domain::invitation;
use domain::record::{Assignment, gather};

/// What the holder of an invitation may read of it.
#[derive(Clone, Debug)]
pub struct Invitation {
    pub request: request::Model,
    /// Who invites.
    pub partner: partner::Model,
    /// To which roles.
    pub roles: Vec<DelegatedRole>,
    /// Who would hold which of them.
    pub assignments: Vec<Assignment>,
}

impl View {
    /// The open invitation that this secret belongs to. None once a customer has taken it up: from then on its
    /// parties see the request as any other.
    pub async fn invitation(&self, secret: &str) -> Result<Option<Invitation>> {
        let by_hash = request::Entity::find()
            .filter(request::Column::InvitationHash.eq(invitation::digest(secret)))
            .filter(request::Column::CustomerId.is_null())
            .into_query();
        let Some(request) = self.models::<request::Model>(&by_hash).await?.pop() else { return Ok(None) };
        let by_id = partner::Entity::find_by_id(request.partner_id).into_query();
        let Some(partner) = self.models(&by_id).await?.pop() else { return Ok(None) };
        let of_request = role::Entity::find().filter(role::Column::RequestId.eq(request.id)).into_query();
        let roles = self.models::<role::Model>(&of_request).await?;
        let of_request = first::Entity::find().filter(first::Column::RequestId.eq(request.id)).into_query();
        let mut assignments = Vec::new();
        for row in self.models::<first::Model>(&of_request).await? {
            gather(&mut assignments, row.into());
        }
        let roles = roles.into_iter().map(|row| row.role).collect();
        Ok(Some(Invitation { request, partner, roles, assignments }))
    }
}
