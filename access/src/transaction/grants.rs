//! Grants: made, changed with their roles and assignments, and what a change takes away.

use std::collections::{BTreeMap, BTreeSet};

use entity::{
    AssigneeKind, CustomerId, DelegatedRole, EventKind, GrantId, Instant, PartnerId, RequestStatus,
    access_assignment, delegated_admin_grant as grant, delegated_admin_grant_role as grant_role,
    relationship_request as request, subscription,
};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter,
};

use super::super::force::{grants_with_assignments, in_force_at};
use super::super::log::Entry;
use super::super::permit::Permit;
use super::Transaction;
use crate::{Error, Result};
use domain::history::{ASSIGNMENTS, FieldChange};
use domain::permission::{Permission, definition};
use domain::record::{Assignment, GrantRows, gather};

/// What each assignee of a partner may do at one customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    pub permissions: BTreeMap<String, BTreeSet<Permission>>,
    partner: PartnerId,
    customer: CustomerId,
}

impl Transaction<'_> {
    /// Makes the grant that a permitted request leads to.
    pub async fn create_grant(&mut self, permit: &Permit<request::Entity>, rows: GrantRows) -> Result<()> {
        let GrantRows { grant, roles, assignments } = rows;
        if grant.request_id != Some(permit.row.id) || grant.partner_id != permit.row.partner_id {
            return Err(Error::Internal("a grant is made of another request than the one permitted"));
        }
        self.insert::<grant::Entity>([grant.clone()]).await?;
        let of_grant = |role: &DelegatedRole| grant_role::Model { grant_id: grant.id, role: *role };
        self.insert::<grant_role::Entity>(roles.iter().map(of_grant)).await?;
        let entry = Entry::of::<grant::Entity>(EventKind::GrantActivated, None, &grant)
            .with([listed("roles", &[], &roles)])
            .with(changes_of(&[], &assignments));
        self.insert_assignments(grant.id, assignments).await?;
        self.log(entry).await
    }

    /// The grant with its roles and assignments.
    pub async fn whole(&self, grant: &grant::Model) -> Result<GrantRows> {
        let roles = grant_role::Entity::find()
            .filter(grant_role::Column::GrantId.eq(grant.id))
            .all(&self.connection)
            .await?;
        let rows = access_assignment::Entity::find()
            .filter(access_assignment::Column::GrantId.eq(grant.id))
            .all(&self.connection)
            .await?;
        let mut assignments =
            gathered(rows.into_iter().map(|row| (row.assignee_kind, row.assignee, row.role, row.label)));
        let mut roles: Vec<_> = roles.into_iter().map(|row| row.role).collect();
        roles.sort_unstable();
        for assignment in &mut assignments {
            assignment.roles.sort_unstable();
        }
        assignments.sort_unstable();
        Ok(GrantRows { grant: grant.clone(), roles, assignments })
    }

    /// The grant that a permitted request is to continue, held.
    pub async fn renewed(&self, permit: &Permit<request::Entity>) -> Result<Option<GrantRows>> {
        let Some(id) = permit.row.renews else { return Ok(None) };
        // The parties of the request are those of the grant that it names: acts at the customer go one by one.
        let grant = grant::Entity::find_by_id(id)
            .filter(grant::Column::PartnerId.eq(permit.row.partner_id))
            .one(&self.connection)
            .await?;
        match grant {
            Some(grant) => Ok(Some(self.whole(&grant).await?)),
            None => Err(Error::Internal("a request continues a grant that is not there")),
        }
    }

    /// Whether the customer has accepted a grant that continues this one.
    pub async fn is_renewed(&self, permit: &Permit<grant::Entity>) -> Result<bool> {
        let accepted = request::Entity::find()
            .filter(request::Column::Renews.eq(permit.row.id))
            .filter(request::Column::Status.eq(RequestStatus::Accepted));
        Ok(accepted.count(&self.connection).await? > 0)
    }

    /// Writes what a rule made of the permitted grant, its roles and its assignments, and the log's entry of it.
    pub async fn apply_whole(
        &mut self,
        permit: Permit<grant::Entity>,
        before: &GrantRows,
        after: GrantRows,
    ) -> Result<GrantRows> {
        let GrantRows { grant, roles, assignments } = after;
        let mut changes = Vec::from([listed("roles", &before.roles, &roles)]);
        changes.extend(changes_of(&before.assignments, &assignments));
        let gone: Vec<_> = before.roles.iter().copied().filter(|role| !roles.contains(role)).collect();
        if !gone.is_empty() {
            // Takes the role from every assignee, too.
            grant_role::Entity::delete_many()
                .filter(grant_role::Column::GrantId.eq(grant.id))
                .filter(grant_role::Column::Role.is_in(gone))
                .exec(&self.connection)
                .await?;
        }
        if before.assignments != assignments {
            access_assignment::Entity::delete_many()
                .filter(access_assignment::Column::GrantId.eq(grant.id))
                .exec(&self.connection)
                .await?;
            self.insert_assignments(grant.id, assignments.clone()).await?;
        }
        let grant = self.apply_with(permit, grant, changes).await?;
        Ok(GrantRows { grant, roles, assignments })
    }

    /// Tells both parties that the permitted grant ends, or extends itself, in so many days. Nothing else of it
    /// changes, not even its version.
    pub async fn warn(&mut self, permit: Permit<grant::Entity>, days: i32) -> Result<()> {
        let warned = grant::Model { warned_days: Some(days), ..permit.row.clone() };
        self.write(&permit, &warned).await?;
        let left = FieldChange::new("daysLeft", None, Some(days.to_string()));
        let entry = Entry::of::<grant::Entity>(EventKind::GrantExpiring, Some(&permit.row), &warned);
        self.log(entry.with([left])).await
    }

    /// What the assignees of the grant's partner may do at its customer at `at`, as things stand in this transaction.
    pub async fn reach(&self, permit: &Permit<grant::Entity>, at: Instant) -> Result<Reach> {
        let grant::Model { partner_id, customer_id, .. } = permit.row;
        self.reach_of(partner_id, customer_id, at).await
    }

    /// The same assignees' reach as things stand by now.
    pub async fn reach_again(&self, before: &Reach, at: Instant) -> Result<Reach> {
        self.reach_of(before.partner, before.customer, at).await
    }

    /// How many subscriptions the partner sold to the customer.
    pub async fn sold_within(&self, reach: &Reach) -> Result<u64> {
        let sold = Condition::all()
            .add(subscription::Column::PartnerId.eq(reach.partner))
            .add(subscription::Column::CustomerId.eq(reach.customer));
        Ok(subscription::Entity::find().filter(sold).count(&self.connection).await?)
    }

    async fn reach_of(&self, partner: PartnerId, customer: CustomerId, at: Instant) -> Result<Reach> {
        #[derive(FromQueryResult)]
        struct Role {
            assignee: String,
            role: DelegatedRole,
        }
        let of_grant = |column: grant::Column| Expr::col(column.as_column_ref());
        let query = grants_with_assignments()
            .expr(Expr::col(access_assignment::Column::Assignee.as_column_ref()))
            .expr(Expr::col(access_assignment::Column::Role.as_column_ref()))
            .and_where(of_grant(grant::Column::PartnerId).eq(partner))
            .and_where(of_grant(grant::Column::CustomerId).eq(customer))
            .cond_where(in_force_at(at))
            .take();
        let mut reach = Reach { permissions: BTreeMap::new(), partner, customer };
        for Role { assignee, role } in self.models(&query).await? {
            reach.permissions.entry(assignee).or_default().extend(definition(role).permissions);
        }
        Ok(reach)
    }

    async fn insert_assignments(&self, grant: GrantId, assignments: Vec<Assignment>) -> Result<()> {
        let assignment = |(kind, assignee, role, label)| access_assignment::Model {
            grant_id: grant,
            assignee_kind: kind,
            assignee,
            role,
            label,
        };
        self.insert::<access_assignment::Entity>(each_role(assignments).map(assignment)).await
    }
}

/// One role of one assignment, as the tables have them.
type Held = (AssigneeKind, String, DelegatedRole, Option<String>);

/// Assignments, from one for each of their roles.
pub(super) fn gathered(held: impl Iterator<Item = Held>) -> Vec<Assignment> {
    let mut assignments = Vec::new();
    for (assignee_kind, assignee, role, label) in held {
        gather(&mut assignments, Assignment { assignee_kind, assignee, roles: Vec::from([role]), label });
    }
    assignments
}

/// One for each role of each assignment.
pub(super) fn each_role(assignments: Vec<Assignment>) -> impl Iterator<Item = Held> {
    assignments.into_iter().flat_map(|Assignment { assignee_kind, assignee, roles, label }| {
        roles.into_iter().map(move |role| (assignee_kind, assignee.clone(), role, label.clone()))
    })
}

/// What became of a list of roles, as the log tells it.
pub(super) fn listed(
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
fn changes_of(before: &[Assignment], after: &[Assignment]) -> Vec<FieldChange> {
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
