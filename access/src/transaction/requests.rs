//! Requests: made, and read with what belongs to them.

use entity::{
    DelegatedRole, EventKind, RequestStatus, relationship_request as request,
    relationship_request_assignment as request_assignment, relationship_request_role as request_role,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QuerySelect,
};

use super::super::log::Entry;
use super::super::permit::{Leave, Permit};
use super::Transaction;
use super::grants::{each_role, gathered, listed};
use crate::Result;
use domain::action::{Action, GrantAction};
use domain::record::RequestRows;
use domain::refusal::{Refusal, RefusalCode};
use domain::request::status_at;

/// How many requests of one partner to one customer can be open at once.
const MOST_OPEN_OF_PAIR: usize = 10;

/// How many requests of one partner can be open at once, open invitations included. Two that are made at one moment for
/// different customers may pass it by one.
const MOST_OPEN_OF_PARTNER: u64 = 10_000;

impl Transaction<'_> {
    /// Makes a request.
    pub async fn create_request(&mut self, leave: Leave, rows: RequestRows) -> Result<request::Model> {
        leave.is_for(&[Action::RequestRelationship, Action::Grant(GrantAction::Renew)])?;
        let RequestRows { request, roles, assignments, .. } = rows;
        self.hold(request.customer_id).await?;
        self.make_room_for(&request).await?;
        self.insert::<request::Entity>([request.clone()]).await?;
        let of_request = |role: &DelegatedRole| request_role::Model { request_id: request.id, role: *role };
        self.insert::<request_role::Entity>(roles.iter().map(of_request)).await?;
        let entry = Entry::of::<request::Entity>(EventKind::RelationshipRequestCreated, None, &request);
        let entry = entry.with([listed("roles", &[], &roles)]);
        let assignment = |(kind, assignee, role, label)| request_assignment::Model {
            request_id: request.id,
            assignee_kind: kind,
            assignee,
            role,
            label,
        };
        self.insert::<request_assignment::Entity>(each_role(assignments).map(assignment)).await?;
        self.log(entry).await?;
        Ok(request)
    }

    /// What a permitted request asks for.
    pub async fn asked(&self, permit: &Permit<request::Entity>) -> Result<RequestRows> {
        let request = permit.row.clone();
        let roles = request_role::Entity::find()
            .filter(request_role::Column::RequestId.eq(request.id))
            .all(&self.connection)
            .await?;
        let rows = request_assignment::Entity::find()
            .filter(request_assignment::Column::RequestId.eq(request.id))
            .all(&self.connection)
            .await?;
        let held = rows.into_iter().map(|row| (row.assignee_kind, row.assignee, row.role, row.label));
        let roles = roles.into_iter().map(|row| row.role).collect();
        Ok(RequestRows { request, roles, assignments: gathered(held), grant: None })
    }

    /// Whether the partner may have one more open request: there are bounds, so that nobody is asked without end. Whoever
    /// holds the name for another open request gives it back, if that one's time is over.
    async fn make_room_for(&mut self, new: &request::Model) -> Result<()> {
        let is_open = request::Column::Status.eq(RequestStatus::Open);
        let own =
            request::Entity::find().filter(request::Column::PartnerId.eq(new.partner_id)).filter(is_open);
        if let Some(customer) = new.customer_id {
            let with_customer = own.clone().filter(request::Column::CustomerId.eq(customer));
            self.make_room_among(new, with_customer.all(&self.connection).await?).await?;
        }
        if own.limit(MOST_OPEN_OF_PARTNER).count(&self.connection).await? >= MOST_OPEN_OF_PARTNER {
            let message = format!(
                "You have {MOST_OPEN_OF_PARTNER} open requests, and cannot have more. Withdraw some, or wait until \
                 they are decided."
            );
            return Err(Refusal::new(RefusalCode::LimitExceeded, message).at("customer").into());
        }
        Ok(())
    }

    /// [`make_room_for`](Self::make_room_for), among the pair's requests that are open as far as is written down.
    async fn make_room_among(&mut self, new: &request::Model, others: Vec<request::Model>) -> Result<()> {
        let is_open = |other: &request::Model| status_at(other, self.view.at()) == RequestStatus::Open;
        let number = others.iter().filter(|other| is_open(other)).count();
        let holder = others.into_iter().find(|other| other.display_name == new.display_name);
        if holder.as_ref().is_some_and(is_open) {
            let message = "An open request of yours to this customer has this name. Withdraw it, or choose another name.";
            return Err(Refusal::new(RefusalCode::DuplicateRequest, message).at("displayName").into());
        }
        if number >= MOST_OPEN_OF_PAIR {
            let message = format!(
                "{MOST_OPEN_OF_PAIR} requests of yours to this customer are open, and there cannot be more. Withdraw \
                 one, or wait until the customer has decided."
            );
            return Err(Refusal::new(RefusalCode::LimitExceeded, message).at("customer").into());
        }
        let Some(holder) = holder else { return Ok(()) };
        let expired = request::Model {
            status: RequestStatus::Expired,
            updated_at: self.view.at(),
            version: holder.version + 1,
            ..holder.clone()
        };
        request::Entity::update(expired.clone().into_active_model().reset_all())
            .exec(&self.connection)
            .await?;
        let kind = EventKind::RelationshipRequestExpired;
        self.log(Entry::of::<request::Entity>(kind, Some(&holder), &expired).by_the_clock()).await
    }
}
