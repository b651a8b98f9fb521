//! The rules: of each table, what each kind of viewer may see. Here are those that go by who is a party to a row;
//! `effective_grants` has those that go by what grants give.
//!
//! A rule answers for every kind of viewer and has no default arm. Public data says [`everyone`], hidden data says
//! [`no_one`]; silence does not compile. ARCHITECTURE.md has the rule in words.

use entity::{
    CustomerId, PartnerId, RequestStatus, TenantStatus, access_assignment, customer, customer_reference,
    delegated_admin_grant as grant, delegated_admin_grant_role as grant_role, event, idempotency_record,
    issuer_trust, offer, partner, relationship_request as request,
    relationship_request_assignment as request_assignment, relationship_request_role as request_role,
    revocation, subscription, webhook, webhook_delivery,
};
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition, Query};
use sea_orm::{ActiveEnum, ColumnTrait, Condition, EntityTrait, FromQueryResult, QueryResult};

use crate::Result;
use crate::core::effective_grants::is_active;
use crate::core::reach::{Place, Reach};
use crate::core::view::View;
use crate::core::viewer::Principal;
use crate::rows;
use domain::action::Action;

mod sealed {
    /// Only a table that this file names has a rule.
    pub trait Ruled {}
}

/// A table with a rule: what of it a viewer may see.
pub trait Scoped: EntityTrait<Model: Clone + Sync> + sealed::Ruled {
    /// The index over reach, from which a partner's lists start.
    const REACH: Option<&'static Reach<Self::Column>> = None;

    /// What of this table a viewer sees: the first term of every `WHERE` over it.
    fn scope(view: &View) -> Condition;

    /// The same for the rows of the customer that an expression names, where what is seen there goes by the customer: so it
    /// is asked once for all of them.
    #[must_use]
    fn by_customer(_view: &View, _customer: Expr) -> Option<CustomerRule> {
        None
    }

    /// Reads a row of an answer.
    fn read(result: &QueryResult) -> Result<Self::Model> {
        Ok(Self::Model::from_query_result(result, "")?)
    }

    /// Empties what of a row that is seen this viewer may not read.
    fn redact(_row: &mut Self::Model, _view: &View) {}
}

/// A rule in two parts.
#[derive(Debug)]
pub struct CustomerRule {
    /// What the viewer must hold at the customer.
    pub(super) holds: Expr,
    /// What a row of that customer must meet besides.
    pub(super) of_row: Condition,
}

impl CustomerRule {
    pub(super) fn whole(self) -> Condition {
        self.of_row.add(self.holds)
    }
}

/// The rule with which every statement over this table begins.
pub(super) fn rule<E: Scoped>(view: &View) -> Condition {
    Condition::all().add(standing(view)).add(E::scope(view))
}

/// That the viewer's tenant is registered and let in: what is remembered of it does not say so.
pub(super) fn standing(view: &View) -> Condition {
    let mut own = Query::select();
    own.expr(Expr::cust("1"));
    match view.viewer().principal() {
        Principal::Partner(partner) => {
            own.from(partner::Entity)
                .and_where(column(partner::Column::Id).eq(partner.id))
                .and_where(is_let_in(partner::Column::Status));
        }
        Principal::Customer(customer) => {
            own.from(customer::Entity)
                .and_where(column(customer::Column::Id).eq(customer.id))
                .and_where(is_let_in(customer::Column::Status));
        }
        Principal::Operator | Principal::Timer => return everyone(),
    }
    Expr::exists(own).into_condition()
}

fn is_let_in(status: impl ColumnTrait) -> Expr {
    column(status).eq(Expr::Constant(TenantStatus::Active.to_value().into()))
}

/// A row of a table.
pub type Row<E> = <E as EntityTrait>::Model;

/// A column of a table.
pub type Column<E> = <E as EntityTrait>::Column;

/// Every viewer may see every row.
pub(super) fn everyone() -> Condition {
    Condition::all()
}

/// No viewer may see any row.
pub(super) fn no_one() -> Condition {
    Condition::all().add(Expr::cust("1 = 0"))
}

pub(super) fn column(column: impl ColumnTrait) -> Expr {
    Expr::col(column.as_column_ref())
}

/// A row of `E` exists whose `theirs` is this row's `ours`, and `more` holds of it.
pub(super) fn exists<E: EntityTrait>(theirs: E::Column, ours: impl ColumnTrait, more: Condition) -> Expr {
    let is_same = column(theirs).equals(ours.as_column_ref());
    let mut rows = Query::select();
    rows.expr(Expr::cust("1")).from(E::default()).and_where(is_same).cond_where(more);
    // A planner can neither pull up nor hash what has a limit that it does not know: each row is looked up by an index.
    Expr::exists(rows.limit(1).take())
}

