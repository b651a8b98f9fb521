//! Access assignments: who in the partner's tenant holds which of a grant's roles.

use entity::{AssigneeKind, GrantId};
use serde::Serialize;

use super::Command;
use super::grant::{GrantChange, change};
use crate::Result;
use access::Transaction;
use domain::action::{Action, GrantAction};
use domain::assignment::Assignment;
use domain::grant::{assign, unassign};

/// Give an assignee these roles of a grant, instead of what it holds.
#[derive(Clone, Debug, Serialize)]
pub struct AssignAccess {
    pub grant: GrantId,
    pub assignment: Assignment,
    pub expected_version: Option<i32>,
}

impl Command for AssignAccess {
    const NAME: &'static str = "assignAccess";
    type Done = GrantChange;

    fn action(&self) -> Action {
        GrantAction::AssignAccess.into()
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<GrantChange> {
        let (grant, expected) = (self.grant, self.expected_version);
        let (permit, before) = tx.permit_whole(grant, GrantAction::AssignAccess, expected).await?;
        let at = tx.view().at();
        let after = assign(&before, self.assignment, at)?;
        change(tx, permit, before, after, at).await
    }
}

/// Take from an assignee whatever it holds of a grant.
#[derive(Clone, Debug, Serialize)]
pub struct UnassignAccess {
    pub grant: GrantId,
    pub assignee_kind: AssigneeKind,
    pub assignee: String,
    pub expected_version: Option<i32>,
}

impl Command for UnassignAccess {
    const NAME: &'static str = "unassignAccess";
    type Done = GrantChange;

    fn action(&self) -> Action {
        GrantAction::UnassignAccess.into()
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<GrantChange> {
        let (grant, expected) = (self.grant, self.expected_version);
        let (permit, before) = tx.permit_whole(grant, GrantAction::UnassignAccess, expected).await?;
        let at = tx.view().at();
        let after = unassign(&before, (self.assignee_kind, &self.assignee), at)?;
        change(tx, permit, before, after, at).await
    }
}
