//! The rules: of each table, what each kind of viewer may see.
//!
//! A rule answers for every kind of viewer and has no default arm. Public data says [`everyone`], hidden data says
//! [`no_one`]; silence does not compile. ARCHITECTURE.md has the rule in words.

use entity::{
    CustomerId, EventKind, PartnerId, RequestStatus, access_assignment, customer, customer_reference,
    delegated_admin_grant, delegated_admin_grant_role, event, idempotency_record, offer, partner,
    relationship_request, relationship_request_assignment, relationship_request_role, subscription,
};
use sea_orm::sea_query::{ArrayType, Expr, ExprTrait, IntoColumnRef, Query};
use sea_orm::{ActiveEnum, ColumnTrait, Condition, EntityTrait, Iterable};

use crate::core::effective_grants::{holds, is_active, is_any};
use crate::core::view::View;
use crate::core::viewer::Principal;
use domain::event::{EventSubject, subject};
use domain::permission::Permission;

mod sealed {
    /// Only this file can give a table a rule.
    pub trait Ruled {}
}

/// A table with a rule: what of it a viewer may see.
pub trait Scoped: EntityTrait<Model: Clone + Sync> + sealed::Ruled {
    /// The first term of every `WHERE` over this table.
    fn scope(view: &View) -> Condition;

    /// Empties what of a row that is seen this viewer may not read.
    fn redact(_row: &mut Self::Model, _view: &View) {}
}

/// A row of a table.
pub type Row<E> = <E as EntityTrait>::Model;

/// A column of a table.
pub type Column<E> = <E as EntityTrait>::Column;

/// Every viewer may see every row.
fn everyone() -> Condition {
    Condition::all()
}

/// No viewer may see any row.
fn no_one() -> Condition {
    Condition::all().add(Expr::cust("1 = 0"))
}

fn column(column: impl ColumnTrait) -> Expr {
    Expr::col(column.as_column_ref())
}

