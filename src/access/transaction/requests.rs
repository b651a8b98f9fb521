//! Requests: made, and read with what belongs to them.

use entity::{
    DelegatedRole, EventKind, RequestStatus, relationship_request as request,
    relationship_request_assignment as request_assignment, relationship_request_role as request_role,
};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::super::log::Entry;
use super::super::permit::{Leave, Permit};
use super::Transaction;
use super::grants::{each_role, gathered, listed};
use crate::Result;
use crate::rules::action::{Action, GrantAction};
use crate::rules::record::RequestRows;
use crate::rules::refusal::{Refusal, RefusalCode};
use crate::rules::request::status_at;

impl Transaction<'_> {
    /// Makes a request.
    pub async fn create_request(&mut self, leave: Leave, rows: RequestRows) -> Result<request::Model> {
        leave.is_for(&[Action::RequestRelationship, Action::Grant(GrantAction::Renew)])?;
        let RequestRows { request, roles, assignments, .. } = rows;
        self.seal(request.customer_id).await?;
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

    /// Whoever holds the partner's name for another open request gives it back, if that one's time is over.
    async fn make_room_for(&mut self, new: &request::Model) -> Result<()> {
        let Some(customer) = new.customer_id else { return Ok(()) };
        let holder = request::Entity::find()
            .filter(request::Column::PartnerId.eq(new.partner_id))
            .filter(request::Column::CustomerId.eq(customer))
            .filter(request::Column::DisplayName.eq(new.display_name.as_str()))
            .filter(request::Column::Status.eq(RequestStatus::Open))
            .one(&self.connection)
            .await?;
        let Some(holder) = holder else { return Ok(()) };
        if status_at(&holder, self.view.at()) == RequestStatus::Open {
            let message = "An open request of yours to this customer has this name. Withdraw it, or choose another name.";
            return Err(Refusal::new(RefusalCode::DuplicateRequest, message).at("displayName").into());
        }
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
