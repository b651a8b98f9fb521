//! Relationship requests, with their roles, their first assignments, and the grants that they made.

use std::collections::HashMap;

use entity::{
    CustomerId, GrantId, PartnerId, RequestId, RequestStatus, delegated_admin_grant as grant,
    relationship_request::{Column, Entity},
    relationship_request_assignment as assignment, relationship_request_role as role,
};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition};

use super::{
    BatchOutcome, BulkLoad,
    outcome::{Indexed, Plan},
    record::RecordKind,
};
use crate::Result;
use domain::{
    field_error::{FieldError, refuse_if},
    invitation,
    request::{RelationshipRequestRecord, RequestReferences, RequestRows},
};

/// Under which names requests are open: a pair has one of each.
type OpenName = (PartnerId, CustomerId, String);

/// What the requests of a batch must not collide with: what was there, and what the batch has added so far.
#[derive(Debug, Default)]
struct RequestIndex {
    stored: HashMap<RequestId, RequestRows>,
    open: HashMap<OpenName, RequestId>,
    invitations: HashMap<Vec<u8>, RequestId>,
    grants: HashMap<GrantId, grant::Model>,
}

impl BulkLoad {
    pub(super) async fn put_requests(
        &mut self,
        requests: Vec<Indexed<RelationshipRequestRecord>>,
        outcome: &mut BatchOutcome,
    ) -> Result<()> {
        if requests.is_empty() {
            return Ok(());
        }
        let mut existing = self.request_index(&requests).await?;
        let mut plan = Plan::of(RecordKind::RelationshipRequest);
        for (index, request) in requests {
            let rows = self.request(index, &request, &existing);
            if let Ok(rows) = &rows {
                existing.add(rows);
            }
            plan.add(index, existing.stored.get(&request.id), rows, outcome);
        }
        let changed = plan.changed().map(|rows| rows.request.id.0).collect();
        let locked = self.statements.lock::<Entity>(Column::Id, changed).await?;
        let versions = locked.iter().map(|row| (row.id.0, row.version)).collect();
        plan.refuse_outdated(&versions, |rows| (rows.request.id.0, rows.request.version), outcome);
        let (new, mut changed) = plan.into_rows(outcome);
        for rows in &mut changed {
            rows.request.version += 1;
            rows.request.updated_at = self.at;
        }
        // Assignments refer to roles: deleting these deletes them, too.
        let without_roles = changed.iter().map(|rows| rows.request.id.0).collect();
        self.statements.delete::<role::Entity>(role::Column::RequestId, without_roles).await?;
        self.statements.update::<Entity>(changed.iter().map(|rows| rows.request.clone()).collect()).await?;
        self.statements.insert::<Entity>(new.iter().map(|rows| rows.request.clone()).collect()).await?;
        let all = || changed.iter().chain(&new);
        self.statements.insert::<role::Entity>(all().flat_map(RequestRows::role_rows).collect()).await?;
        self.statements
            .insert::<assignment::Entity>(all().flat_map(RequestRows::assignment_rows).collect())
            .await?;
        let made = all().filter_map(|rows| Some((rows.grant?, rows.request.id)));
        self.statements.name_requests(made.collect()).await
    }

    fn request(
        &self,
        index: usize,
        request: &RelationshipRequestRecord,
        existing: &RequestIndex,
    ) -> Result<RequestRows, FieldError> {
        let customer =
            request.customer.map(|customer| self.references.customer(customer, index)).transpose()?;
        let partner = self.references.partner("partner", request.partner, index)?;
        let grant = |id| existing.grants.get(&id).filter(|_| self.references.has_grant(id, index));
        let (renews, grant) = (request.renews.and_then(grant), request.grant.and_then(grant));
        let references = RequestReferences { partner, customer, renews, grant };
        let rows = request.onto(existing.stored.get(&request.id), references, self.at)?;
        let is_other = |holder: &RequestId| *holder != request.id;
        let hash = rows.request.invitation_hash.as_ref();
        let is_taken = hash.and_then(|hash| existing.invitations.get(hash)).is_some_and(is_other);
        refuse_if(is_taken, "invitation", "belongs to another request")?;
        let is_taken = name(&rows).and_then(|name| existing.open.get(&name)).is_some_and(is_other);
        refuse_if(
            is_taken,
            "displayName",
            "is that of another open request of this partner to this customer",
        )?;
        Ok(rows)
    }

