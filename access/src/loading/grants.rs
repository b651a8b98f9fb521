//! Grants, with their roles and assignments.

use std::collections::HashMap;

use entity::{
    GrantId, access_assignment as assignment,
    delegated_admin_grant::{Column, Entity},
    delegated_admin_grant_role as role,
};

use super::{
    Loading, Outcome,
    outcome::{Placed, Plan},
};
use crate::Result;
use domain::{
    flaw::Flaw,
    record::{Assignment, Grant, GrantRows, Kind, gather},
};

impl Loading {
    pub(super) async fn put_grants(
        &mut self,
        grants: Vec<Placed<Grant>>,
        outcome: &mut Outcome,
    ) -> Result<()> {
        if grants.is_empty() {
            return Ok(());
        }
        let ids = grants.iter().map(|(_, grant)| grant.id).collect();
        let stored = self.stored_grants(ids).await?;
        let mut plan = Plan::of(Kind::Grant);
        for (index, grant) in grants {
            let stored = stored.get(&grant.id);
            let rows = self.grant(index, &grant, stored);
            if stored.is_none() && rows.is_ok() {
                self.known.note_grant(index, grant.id);
            }
            plan.file(index, stored, rows, outcome);
        }
        let version = |rows: &GrantRows| (rows.grant.id.0, rows.grant.version);
        let changed = plan.changed().map(|rows| rows.grant.id.0).collect();
        let held = self.bulk.hold::<Entity>((Column::Id, Column::Version), changed).await?;
        plan.drop_outrun(&held, version, outcome);
        let (new, mut changed) = plan.into_rows(outcome);
        for rows in &mut changed {
            rows.grant.version += 1;
            rows.grant.updated_at = self.at;
        }
        // The assignments go with the roles that they refer to.
        let without_roles = changed.iter().map(|rows| rows.grant.id.0).collect();
        self.bulk.delete::<role::Entity>(role::Column::GrantId, without_roles).await?;
        self.bulk.insert::<Entity>(new.iter().map(|rows| rows.grant.clone()).collect()).await?;
        self.bulk.update::<Entity>(changed.iter().map(|rows| rows.grant.clone()).collect()).await?;
        let all = || new.iter().chain(&changed);
        self.bulk.insert::<role::Entity>(all().flat_map(roles).collect()).await?;
        self.bulk.insert::<assignment::Entity>(all().flat_map(assignments).collect()).await
    }

    fn grant(&self, index: usize, grant: &Grant, stored: Option<&GrantRows>) -> Result<GrantRows, Flaw> {
        let customer = self.known.customer(grant.customer, index)?;
        let partner = self.known.partner("partner", grant.partner, index)?;
        grant.onto(stored, partner, customer, self.at)
    }

    /// The grants with these ids, with what belongs to them.
    async fn stored_grants(&self, ids: Vec<GrantId>) -> Result<HashMap<GrantId, GrantRows>> {
        let rows = self.bulk.read::<Entity, _>(Column::Id, ids.into_iter().map(|id| id.0).collect()).await?;
        let ids: Vec<_> = rows.iter().map(|row| row.id.0).collect();
        let mut stored: HashMap<_, _> = rows
            .into_iter()
            .map(|grant| (grant.id, GrantRows { grant, roles: Vec::new(), assignments: Vec::new() }))
            .collect();
        for row in self.bulk.read::<role::Entity, _>(role::Column::GrantId, ids.clone()).await? {
            if let Some(rows) = stored.get_mut(&row.grant_id) {
                rows.roles.push(row.role);
            }
        }
        for row in self.bulk.read::<assignment::Entity, _>(assignment::Column::GrantId, ids).await? {
            if let Some(rows) = stored.get_mut(&row.grant_id) {
                let assignment = Assignment {
                    assignee_kind: row.assignee_kind,
                    assignee: row.assignee,
                    roles: Vec::from([row.role]),
                    label: row.label,
                };
                gather(&mut rows.assignments, assignment);
            }
        }
        for rows in stored.values_mut() {
            rows.roles.sort_unstable();
            rows.assignments.iter_mut().for_each(|assignment| assignment.roles.sort_unstable());
            rows.assignments.sort_unstable();
        }
        Ok(stored)
    }
}

fn roles(rows: &GrantRows) -> impl Iterator<Item = role::Model> {
    rows.roles.iter().map(|role| role::Model { grant_id: rows.grant.id, role: *role })
}

fn assignments(rows: &GrantRows) -> impl Iterator<Item = assignment::Model> {
    rows.assignments.iter().flat_map(|assignment| {
        assignment.roles.iter().map(|role| assignment::Model {
            grant_id: rows.grant.id,
            assignee_kind: assignment.assignee_kind,
            assignee: assignment.assignee.clone(),
            role: *role,
            label: assignment.label.clone(),
        })
    })
}
