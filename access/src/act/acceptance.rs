//! Acceptance: what a customer decides about is read, and what comes of it is written.

use entity::{
    EventKind, GrantId, access_assignment as assignment, delegated_admin_grant as grant,
    delegated_admin_grant_role as grant_role, relationship_request as request,
    relationship_request_assignment as request_assignment, relationship_request_role as request_role,
};
use uuid::Uuid;

use crate::act::grants::{changes_of, listed};
use crate::chain::entry::Entry;
use crate::core::proof::Permit;
use crate::core::transaction::Transaction;
use crate::{Error, Result};
use domain::grant::GrantRows;
use domain::request::{Accepted, Asked, RequestRows};

impl Transaction<'_> {
    /// What the permitted request asks for, and who asks.
    pub async fn asked(&self, permit: &Permit<request::Entity>) -> Result<Asked> {
        let roles = self.children::<request_role::Entity, _>(permit).await?;
        let assignments = self.children::<request_assignment::Entity, _>(permit).await?;
        Ok(Asked {
            rows: RequestRows::of(permit.row().clone(), roles, assignments),
            renewed: self.renewed(permit).await?,
            cloud: self.asking_partner(permit).await?.map(|asking| asking.cloud),
            grant: GrantId(Uuid::now_v7()),
        })
    }

    /// The grant that a permitted request is to continue.
    async fn renewed(&self, permit: &Permit<request::Entity>) -> Result<Option<GrantRows>> {
        let Some(id) = permit.row().renews else { return Ok(None) };
        // The parties of the request are those of the grant that it names: acts at the customer go one by one.
        let view = self.view();
        let of_partner = view.select::<grant::Entity>().eq(grant::Column::PartnerId, permit.row().partner_id);
        let Some(grant) = self.see(of_partner.find(id)).await? else {
            return Err(Error::Internal("a request continues a grant that is not there"));
        };
        let roles = view.select::<grant_role::Entity>().eq(grant_role::Column::GrantId, id);
        let roles = self.see_all(roles).await?;
        let assignments = view.select::<assignment::Entity>().eq(assignment::Column::GrantId, id);
        let assignments = self.see_all(assignments).await?;
        Ok(Some(GrantRows::of(grant, roles, assignments)))
    }

    /// Makes the grant that the permitted request leads to, and closes the request.
    pub async fn accept(
        &mut self,
        permit: Permit<request::Entity>,
        Accepted { request, grant: rows }: Accepted,
    ) -> Result<Accepted> {
        let made = self.insert::<grant::Entity>(&permit, rows.grant.clone()).await?;
        self.insert_children::<grant_role::Entity, _>(&made, rows.role_rows().collect()).await?;
        self.insert_children::<assignment::Entity, _>(&made, rows.assignment_rows().collect()).await?;
        let entry = Entry::of::<grant::Entity>(EventKind::GrantActivated, None, made.row())
            .with([listed("roles", &[], &rows.roles)])
            .with(changes_of(&[], &rows.assignments));
        self.append(entry).await?;
        let request = self.apply(permit, request).await?;
        Ok(Accepted { request, grant: rows })
    }
}