    async fn request_index(&self, requests: &[Indexed<RelationshipRequestRecord>]) -> Result<RequestIndex> {
        let requests = || requests.iter().map(|(_, request)| request);
        let stored = self.stored_requests(requests().map(|request| request.id).collect()).await?;
        let mut existing = RequestIndex::default();
        let customers = requests().filter_map(|request| request.customer);
        let customers =
            customers.filter_map(|tenant| self.references.customer_id(tenant)).map(|id| id.0).collect();
        let is_open = Condition::all().add(Expr::col(Column::Status.as_column_ref()).eq(RequestStatus::Open));
        for row in self.statements.read_where::<Entity, _>(Column::CustomerId, customers, is_open).await? {
            let name = row.customer_id.map(|customer| (row.partner_id, customer, row.display_name));
            existing.open.extend(name.map(|name| (name, row.id)));
        }
        let hashes = requests().filter_map(|request| request.invitation.as_deref().map(invitation::digest));
        for row in self.statements.read::<Entity, _>(Column::InvitationHash, hashes.collect()).await? {
            existing.invitations.extend(row.invitation_hash.map(|hash| (hash, row.id)));
        }
        let grants = requests().flat_map(|request| [request.renews, request.grant]).flatten();
        for row in self
            .statements
            .read::<grant::Entity, _>(grant::Column::Id, grants.map(|id| id.0).collect())
            .await?
        {
            existing.grants.insert(row.id, row);
        }
        Ok(RequestIndex { stored, ..existing })
    }

    /// The requests with these ids, with what belongs to them.
    async fn stored_requests(&self, ids: Vec<RequestId>) -> Result<HashMap<RequestId, RequestRows>> {
        let rows =
            self.statements.read::<Entity, _>(Column::Id, ids.into_iter().map(|id| id.0).collect()).await?;
        let ids: Vec<_> = rows.iter().map(|row| row.id.0).collect();
        let roles = self.statements.read::<role::Entity, _>(role::Column::RequestId, ids.clone()).await?;
        let assignments =
            self.statements.read::<assignment::Entity, _>(assignment::Column::RequestId, ids.clone()).await?;
        let stored = RequestRows::gather(rows, roles, assignments);
        let mut stored: HashMap<_, _> = stored.into_iter().map(|rows| (rows.request.id, rows)).collect();
        for row in self.statements.read::<grant::Entity, _>(grant::Column::RequestId, ids).await? {
            if let Some(rows) = row.request_id.and_then(|id| stored.get_mut(&id)) {
                rows.grant = Some(row.id);
            }
        }
        Ok(stored)
    }
}

impl RequestIndex {
    fn add(&mut self, rows: &RequestRows) {
        let id = rows.request.id;
        if let Some(name) = self.stored.get(&id).and_then(name) {
            self.open.remove(&name);
        }
        self.open.extend(name(rows).map(|name| (name, id)));
        self.invitations.extend(rows.request.invitation_hash.clone().map(|hash| (hash, id)));
        if let Some(grant) = rows.grant.and_then(|grant| self.grants.get_mut(&grant)) {
            grant.request_id = Some(id);
        }
    }
}

/// Under which name the request is open, if it is.
fn name(rows: &RequestRows) -> Option<OpenName> {
    let request = &rows.request;
    let is_open = request.status == RequestStatus::Open;
    let customer = request.customer_id.filter(|_| is_open)?;
    Some((request.partner_id, customer, request.display_name.clone()))
}
