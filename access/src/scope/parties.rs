//! The rules that go by who is a party to a row.

use entity::{
    CustomerId, PartnerId, RequestStatus, access_assignment, customer_reference,
    delegated_admin_grant as grant, delegated_admin_grant_role as grant_role, idempotency_record,
    issuer_trust, offer, partner, relationship_request as request,
    relationship_request_assignment as request_assignment, relationship_request_role as request_role,
    revocation, subscription, webhook, webhook_delivery,
};
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition};
use sea_orm::{ActiveEnum, ColumnTrait, Condition, EntityTrait, QueryResult};

use crate::Result;
use crate::rows;
use crate::scope::effective_grants::is_active;
use crate::scope::reach::Place;
use crate::scope::scoped::{Perspective, Scoped, column, everyone, exists, no_one};
use crate::viewer::Principal;
use domain::action::Action;

/// A party to the row sees it: the partner, the customer, and the operator as a header. The timer sees it while
/// `is_pending`: until the clock has had its way with it.
fn parties(
    view: &dyn Perspective,
    partner_id: impl ColumnTrait,
    customer_id: impl ColumnTrait,
    is_pending: Expr,
) -> Condition {
    match view.viewer().principal() {
        Principal::Partner(own) => column(partner_id).eq(own.id).into_condition(),
        Principal::Customer(own) => column(customer_id).eq(own.id).into_condition(),
        Principal::Operator => everyone(),
        Principal::Timer => is_pending.into_condition(),
    }
}

/// A grant or a request that names this row, and to which the viewer's own tenant is a party.
struct OwnOf<E: EntityTrait> {
    /// Where it names this row.
    names: E::Column,
    partner: E::Column,
    customer: E::Column,
}

impl<E: EntityTrait> OwnOf<E> {
    fn of_partner(self, ours: impl ColumnTrait, own: PartnerId) -> Expr {
        exists::<E>(self.names, ours, column(self.partner).eq(own).into_condition())
    }

    fn of_customer(self, ours: impl ColumnTrait, own: CustomerId) -> Expr {
        exists::<E>(self.names, ours, column(self.customer).eq(own).into_condition())
    }
}

fn own_grant(names: grant::Column) -> OwnOf<grant::Entity> {
    OwnOf { names, partner: grant::Column::PartnerId, customer: grant::Column::CustomerId }
}

fn own_request(names: request::Column) -> OwnOf<request::Entity> {
    OwnOf { names, partner: request::Column::PartnerId, customer: request::Column::CustomerId }
}

/// Part of a grant: its parties see it, and the operator, who sees headers only, does not.
fn parties_of_grant(view: &dyn Perspective, grant_id: impl ColumnTrait) -> Condition {
    let grant = own_grant(grant::Column::Id);
    match view.viewer().principal() {
        Principal::Partner(own) => grant.of_partner(grant_id, own.id).into_condition(),
        Principal::Customer(own) => grant.of_customer(grant_id, own.id).into_condition(),
        Principal::Operator | Principal::Timer => no_one(),
    }
}

/// Part of a request: whoever sees the request.
fn parties_of_request(view: &dyn Perspective, request_id: impl ColumnTrait) -> Condition {
    let request = own_request(request::Column::Id);
    match view.viewer().principal() {
        Principal::Partner(own) => request.of_partner(request_id, own.id).into_condition(),
        Principal::Customer(own) => request.of_customer(request_id, own.id).into_condition(),
        Principal::Operator => everyone(),
        Principal::Timer => no_one(),
    }
}

impl Scoped for partner::Entity {
    /// A partner sees itself. A customer sees whoever asked it for a relationship, has or had a grant, or sold it
    /// something.
    fn scope(view: &dyn Perspective) -> Condition {
        let id = partner::Column::Id;
        match view.viewer().principal() {
            Principal::Partner(own) => column(id).eq(own.id).into_condition(),
            Principal::Customer(own) => {
                let bought = column(subscription::Column::CustomerId).eq(own.id).into_condition();
                Condition::any()
                    .add(own_grant(grant::Column::PartnerId).of_customer(id, own.id))
                    .add(own_request(request::Column::PartnerId).of_customer(id, own.id))
                    .add(exists::<subscription::Entity>(subscription::Column::PartnerId, id, bought))
            }
            Principal::Operator => everyone(),
            Principal::Timer => no_one(),
        }
    }

    /// Why a tenant is not let in, the operator knows, and the tenant's own log.
    fn redact(row: &mut partner::Model, view: &dyn Perspective) {
        match view.viewer().principal() {
            Principal::Operator => {}
            Principal::Partner(_) | Principal::Customer(_) | Principal::Timer => row.status_reason = None,
        }
    }

    fn read(row: &QueryResult) -> Result<partner::Model> {
        Ok(rows::partner(row, 0)?)
    }
}

impl Scoped for customer_reference::Entity {
    /// A partner knows the name of whoever it has asked or has had a grant of; nothing else follows from that.
    fn scope(view: &dyn Perspective) -> Condition {
        let id = customer_reference::Column::Id;
        match view.viewer().principal() {
            Principal::Partner(own) => Condition::any()
                .add(own_grant(grant::Column::CustomerId).of_partner(id, own.id))
                .add(own_request(request::Column::CustomerId).of_partner(id, own.id)),
            Principal::Customer(own) => column(id).eq(own.id).into_condition(),
            Principal::Operator => everyone(),
            Principal::Timer => no_one(),
        }
    }
}

