//! An open invitation, in the hands of a customer that knows its secret.

use entity::{DelegatedRole, partner, relationship_request as request};

use crate::Result;
use crate::core::view::View;
use crate::unscoped::invitation;
use domain::assignment::{Assignment, gather};

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
        let Some(invited) = self.unscoped(invitation::open(secret)).await?.pop() else { return Ok(None) };
        let Some(partner) = self.unscoped(invitation::partner_of(&invited)).await?.pop() else {
            return Ok(None);
        };
        let roles = self.unscoped(invitation::roles_of(&invited)).await?;
        let roles = roles.into_iter().map(|row| row.role).collect();
        let mut assignments = Vec::new();
        for row in self.unscoped(invitation::assignments_of(&invited)).await? {
            gather(&mut assignments, row.into());
        }
        Ok(Some(Invitation { request: invited.into_row(), partner, roles, assignments }))
    }
}