/// A party to the row sees it: the partner, the customer, and the operator as a header. The timer sees it while
/// `is_pending`: until the clock has had its way with it.
fn parties(
    view: &View,
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
fn parties_of_grant(view: &View, grant_id: impl ColumnTrait) -> Condition {
    let grant = own_grant(grant::Column::Id);
    match view.viewer().principal() {
        Principal::Partner(own) => grant.of_partner(grant_id, own.id).into_condition(),
        Principal::Customer(own) => grant.of_customer(grant_id, own.id).into_condition(),
        Principal::Operator | Principal::Timer => no_one(),
    }
}

/// Part of a request: whoever sees the request.
fn parties_of_request(view: &View, request_id: impl ColumnTrait) -> Condition {
    let request = own_request(request::Column::Id);
    match view.viewer().principal() {
        Principal::Partner(own) => request.of_partner(request_id, own.id).into_condition(),
        Principal::Customer(own) => request.of_customer(request_id, own.id).into_condition(),
        Principal::Operator => everyone(),
        Principal::Timer => no_one(),
    }
}

macro_rules! ruled {
    ($($entity:ident),* $(,)?) => { $(impl sealed::Ruled for $entity::Entity {})* };
}

ruled!(
    access_assignment,
    customer,
    customer_reference,
    grant,
    grant_role,
    event,
    idempotency_record,
    issuer_trust,
    offer,
    partner,
    request,
    request_assignment,
    request_role,
    revocation,
    subscription,
    webhook,
    webhook_delivery,
);

impl Scoped for partner::Entity {
    /// A partner sees itself. A customer sees whoever asked it for a relationship, has or had a grant, or sold it
    /// something.
    fn scope(view: &View) -> Condition {
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
    fn redact(row: &mut partner::Model, view: &View) {
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
    fn scope(view: &View) -> Condition {
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
    fn scope(view: &View) -> Condition {
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
fn operators(view: &View) -> Condition {
    match view.viewer().principal() {
        Principal::Operator => everyone(),
        Principal::Partner(_) | Principal::Customer(_) | Principal::Timer => no_one(),
    }
}

impl Scoped for issuer_trust::Entity {
    fn scope(view: &View) -> Condition {
        operators(view)
    }
}

impl Scoped for revocation::Entity {
    fn scope(view: &View) -> Condition {
        operators(view)
    }
}

impl Scoped for request::Entity {
    fn scope(view: &View) -> Condition {
        use request::Column;
        parties(
            view,
            Column::PartnerId,
            Column::CustomerId,
            column(Column::Status).eq(Expr::Constant(RequestStatus::Open.to_value().into())),
        )
    }

    /// What the parties wrote to each other is not part of the header.
    fn redact(row: &mut request::Model, view: &View) {
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
    fn scope(view: &View) -> Condition {
        parties_of_request(view, request_role::Column::RequestId)
    }
}

impl Scoped for request_assignment::Entity {
    fn scope(view: &View) -> Condition {
        match view.viewer().principal() {
            Principal::Partner(_) | Principal::Customer(_) => {
                parties_of_request(view, request_assignment::Column::RequestId)
            }
            Principal::Operator | Principal::Timer => no_one(),
        }
    }
}

impl Scoped for grant::Entity {
    fn scope(view: &View) -> Condition {
        parties(view, grant::Column::PartnerId, grant::Column::CustomerId, is_active(Place::Table))
    }

    /// What the parties wrote to each other is not part of the header.
    fn redact(row: &mut grant::Model, view: &View) {
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
    fn scope(view: &View) -> Condition {
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
    fn scope(view: &View) -> Condition {
        parties_of_grant(view, access_assignment::Column::GrantId)
    }
}

impl Scoped for idempotency_record::Entity {
    fn scope(view: &View) -> Condition {
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
    fn scope(view: &View) -> Condition {
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
    fn redact(row: &mut webhook::Model, _: &View) {
        row.position = None;
    }
}

impl Scoped for webhook_delivery::Entity {
    /// Whoever sees the webhook.
    fn scope(view: &View) -> Condition {
        let of_webhook = webhook_delivery::Column::WebhookId;
        exists::<webhook::Entity>(webhook::Column::Id, of_webhook, webhook::Entity::scope(view))
            .into_condition()
    }

    fn redact(row: &mut webhook_delivery::Model, _: &View) {
        row.position = 0;
    }
}