impl Scoped for offer::Entity {
    fn scope(view: &dyn Perspective) -> Condition {
        match view.viewer().principal() {
            Principal::Partner(_) | Principal::Customer(_) | Principal::Operator => everyone(),
            Principal::Timer => no_one(),
        }
    }

    fn read(row: &QueryResult) -> Result<offer::Model> {
        Ok(rows::offer(row, 0)?)
    }
}

/// Whom the server trusts is the operator's.
fn operators(view: &dyn Perspective) -> Condition {
    match view.viewer().principal() {
        Principal::Operator => everyone(),
        Principal::Partner(_) | Principal::Customer(_) | Principal::Timer => no_one(),
    }
}

impl Scoped for issuer_trust::Entity {
    fn scope(view: &dyn Perspective) -> Condition {
        operators(view)
    }
}

impl Scoped for revocation::Entity {
    fn scope(view: &dyn Perspective) -> Condition {
        operators(view)
    }
}

impl Scoped for request::Entity {
    fn scope(view: &dyn Perspective) -> Condition {
        use request::Column;
        parties(
            view,
            Column::PartnerId,
            Column::CustomerId,
            column(Column::Status).eq(Expr::Constant(RequestStatus::Open.to_value().into())),
        )
    }

    /// What the parties wrote to each other is not part of the header.
    fn redact(row: &mut request::Model, view: &dyn Perspective) {
        match view.viewer().principal() {
            Principal::Partner(_) | Principal::Customer(_) | Principal::Timer => {}
            Principal::Operator => {
                row.message = None;
                row.decline_reason = None;
            }
        }
    }

    fn read(row: &QueryResult) -> Result<request::Model> {
        Ok(rows::request(row, 0)?)
    }
}

impl Scoped for request_role::Entity {
    fn scope(view: &dyn Perspective) -> Condition {
        parties_of_request(view, request_role::Column::RequestId)
    }
}

impl Scoped for request_assignment::Entity {
    fn scope(view: &dyn Perspective) -> Condition {
        match view.viewer().principal() {
            Principal::Partner(_) | Principal::Customer(_) => {
                parties_of_request(view, request_assignment::Column::RequestId)
            }
            Principal::Operator | Principal::Timer => no_one(),
        }
    }
}

impl Scoped for grant::Entity {
    fn scope(view: &dyn Perspective) -> Condition {
        parties(view, grant::Column::PartnerId, grant::Column::CustomerId, is_active(Place::Table))
    }

    /// What the parties wrote to each other is not part of the header.
    fn redact(row: &mut grant::Model, view: &dyn Perspective) {
        match view.viewer().principal() {
            Principal::Partner(_) | Principal::Customer(_) | Principal::Timer => {}
            Principal::Operator => row.termination_reason = None,
        }
    }

    fn read(row: &QueryResult) -> Result<grant::Model> {
        Ok(rows::grant(row, 0)?)
    }
}

impl Scoped for grant_role::Entity {
    fn scope(view: &dyn Perspective) -> Condition {
        match view.viewer().principal() {
            Principal::Partner(_) | Principal::Customer(_) => {
                parties_of_grant(view, grant_role::Column::GrantId)
            }
            Principal::Operator => everyone(),
            Principal::Timer => no_one(),
        }
    }
}

impl Scoped for access_assignment::Entity {
    fn scope(view: &dyn Perspective) -> Condition {
        parties_of_grant(view, access_assignment::Column::GrantId)
    }
}

impl Scoped for idempotency_record::Entity {
    fn scope(view: &dyn Perspective) -> Condition {
        match view.viewer().principal() {
            Principal::Partner(_) | Principal::Customer(_) | Principal::Operator => {
                column(idempotency_record::Column::TenantId).eq(view.viewer().tenant()).into_condition()
            }
            Principal::Timer => no_one(),
        }
    }
}

impl Scoped for webhook::Entity {
    /// The administrators of its own tenant see it, and nobody else: not the operator either, who would see a customer's events
    /// by it.
    fn scope(view: &dyn Perspective) -> Condition {
        use webhook::Column;
        let viewer = view.viewer();
        if Action::RegisterWebhook.check_role(viewer.actor()).is_err() {
            return no_one();
        }
        let of_tenant = column(Column::TenantId).eq(viewer.tenant());
        match viewer.principal() {
            Principal::Partner(own) => of_tenant.and(column(Column::PartnerId).eq(own.id)).into_condition(),
            Principal::Customer(own) => of_tenant.and(column(Column::CustomerId).eq(own.id)).into_condition(),
            Principal::Operator => Condition::all()
                .add(of_tenant)
                .add(column(Column::PartnerId).is_null())
                .add(column(Column::CustomerId).is_null()),
            Principal::Timer => no_one(),
        }
    }

    /// How far it has been served tells how much others do.
    fn redact(row: &mut webhook::Model, _: &dyn Perspective) {
        row.position = None;
    }
}

impl Scoped for webhook_delivery::Entity {
    /// Whoever sees the webhook.
    fn scope(view: &dyn Perspective) -> Condition {
        let of_webhook = webhook_delivery::Column::WebhookId;
        exists::<webhook::Entity>(webhook::Column::Id, of_webhook, webhook::Entity::scope(view))
            .into_condition()
    }

    fn redact(row: &mut webhook_delivery::Model, _: &dyn Perspective) {
        row.position = 0;
    }
}
