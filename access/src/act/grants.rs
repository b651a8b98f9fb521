//! Grants: made, changed with their roles and assignments, and what a change takes away.

use std::collections::{BTreeMap, BTreeSet};

use entity::{
    DelegatedRole, EventKind, GrantId, Instant, RequestStatus, access_assignment as assignment,
    delegated_admin_grant as grant, delegated_admin_grant_role as grant_role,
    relationship_request as request,
};
use sea_orm::ActiveEnum;
use sea_orm::sea_query::{Alias, Expr, ExprTrait};

use crate::Result;
use crate::chain::entry::Entry;
use crate::core::proof::{Parties, Permit};
use crate::core::transaction::Transaction;
use crate::core::view::ScopedSelect;
use crate::scope::effective_grants::in_force_at;
use crate::scope::reach::Place;
use domain::action::GrantAction;
use domain::assignment::Assignment;
use domain::grant::GrantRows;
use domain::history::{ASSIGNMENTS, FieldChange};
use domain::permission::{Permission, definition};

/// What each assignee of a partner may do at one customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssigneePermissions {
    pub by_assignee: BTreeMap<String, BTreeSet<Permission>>,
    parties: Parties,
}

/// Under which names the roles and the assignments of a grant are read beside it.
const ROLES: &str = "roles_";
const ASSIGNMENTS_OF_ROLE: &str = "assignments_";