/// A row of `E` exists whose `theirs` is this row's `ours`, and `more` holds of it.
fn exists<E: EntityTrait>(theirs: E::Column, ours: impl ColumnTrait, more: impl Into<Condition>) -> Expr {
    Expr::exists(
        Query::select()
            .expr(Expr::cust("1"))
            .from(E::default())
            .and_where(column(theirs).equals(ours.as_column_ref().into_column_ref()))
            .cond_where(more.into())
            .take(),
    )
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

/// Part of a grant: its parties see it, and the operator, who sees headers only, does not.
fn parties_of_grant(view: &View, grant_id: impl ColumnTrait) -> Condition {
    use delegated_admin_grant::{Column, Entity};
    let of_own =
        |party: Expr| exists::<Entity>(Column::Id, grant_id, party.into_condition()).into_condition();
    match view.viewer().principal() {
        Principal::Partner(own) => of_own(column(Column::PartnerId).eq(own.id)),
        Principal::Customer(own) => of_own(column(Column::CustomerId).eq(own.id)),
        Principal::Operator | Principal::Timer => no_one(),
    }
}

/// Part of a request: whoever sees the request.
fn parties_of_request(view: &View, request_id: impl ColumnTrait) -> Condition {
    use relationship_request::{Column, Entity};
    let of_own =
        |party: Expr| exists::<Entity>(Column::Id, request_id, party.into_condition()).into_condition();
    match view.viewer().principal() {
        Principal::Partner(own) => of_own(column(Column::PartnerId).eq(own.id)),
        Principal::Customer(own) => of_own(column(Column::CustomerId).eq(own.id)),
        Principal::Operator => everyone(),
        Principal::Timer => no_one(),
    }
}

trait IntoCondition {
    fn into_condition(self) -> Condition;
}

impl IntoCondition for Expr {
    fn into_condition(self) -> Condition {
        Condition::all().add(self)
    }
}

macro_rules! ruled {
    ($($entity:ident),* $(,)?) => { $(impl sealed::Ruled for $entity::Entity {})* };
}

ruled!(
    access_assignment,
    customer,
    customer_reference,
    delegated_admin_grant,
    delegated_admin_grant_role,
    event,
    idempotency_record,
    offer,
    partner,
    relationship_request,
    relationship_request_assignment,
    relationship_request_role,
    subscription,
);

impl Scoped for partner::Entity {
    /// A partner sees itself. A customer sees whoever asked it for a relationship, has or had a grant, or sold it
    /// something.
    fn scope(view: &View) -> Condition {
        let id = partner::Column::Id;
        let met = |own: CustomerId| {
            use delegated_admin_grant::Column as Grant;
            use relationship_request::Column as Request;
            use subscription::Column as Subscription;
            Condition::any()
                .add(exists::<delegated_admin_grant::Entity>(
                    Grant::PartnerId,
                    id,
                    column(Grant::CustomerId).eq(own).into_condition(),
                ))
                .add(exists::<relationship_request::Entity>(
                    Request::PartnerId,
                    id,
                    column(Request::CustomerId).eq(own).into_condition(),
                ))
                .add(exists::<subscription::Entity>(
                    Subscription::PartnerId,
                    id,
                    column(Subscription::CustomerId).eq(own).into_condition(),
                ))
        };
        match view.viewer().principal() {
            Principal::Partner(own) => column(id).eq(own.id).into_condition(),
            Principal::Customer(own) => met(own.id),
            Principal::Operator => everyone(),
            Principal::Timer => no_one(),
        }
    }
}

impl Scoped for customer::Entity {
    fn scope(view: &View) -> Condition {
        let id = customer::Column::Id;
        match view.viewer().principal() {
            Principal::Partner(own) => {
                holds(view, own.id, Permission::CustomerRead, column(id)).into_condition()
            }
            Principal::Customer(own) => column(id).eq(own.id).into_condition(),
            Principal::Operator => everyone(),
            Principal::Timer => no_one(),
        }
    }
}

impl Scoped for customer_reference::Entity {
    /// A partner knows the name of whoever it has asked or has had a grant of; nothing else follows from that.
    fn scope(view: &View) -> Condition {
        let id = customer_reference::Column::Id;
        let met = |own: PartnerId| {
            use delegated_admin_grant::Column as Grant;
            use relationship_request::Column as Request;
            Condition::any()
                .add(exists::<delegated_admin_grant::Entity>(
                    Grant::CustomerId,
                    id,
                    column(Grant::PartnerId).eq(own).into_condition(),
                ))
                .add(exists::<relationship_request::Entity>(
                    Request::CustomerId,
                    id,
                    column(Request::PartnerId).eq(own).into_condition(),
                ))
        };
        match view.viewer().principal() {
            Principal::Partner(own) => met(own.id),
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
}

impl Scoped for subscription::Entity {
    fn scope(view: &View) -> Condition {
        let customer_id = subscription::Column::CustomerId;
        match view.viewer().principal() {
            Principal::Partner(own) => Condition::all()
                .add(column(subscription::Column::PartnerId).eq(own.id))
                .add(holds(view, own.id, Permission::SubscriptionRead, column(customer_id))),
            Principal::Customer(own) => column(customer_id).eq(own.id).into_condition(),
            Principal::Operator => no_one(),
            Principal::Timer => column(subscription::Column::DueAt).is_not_null().into_condition(),
        }
    }
}

impl Scoped for relationship_request::Entity {
    fn scope(view: &View) -> Condition {
        use relationship_request::Column;
        parties(
            view,
            Column::PartnerId,
            Column::CustomerId,
            column(Column::Status).eq(Expr::Constant(RequestStatus::Open.to_value().into())),
        )
    }

    /// What the parties wrote to each other is not part of the header.
    fn redact(row: &mut relationship_request::Model, view: &View) {
        match view.viewer().principal() {
            Principal::Partner(_) | Principal::Customer(_) | Principal::Timer => {}
            Principal::Operator => {
                row.message = None;
                row.decline_reason = None;
            }
        }
    }
}

impl Scoped for relationship_request_role::Entity {
    fn scope(view: &View) -> Condition {
        parties_of_request(view, relationship_request_role::Column::RequestId)
    }
}

impl Scoped for relationship_request_assignment::Entity {
    fn scope(view: &View) -> Condition {
        match view.viewer().principal() {
            Principal::Partner(_) | Principal::Customer(_) => {
                parties_of_request(view, relationship_request_assignment::Column::RequestId)
            }
            Principal::Operator | Principal::Timer => no_one(),
        }
    }
}

impl Scoped for delegated_admin_grant::Entity {
    fn scope(view: &View) -> Condition {
        parties(
            view,
            delegated_admin_grant::Column::PartnerId,
            delegated_admin_grant::Column::CustomerId,
            is_active(),
        )
    }

    /// What the parties wrote to each other is not part of the header.
    fn redact(row: &mut delegated_admin_grant::Model, view: &View) {
        match view.viewer().principal() {
            Principal::Partner(_) | Principal::Customer(_) | Principal::Timer => {}
            Principal::Operator => row.termination_reason = None,
        }
    }
}

impl Scoped for delegated_admin_grant_role::Entity {
    fn scope(view: &View) -> Condition {
        match view.viewer().principal() {
            Principal::Partner(_) | Principal::Customer(_) => {
                parties_of_grant(view, delegated_admin_grant_role::Column::GrantId)
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

impl Scoped for event::Entity {
    /// A partner sees what concerns its own requests, grants and assignments always, what concerns a subscription
    /// while it may see that subscription and either may read events there or did it itself.
    fn scope(view: &View) -> Condition {
        use event::Column;
        let about_sold = |own: PartnerId, more: Condition| {
            exists::<subscription::Entity>(
                subscription::Column::Id,
                Column::SubjectId,
                Condition::all()
                    .add(column(subscription::Column::PartnerId).eq(own))
                    .add(holds(
                        view,
                        own,
                        Permission::SubscriptionRead,
                        column(subscription::Column::CustomerId),
                    ))
                    .add(more),
            )
        };
        match view.viewer().principal() {
            Principal::Partner(own) => {
                let may_read =
                    holds(view, own.id, Permission::EventRead, column(subscription::Column::CustomerId));
                let did_it = column(Column::ActorTenantId)
                    .eq(view.viewer().tenant())
                    .and(column(Column::ActorSubject).eq(view.viewer().identity().subject.as_str()));
                let kinds = EventKind::iter().filter(|kind| subject(*kind) == EventSubject::Relationship);
                let kinds = kinds.map(|kind| kind.to_value().into()).collect();
                let is_about_relationship = is_any(view, column(Column::Kind), ArrayType::String, kinds);
                Condition::all().add(column(Column::PartnerId).eq(own.id)).add(
                    Condition::any()
                        .add(is_about_relationship)
                        .add(about_sold(own.id, Condition::any().add(may_read).add(did_it))),
                )
            }
            Principal::Customer(own) => column(Column::CustomerId).eq(own.id).into_condition(),
            Principal::Operator => Condition::all().add(column(Column::CustomerId).is_null()),
            Principal::Timer => no_one(),
        }
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
