//! Grants: narrowed and ended by either party, and let extend themselves.

use std::collections::BTreeSet;

use entity::{GrantId, Instant, TenantKind, delegated_admin_grant as grant};
use serde::{Deserialize, Serialize};

use super::{Command, Written};
use crate::{Error, Result};
use access::{AssigneePermissions, Permit, Transaction};
use domain::action::{Action, GrantAction};
use domain::assignment::Assignment;
use domain::grant::GrantRows;
use domain::grant::{Narrowing, narrow, switch_auto_extend_off, switch_auto_extend_on, terminate};
use domain::permission::Permission;

/// What came of a change to a grant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GrantChange {
    pub grant: GrantId,
    pub impact: Impact,
    /// The grant as it is then, which after a dry run is nowhere else.
    #[serde(skip)]
    pub rows: Option<GrantRows>,
}

/// What a change takes away, seen from the instant at which it takes effect.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impact {
    /// What assignees held of the grant and do not hold any more.
    pub assignments_ended: Vec<Assignment>,
    /// What some assignee of the partner could do at the customer, through whichever grant, and cannot any more.
    pub permissions_lost: BTreeSet<Permission>,
    /// How many subscriptions some assignee saw and does not see any more.
    pub subscriptions_hidden: u64,
}

/// Make a grant narrower.
#[derive(Clone, Debug, Serialize)]
pub struct NarrowGrant {
    pub grant: GrantId,
    pub narrowing: Narrowing,
    pub expected_version: Option<i32>,
}

impl Command for NarrowGrant {
    const NAME: &'static str = "narrowGrant";
    type Done = GrantChange;

    fn action(&self) -> Action {
        GrantAction::Narrow.into()
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<GrantChange> {
        let (grant, expected) = (self.grant, self.expected_version);
        let (permit, before) = tx.permit_whole(grant, GrantAction::Narrow, expected).await?;
        let after = narrow(&before, self.narrowing, tx.view().at())?;
        // An earlier end takes nothing away before it has come.
        let effective_at = if after.roles == before.roles { after.grant.ends_at } else { tx.view().at() };
        change(tx, permit, before, after, effective_at).await
    }
}

/// End a grant at once.
#[derive(Clone, Debug, Serialize)]
pub struct TerminateGrant {
    pub grant: GrantId,
    pub reason: Option<String>,
    pub expected_version: Option<i32>,
}

impl Command for TerminateGrant {
    const NAME: &'static str = "terminateGrant";
    type Done = GrantChange;

    fn action(&self) -> Action {
        GrantAction::Terminate.into()
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<GrantChange> {
        let (grant, expected) = (self.grant, self.expected_version);
        let (permit, before) = tx.permit_whole(grant, GrantAction::Terminate, expected).await?;
        let at = tx.view().at();
        let Some(by) = tx.view().viewer().kind() else {
            return Err(Error::Internal("the timer terminates a grant"));
        };
        let ended = terminate(permit.row(), by, self.reason, at)?;
        let after = GrantRows { grant: ended, ..before.clone() };
        let mut done = change(tx, permit, before.clone(), after, at).await?;
        // The assignments stay with the ended grant, and give nothing any more.
        done.impact.assignments_ended = before.assignments;
        Ok(done)
    }
}

/// End a grant at once, as the operator, whatever its parties want.
#[derive(Clone, Debug, Serialize)]
pub struct ForceTerminateGrant {
    pub grant: GrantId,
    pub reason: String,
    pub expected_version: Option<i32>,
}

impl Command for ForceTerminateGrant {
    const NAME: &'static str = "forceTerminateGrant";
    type Done = Written<GrantId, grant::Model>;

    fn action(&self) -> Action {
        GrantAction::ForceTerminate.into()
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<Self::Done> {
        let (action, at) = (GrantAction::ForceTerminate, tx.view().at());
        let permit = tx.permit::<grant::Entity>(self.grant, action, self.expected_version).await?;
        let ended = terminate(permit.row(), TenantKind::Operator, Some(self.reason), at)?;
        let row = tx.apply(permit, ended).await?;
        Ok(Written::new(row.id, row))
    }
}

/// Let a grant extend itself at its end, or not.
#[derive(Clone, Debug, Serialize)]
pub struct SetAutoExtend {
    pub grant: GrantId,
    pub auto_extend: bool,
    pub expected_version: Option<i32>,
}

impl SetAutoExtend {
    fn grant_action(&self) -> GrantAction {
        if self.auto_extend { GrantAction::SwitchAutoExtendOn } else { GrantAction::SwitchAutoExtendOff }
    }
}

impl Command for SetAutoExtend {
    const NAME: &'static str = "setGrantAutoExtend";
    type Done = Written<GrantId, grant::Model>;

    fn action(&self) -> Action {
        self.grant_action().into()
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<Self::Done> {
        let action = self.grant_action();
        let (permit, before) = tx.permit_whole(self.grant, action, self.expected_version).await?;
        let at = tx.view().at();
        let row = if self.auto_extend {
            let is_renewed = tx.is_renewed(&permit).await?;
            switch_auto_extend_on(&before, is_renewed, at)?
        } else {
            let Some(by) = tx.view().viewer().kind() else {
                return Err(Error::Internal("the timer narrows a grant"));
            };
            switch_auto_extend_off(permit.row(), by, at)?
        };
        let row = tx.apply(permit, row).await?;
        Ok(Written::new(row.id, row))
    }
}

/// Writes a change, and finds out what it takes away from `effective_at` on.
pub(super) async fn change(
    tx: &mut Transaction<'_>,
    permit: Permit<grant::Entity>,
    before: GrantRows,
    after: GrantRows,
    effective_at: Instant,
) -> Result<GrantChange> {
    let id = before.grant.id;
    if after == before {
        return Ok(GrantChange { grant: id, impact: Impact::default(), rows: Some(after) });
    }
    let allowed = tx.assignee_permissions(&permit, effective_at).await?;
    let after = tx.apply_whole(permit, &before, after).await?;
    let permissions_lost = lost(&allowed, &tx.assignee_permissions_again(&allowed, effective_at).await?);
    let hides = permissions_lost.contains(&Permission::SubscriptionRead);
    let subscriptions_hidden = if hides { tx.count_sold(&allowed).await? } else { 0 };
    let impact = Impact { assignments_ended: ended(&before, &after), permissions_lost, subscriptions_hidden };
    Ok(GrantChange { grant: id, impact, rows: Some(after) })
}

/// What was assigned before and is not any more.
fn ended(before: &GrantRows, after: &GrantRows) -> Vec<Assignment> {
    let still = |assignee: &str| after.assignments.iter().find(|held| held.assignee == assignee);
    let ended = before.assignments.iter().map(|held| {
        let mut ended = held.clone();
        ended.roles.retain(|role| !still(&held.assignee).is_some_and(|still| still.roles.contains(role)));
        ended
    });
    ended.filter(|ended| !ended.roles.is_empty()).collect()
}

/// What some assignee could do and cannot any more.
fn lost(before: &AssigneePermissions, after: &AssigneePermissions) -> BTreeSet<Permission> {
    let mut permissions_lost = BTreeSet::new();
    for (assignee, permissions) in &before.by_assignee {
        let still = after.by_assignee.get(assignee);
        permissions_lost.extend(
            permissions.iter().filter(|permission| !still.is_some_and(|still| still.contains(permission))),
        );
    }
    permissions_lost
}