impl Transaction<'_> {
    /// The grant with this id, seen and locked, with which the viewer may do this, and its roles and assignments.
    pub async fn permit_whole(
        &mut self,
        id: GrantId,
        action: GrantAction,
        expected_version: Option<i32>,
    ) -> Result<(Permit<grant::Entity>, GrantRows)> {
        let view = self.view();
        let roles = view.select::<grant_role::Entity>().eq(grant_role::Column::GrantId, id);
        let assignments = view.select::<assignment::Entity>().eq(assignment::Column::GrantId, id);
        // What is assigned is a role of the grant.
        let is_of_role = Expr::col((Alias::new(ASSIGNMENTS_OF_ROLE), assignment::Column::Role))
            .eq(Expr::col((Alias::new(ROLES), grant_role::Column::Role)));
        let beside = Vec::from([
            roles.under(ROLES, Expr::cust("TRUE")),
            assignments.under(ASSIGNMENTS_OF_ROLE, is_of_role),
        ]);
        let (permit, results) =
            self.permit_beside::<grant::Entity>(id, action, expected_version, beside).await?;
        let (mut roles, mut assignments) = (Vec::new(), Vec::new());
        for result in &results {
            let role = ScopedSelect::<grant_role::Entity>::read_beside(view, result, ROLES)?;
            roles.extend(role.filter(|role| !roles.contains(role)));
            let held = ScopedSelect::<assignment::Entity>::read_beside(view, result, ASSIGNMENTS_OF_ROLE)?;
            assignments.extend(held);
        }
        let rows = GrantRows::of(permit.row().clone(), roles, assignments);
        Ok((permit, rows))
    }

    /// Whether the customer has accepted a grant that continues this one.
    pub async fn is_renewed(&self, permit: &Permit<grant::Entity>) -> Result<bool> {
        let renewals = self.view().select::<request::Entity>().eq(request::Column::Renews, permit.row().id);
        let accepted = renewals.eq(request::Column::Status, RequestStatus::Accepted.to_value());
        Ok(self.see(accepted).await?.is_some())
    }

    /// Writes what a rule made of the permitted grant, its roles and its assignments, and the log's entry of it.
    pub async fn apply_whole(
        &mut self,
        permit: Permit<grant::Entity>,
        before: &GrantRows,
        after: GrantRows,
    ) -> Result<GrantRows> {
        let mut changes = Vec::from([listed("roles", &before.roles, &after.roles)]);
        changes.extend(changes_of(&before.assignments, &after.assignments));
        let gone = before.roles.iter().filter(|role| !after.roles.contains(role));
        let gone: Vec<_> = gone.map(|role| role.to_value().into()).collect();
        if !gone.is_empty() {
            // Takes the role from every assignee, too.
            let column = grant_role::Column::Role;
            self.delete_children::<grant_role::Entity, _>(&permit, column, Some(gone)).await?;
        }
        if before.assignments != after.assignments {
            let column = assignment::Column::GrantId;
            self.delete_children::<assignment::Entity, _>(&permit, column, None).await?;
            self.insert_children::<assignment::Entity, _>(&permit, after.assignment_rows().collect()).await?;
        }
        let GrantRows { grant, roles, assignments } = after;
        let grant = self.apply_with(permit, grant, changes).await?;
        Ok(GrantRows { grant, roles, assignments })
    }

    /// Tells both parties that the permitted grant ends, or extends itself, in so many days. Nothing else of it
    /// changes, not even its version.
    pub async fn warn(&mut self, permit: Permit<grant::Entity>, days: i32) -> Result<()> {
        let warned = grant::Model { warned_days: Some(days), ..permit.row().clone() };
        let left = FieldChange::new("daysLeft", None, Some(days.to_string()));
        let entry = Entry::of::<grant::Entity>(EventKind::GrantExpiring, Some(permit.row()), &warned);
        self.write(&permit, &warned, entry.with([left])).await
    }

    /// What the assignees of the grant's partner may do at its customer at `at`, as things stand in this transaction.
    pub async fn assignee_permissions(
        &self,
        permit: &Permit<grant::Entity>,
        at: Instant,
    ) -> Result<AssigneePermissions> {
        self.permissions_between(Parties::of(permit), at).await
    }

    /// What the same assignees may do as things stand by now.
    pub async fn assignee_permissions_again(
        &self,
        before: &AssigneePermissions,
        at: Instant,
    ) -> Result<AssigneePermissions> {
        self.permissions_between(before.parties.clone(), at).await
    }

    /// How many subscriptions the partner sold to the customer.
    pub async fn count_sold(&self, between: &AssigneePermissions) -> Result<u64> {
        self.sold_between(&between.parties).await
    }

    async fn permissions_between(&self, parties: Parties, at: Instant) -> Result<AssigneePermissions> {
        let between = self
            .view()
            .select::<grant::Entity>()
            .eq(grant::Column::PartnerId, parties.partner())
            .eq(grant::Column::CustomerId, parties.customer())
            .narrowed(in_force_at(Place::Table, at))
            .naming(grant::Column::Id, assignment::Column::GrantId);
        let assignments = self.view().select::<assignment::Entity>().narrowed(between);
        let mut by_assignee: BTreeMap<String, BTreeSet<Permission>> = BTreeMap::new();
        for assignment::Model { assignee, role, .. } in self.see_all(assignments).await? {
            by_assignee.entry(assignee).or_default().extend(definition(role).permissions);
        }
        Ok(AssigneePermissions { by_assignee, parties })
    }
}

/// What became of a list of roles, as the log tells it.
pub(crate) fn listed(
    field: impl Into<String>,
    before: &[DelegatedRole],
    after: &[DelegatedRole],
) -> FieldChange {
    let words = |roles: &[DelegatedRole]| {
        let mut roles = roles.to_vec();
        roles.sort_unstable();
        let words: Vec<_> = roles.iter().map(ActiveEnum::to_value).collect();
        (!words.is_empty()).then(|| words.join(" "))
    };
    FieldChange::new(field, words(before), words(after))
}

/// What became of what each assignee holds: the field is `assignments.` and the assignee.
pub(crate) fn changes_of(before: &[Assignment], after: &[Assignment]) -> Vec<FieldChange> {
    let assignees: BTreeSet<_> = before.iter().chain(after).map(|held| held.assignee.as_str()).collect();
    let held = |assignments: &[Assignment], assignee: &str| {
        let found = assignments.iter().find(|held| held.assignee == assignee);
        found.map(|held| held.roles.clone()).unwrap_or_default()
    };
    let change = |assignee| {
        listed(format!("{ASSIGNMENTS}{assignee}"), &held(before, assignee), &held(after, assignee))
    };
    assignees.into_iter().map(change).collect()
}
