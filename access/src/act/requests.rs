//! Requests: made, and read with what belongs to them.

use entity::{
    EventKind, RequestStatus, relationship_request as request,
    relationship_request_assignment as request_assignment, relationship_request_role as request_role,
};
use sea_orm::ActiveEnum;

use crate::Result;
use crate::act::grants::listed;
use crate::chain::entry::Entry;
use crate::core::proof::RequestPermit;
use crate::core::transaction::Transaction;
use domain::action::RequestAction;
use domain::refusal::{Refusal, RefusalCode};
use domain::request::{RequestRows, expire, status_at};

/// How many requests of one partner to one customer can be open at once.
const MOST_OPEN_OF_PAIR: usize = 10;

/// How many requests of one partner can be open at once, open invitations included. Two that are made at one moment for
/// different customers may pass it by one.
const MOST_OPEN_OF_PARTNER: u64 = 10_000;

impl Transaction<'_> {
    /// Makes a request.
    pub async fn create_request(
        &mut self,
        permit: &RequestPermit,
        rows: RequestRows,
    ) -> Result<request::Model> {
        self.lock(rows.request.customer_id).await?;
        self.make_room_for(&rows.request).await?;
        let made = self.insert::<request::Entity>(permit, rows.request.clone()).await?;
        self.insert_children::<request_role::Entity, _>(&made, rows.role_rows().collect()).await?;
        self.insert_children::<request_assignment::Entity, _>(&made, rows.assignment_rows().collect())
            .await?;
        let entry = Entry::of::<request::Entity>(EventKind::RelationshipRequestCreated, None, made.row());
        let entry = entry.with([listed("roles", &[], &rows.roles)]);
        self.append(entry).await?;
        Ok(made.into_row())
    }

    /// Whether the partner may have one more open request: there are bounds, so that nobody is asked without end. Whoever
    /// has the name for another open request gives it back, if that one's time is over.
    async fn make_room_for(&mut self, new: &request::Model) -> Result<()> {
        let open = RequestStatus::Open.to_value();
        let own = self.view().select::<request::Entity>().eq(request::Column::Status, open);
        if let Some(customer) = new.customer_id {
            let with_customer = own.clone().eq(request::Column::CustomerId, customer);
            self.make_room_among(new, self.see_all(with_customer).await?).await?;
        }
        if self.count(own).await? >= MOST_OPEN_OF_PARTNER {
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
        let is_open = |other: &request::Model| status_at(other, self.view().at()) == RequestStatus::Open;
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
        let permit = self.permit::<request::Entity>(holder.id, RequestAction::Withdraw, None).await?;
        if let Some(expired) = expire(permit.row(), self.view().at()) {
            drop(self.advance(permit, expired, EventKind::RelationshipRequestExpired).await?);
        }
        Ok(())
    }
}
