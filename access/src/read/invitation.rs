//! An open invitation, in the hands of a customer that knows its secret.

use entity::{DelegatedRole, partner, relationship_request as request};

use crate::Result;
use crate::core::unscoped::InvitationRows;
use crate::core::view::View;
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
        let rows = self.invitation_rows(secret).await?;
        Ok(rows.map(|InvitationRows { request, partner, roles, assignments: rows }| {
            let mut assignments = Vec::new();
            for row in rows {
                gather(&mut assignments, row.into());
            }
            Invitation {
                request,
                partner,
                roles: roles.into_iter().map(|row| row.role).collect(),
                assignments,
            }
        }))
    }
}
