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
    Loading, Outcome,
    outcome::{Placed, Plan},
};
use crate::Result;
use domain::{
    flaw::{Flaw, refuse_if},
    invitation,
    record::{Assignment, Kind, RelationshipRequest, RequestRows, gather},
};

/// A pair has one open request of each name.
type Name = (PartnerId, CustomerId, String);

/// What requests of a batch must not collide with, as records go by.
#[derive(Debug, Default)]
struct Register {
    stored: HashMap<RequestId, RequestRows>,
    open: HashMap<Name, RequestId>,
    invitations: HashMap<Vec<u8>, RequestId>,
    grants: HashMap<GrantId, grant::Model>,
}

impl Loading {
    pub(super) async fn put_requests(
        &mut self,
        requests: Vec<Placed<RelationshipRequest>>,
        outcome: &mut Outcome,
    ) -> Result<()> {
        if requests.is_empty() {
            return Ok(());
        }
        let mut register = self.request_register(&requests).await?;
        let mut plan = Plan::of(Kind::RelationshipRequest);
        for (index, request) in requests {
            let rows = self.request(index, &request, &register);
            if let Ok(rows) = &rows {
                register.enter(rows);
            }
            plan.file(index, register.stored.get(&request.id), rows, outcome);
        }
        let version = |rows: &RequestRows| (rows.request.id.0, rows.request.version);
        let changed = plan.changed().map(|rows| rows.request.id.0).collect();
        let held = self.bulk.hold::<Entity>((Column::Id, Column::Version), changed).await?;
        plan.drop_outrun(&held, version, outcome);
        let (new, mut changed) = plan.into_rows(outcome);
        for rows in &mut changed {
            rows.request.version += 1;
            rows.request.updated_at = self.at;
        }
        // The assignments go with the roles that they refer to.
        let without_roles = changed.iter().map(|rows| rows.request.id.0).collect();
        self.bulk.delete::<role::Entity>(role::Column::RequestId, without_roles).await?;
        self.bulk.update::<Entity>(changed.iter().map(|rows| rows.request.clone()).collect()).await?;
        self.bulk.insert::<Entity>(new.iter().map(|rows| rows.request.clone()).collect()).await?;
        let all = || changed.iter().chain(&new);
        self.bulk.insert::<role::Entity>(all().flat_map(roles).collect()).await?;
        self.bulk.insert::<assignment::Entity>(all().flat_map(assignments).collect()).await?;
        let made = all().filter_map(|rows| Some([rows.request.id.0.into(), rows.grant?.0.into()]));
        let name_the_request = "UPDATE delegated_admin_grant SET request_id = $1 WHERE id = $2";
        self.bulk.run_each(name_the_request, made.collect()).await
    }

    fn request(
        &self,
        index: usize,
        request: &RelationshipRequest,
        register: &Register,
    ) -> Result<RequestRows, Flaw> {
        let customer = request.customer.map(|customer| self.known.customer(customer, index)).transpose()?;
        let partner = self.known.partner("partner", request.partner, index)?;
        let grants = |id| register.grants.get(&id).filter(|_| self.known.has_grant(id, index));
        let rows = request.onto(register.stored.get(&request.id), partner, customer, grants, self.at)?;
        let is_other = |holder: &RequestId| *holder != request.id;
        let hash = rows.request.invitation_hash.as_ref();
        let is_taken = hash.and_then(|hash| register.invitations.get(hash)).is_some_and(is_other);
        refuse_if(is_taken, "invitation", "belongs to another request")?;
        let is_taken = name(&rows).and_then(|name| register.open.get(&name)).is_some_and(is_other);
        refuse_if(
            is_taken,
            "displayName",
            "is that of another open request of this partner to this customer",
        )?;
        Ok(rows)
    }

    async fn request_register(&self, requests: &[Placed<RelationshipRequest>]) -> Result<Register> {
        let requests = || requests.iter().map(|(_, request)| request);
        let stored = self.stored_requests(requests().map(|request| request.id).collect()).await?;
        let mut register = Register::default();
        let customers = requests().filter_map(|request| request.customer);
        let customers =
            customers.filter_map(|tenant| self.known.customer_id(tenant)).map(|id| id.0).collect();
        let is_open = Condition::all().add(Expr::col(Column::Status.as_column_ref()).eq(RequestStatus::Open));
        for row in self.bulk.read_where::<Entity, _>(Column::CustomerId, customers, is_open).await? {
            let name = row.customer_id.map(|customer| (row.partner_id, customer, row.display_name));
            register.open.extend(name.map(|name| (name, row.id)));
        }
        let hashes = requests().filter_map(|request| request.invitation.as_deref().map(invitation::digest));
        for row in self.bulk.read::<Entity, _>(Column::InvitationHash, hashes.collect()).await? {
            register.invitations.extend(row.invitation_hash.map(|hash| (hash, row.id)));
        }
        let grants = requests().flat_map(|request| [request.renews, request.grant]).flatten();
        for row in
            self.bulk.read::<grant::Entity, _>(grant::Column::Id, grants.map(|id| id.0).collect()).await?
        {
            register.grants.insert(row.id, row);
        }
        Ok(Register { stored, ..register })
    }

    /// The requests with these ids, with what belongs to them.
    async fn stored_requests(&self, ids: Vec<RequestId>) -> Result<HashMap<RequestId, RequestRows>> {
        let rows = self.bulk.read::<Entity, _>(Column::Id, ids.into_iter().map(|id| id.0).collect()).await?;
        let ids: Vec<_> = rows.iter().map(|row| row.id.0).collect();
        let mut stored: HashMap<_, _> = rows
            .into_iter()
            .map(|request| {
                let (roles, assignments) = (Vec::new(), Vec::new());
                (request.id, RequestRows { request, roles, assignments, grant: None })
            })
            .collect();
        for row in self.bulk.read::<role::Entity, _>(role::Column::RequestId, ids.clone()).await? {
            if let Some(rows) = stored.get_mut(&row.request_id) {
                rows.roles.push(row.role);
            }
        }
        for row in self.bulk.read::<assignment::Entity, _>(assignment::Column::RequestId, ids.clone()).await?
        {
            if let Some(rows) = stored.get_mut(&row.request_id) {
                let assignment = Assignment {
                    assignee_kind: row.assignee_kind,
                    assignee: row.assignee,
                    roles: Vec::from([row.role]),
                    label: row.label,
                };
                gather(&mut rows.assignments, assignment);
            }
        }
        for row in self.bulk.read::<grant::Entity, _>(grant::Column::RequestId, ids).await? {
            if let Some(rows) = row.request_id.and_then(|id| stored.get_mut(&id)) {
                rows.grant = Some(row.id);
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

impl Register {
    fn enter(&mut self, rows: &RequestRows) {
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
fn name(rows: &RequestRows) -> Option<Name> {
    let request = &rows.request;
    let is_open = request.status == RequestStatus::Open;
    let customer = request.customer_id.filter(|_| is_open)?;
    Some((request.partner_id, customer, request.display_name.clone()))
}

fn roles(rows: &RequestRows) -> impl Iterator<Item = role::Model> {
    rows.roles.iter().map(|role| role::Model { request_id: rows.request.id, role: *role })
}

fn assignments(rows: &RequestRows) -> impl Iterator<Item = assignment::Model> {
    rows.assignments.iter().flat_map(|assignment| {
        assignment.roles.iter().map(|role| assignment::Model {
            request_id: rows.request.id,
            assignee_kind: assignment.assignee_kind,
            assignee: assignment.assignee.clone(),
            role: *role,
            label: assignment.label.clone(),
        })
    })
}
