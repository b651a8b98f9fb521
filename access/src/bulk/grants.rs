//! Grants, with their roles and assignments.

use std::collections::HashMap;

use entity::{
    GrantId, access_assignment as assignment,
    delegated_admin_grant::{Column, Entity},
    delegated_admin_grant_role as role,
};

use super::{
    BatchOutcome, BulkLoad,
    outcome::{Indexed, Plan},
    record::RecordKind,
};
use crate::Result;
use domain::{
    field_error::FieldError,
    grant::{GrantParties, GrantRecord, GrantRows},
};

impl BulkLoad {
    pub(super) async fn put_grants(
        &mut self,
        grants: Vec<Indexed<GrantRecord>>,
        outcome: &mut BatchOutcome,
    ) -> Result<()> {
        if grants.is_empty() {
            return Ok(());
        }
        let ids = grants.iter().map(|(_, grant)| grant.id).collect();
        let stored = self.stored_grants(ids).await?;
        let mut plan = Plan::of(RecordKind::Grant);
        for (index, grant) in grants {
            let stored = stored.get(&grant.id);
            let rows = self.grant(index, &grant, stored);
            if stored.is_none() && rows.is_ok() {
                self.references.note_grant(index, grant.id);
            }
            plan.add(index, stored, rows, outcome);
        }
        let changed = plan.changed().map(|rows| rows.grant.id.0).collect();
        let locked = self.statements.lock::<Entity>(Column::Id, changed).await?;
        let versions = locked.iter().map(|row| (row.id.0, row.version)).collect();
        plan.refuse_outdated(&versions, |rows| (rows.grant.id.0, rows.grant.version), outcome);
        let (new, mut changed) = plan.into_rows(outcome);
        for rows in &mut changed {
            rows.grant.version += 1;
            rows.grant.updated_at = self.at;
        }
        // Assignments refer to roles: deleting these deletes them, too.
        let without_roles = changed.iter().map(|rows| rows.grant.id.0).collect();
        self.statements.delete::<role::Entity>(role::Column::GrantId, without_roles).await?;
        self.statements.insert::<Entity>(new.iter().map(|rows| rows.grant.clone()).collect()).await?;
        self.statements.update::<Entity>(changed.iter().map(|rows| rows.grant.clone()).collect()).await?;
        let all = || new.iter().chain(&changed);
        self.statements.insert::<role::Entity>(all().flat_map(GrantRows::role_rows).collect()).await?;
        self.statements
            .insert::<assignment::Entity>(all().flat_map(GrantRows::assignment_rows).collect())
            .await
    }

    fn grant(
        &self,
        index: usize,
        grant: &GrantRecord,
        stored: Option<&GrantRows>,
    ) -> Result<GrantRows, FieldError> {
        let customer = self.references.customer(grant.customer, index)?;
        let partner = self.references.partner("partner", grant.partner, index)?;
        grant.onto(stored, GrantParties { partner, customer }, self.at)
    }

    /// The grants with these ids, with what belongs to them.
    async fn stored_grants(&self, ids: Vec<GrantId>) -> Result<HashMap<GrantId, GrantRows>> {
        let rows =
            self.statements.read::<Entity, _>(Column::Id, ids.into_iter().map(|id| id.0).collect()).await?;
        let ids: Vec<_> = rows.iter().map(|row| row.id.0).collect();
        let roles = self.statements.read::<role::Entity, _>(role::Column::GrantId, ids.clone()).await?;
        let assignments =
            self.statements.read::<assignment::Entity, _>(assignment::Column::GrantId, ids).await?;
        let stored = GrantRows::gather(rows, roles, assignments);
        Ok(stored.into_iter().map(|rows| (rows.grant.id, rows)).collect())
    }
}
