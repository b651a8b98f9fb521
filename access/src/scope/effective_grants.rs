//! The access rule in SQL: which grants are in force, what the viewer holds through them, and the rules of the tables that go by
//! it: customers, subscriptions and events.
//!
//! This is the one place where the rule is written for the database; `domain::grant` is the same rule for a row in
//! hand, and the tests hold the two against each other.

use entity::{
    CustomerId, EventKind, GrantStatus, Instant, PartnerId, access_assignment as assignment, customer,
    delegated_admin_grant as grant, event, subscription,
};
use sea_orm::sea_query::{Alias, ArrayType, Expr, ExprTrait, IntoCondition, Query};
use sea_orm::{ActiveEnum, ColumnTrait, Condition, FromQueryResult, Iterable, QueryResult};

use crate::Result;
use crate::rows;
use crate::scope::reach::{OrderIndex, Place, Reach};
use crate::scope::scoped::{CustomerRule, Perspective, Scoped, column, everyone, exists, is_any, no_one};
use crate::scope::selection::Selection;
use crate::viewer::Principal;
use domain::decision::{Access, Holding};
use domain::event::{EventSubject, subject};
use domain::permission::{Permission, roles_with};

/// `ACTIVE`, spelled out rather than bound: only so can the planner use the indexes that hold nothing else.
pub(crate) fn is_active(place: Place) -> Expr {
    place.of(grant::Column::Status).eq(Expr::Constant(GrantStatus::Active.to_value().into()))
}

/// The grant gives rights at the viewer's instant: the access rule's first sentence.
pub(crate) fn in_force(view: &dyn Perspective) -> Condition {
    in_force_at(Place::Table, view.viewer().at())
}

/// The grant gives rights at `at`.
pub(crate) fn in_force_at(place: Place, at: Instant) -> Condition {
    Condition::all().add(is_active(place)).add(place.of(grant::Column::StartsAt).lte(at)).add(
        Condition::any()
            .add(Expr::value(at).lt(place.of(grant::Column::EndsAt)))
            .add(place.of(grant::Column::AutoExtend).eq(true)),
    )
}

/// The assignments through which the viewer holds a role of a grant.
fn held_by_viewer(view: &dyn Perspective, place: Place) -> Expr {
    let assignees = view.viewer().assignees().iter().map(|assignee| assignee.clone().into()).collect();
    is_any(view, place.of(assignment::Column::Assignee), ArrayType::String, assignees)
}

/// `partner`'s viewer holds `permission` at the customer that `customer` names, by the access rule: one probe of the table that
/// the database makes of grants and their assignments (the migration `holdings`).
pub(crate) fn holds(
    view: &dyn Perspective,
    partner: PartnerId,
    permission: Permission,
    customer: Expr,
) -> Expr {
    const HOLDING: &str = "holding";
    let place = Place::Copy(HOLDING);
    let roles = roles_with(permission).map(|role| role.to_value().into()).collect();
    Expr::exists(
        Query::select()
            .expr(Expr::cust("1"))
            .from(Alias::new(HOLDING))
            .and_where(place.of(grant::Column::PartnerId).eq(partner))
            .and_where(place.of(grant::Column::CustomerId).eq(customer))
            .cond_where(in_force_at(place, view.viewer().at()))
            .and_where(held_by_viewer(view, place))
            .and_where(is_any(view, place.of(assignment::Column::Role), ArrayType::String, roles))
            .limit(1)
            .take(),
    )
}

impl Scoped for customer::Entity {
    const REACH: Option<&'static Reach<customer::Column>> = Some(&Reach {
        table: "customer_reach",
        customer: "id",
        columns: &[
            customer::Column::Id,
            customer::Column::NameFolded,
            customer::Column::Domain,
            customer::Column::Country,
            customer::Column::Cloud,
            customer::Column::CreatedAt,
        ],
    });

    fn by_customer(view: &dyn Perspective, customer: Expr) -> Option<CustomerRule> {
        let Principal::Partner(own) = view.viewer().principal() else { return None };
        let holds = holds(view, own.id, Permission::CustomerRead, customer);
        Some(CustomerRule { holds, of_row: Condition::all() })
    }

    fn scope(view: &dyn Perspective) -> Condition {
        let id = customer::Column::Id;
        match view.viewer().principal() {
            Principal::Partner(_) => {
                Self::by_customer(view, column(id)).map_or_else(no_one, CustomerRule::whole)
            }
            Principal::Customer(own) => column(id).eq(own.id).into_condition(),
            Principal::Operator => everyone(),
            Principal::Timer => no_one(),
        }
    }

    /// Why a tenant is not let in, the operator knows, and the tenant's own log.
    fn redact(row: &mut customer::Model, view: &dyn Perspective) {
        match view.viewer().principal() {
            Principal::Operator => {}
            Principal::Partner(_) | Principal::Customer(_) | Principal::Timer => row.status_reason = None,
        }
    }

    fn read(row: &QueryResult) -> Result<customer::Model> {
        Ok(rows::customer(row, 0)?)
    }
}

impl Scoped for subscription::Entity {
    const REACH: Option<&'static Reach<subscription::Column>> = Some(&Reach {
        table: "subscription_reach",
        customer: "customer_id",
        columns: &[
            subscription::Column::Id,
            subscription::Column::PartnerId,
            subscription::Column::CustomerId,
            subscription::Column::OfferId,
            subscription::Column::FriendlyNameFolded,
            subscription::Column::Status,
            subscription::Column::StartsAt,
            subscription::Column::TermEndsAt,
            subscription::Column::AutoRenew,
            subscription::Column::CreatedAt,
        ],
    });

    const ORDER: Option<&'static OrderIndex<subscription::Column>> = Some(&OrderIndex {
        table: "subscription_quantity",
        by: subscription::Column::Quantity,
        customer: "customer_id",
        reached_by: "reached_by",
    });

    fn by_customer(view: &dyn Perspective, customer: Expr) -> Option<CustomerRule> {
        let Principal::Partner(own) = view.viewer().principal() else { return None };
        let of_row = column(subscription::Column::PartnerId).eq(own.id).into_condition();
        Some(CustomerRule { holds: holds(view, own.id, Permission::SubscriptionRead, customer), of_row })
    }

    fn scope(view: &dyn Perspective) -> Condition {
        let customer_id = subscription::Column::CustomerId;
        match view.viewer().principal() {
            Principal::Partner(_) => {
                Self::by_customer(view, column(customer_id)).map_or_else(no_one, CustomerRule::whole)
            }
            Principal::Customer(own) => column(customer_id).eq(own.id).into_condition(),
            Principal::Operator => no_one(),
            Principal::Timer => column(subscription::Column::DueAt).is_not_null().into_condition(),
        }
    }

    fn read(row: &QueryResult) -> Result<subscription::Model> {
        Ok(rows::subscription(row, 0)?)
    }
}

impl Scoped for event::Entity {
    /// A partner sees what concerns its own requests, grants and assignments always, what concerns a subscription
    /// while it may see that subscription and either may read events there or did it itself.
    fn scope(view: &dyn Perspective) -> Condition {
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
                let is_own = |kind: &EventKind| match subject(*kind) {
                    EventSubject::Relationship | EventSubject::Tenant | EventSubject::Webhook => true,
                    EventSubject::Subscription | EventSubject::Registration => false,
                };
                let kinds = EventKind::iter().filter(is_own).map(|kind| kind.to_value().into()).collect();
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

    fn read(row: &QueryResult) -> Result<event::Model> {
        Ok(rows::event(row, 0)?)
    }
}

/// Under which name a statement reads what the viewer holds besides.
const HELD: &str = "held_";

/// The column that has the role of a holding.
const ASSIGNED_ROLE: &str = "assigned_role";

/// The viewer's grants in force, once for each role assigned to it; none for whoever is no partner.
fn holdings<V: Perspective>(view: &V) -> Selection<'_, grant::Entity, V> {
    let is_partner = match view.viewer().principal() {
        Principal::Partner(_) => everyone(),
        Principal::Customer(_) | Principal::Operator | Principal::Timer => no_one(),
    };
    Selection::<grant::Entity, V>::new(view)
        .joined(assignment::Entity, is_of_grant())
        .with(Expr::col(assignment::Column::Role.as_column_ref()), ASSIGNED_ROLE)
        .narrowed(is_partner)
        .narrowed(in_force(view))
        .narrowed(held_by_viewer(view, Place::Table))
}

/// [`holdings`] at these customers.
pub(crate) fn holdings_at<'v, V: Perspective>(
    view: &'v V,
    customers: &[CustomerId],
) -> Selection<'v, grant::Entity, V> {
    holdings(view).is_in(grant::Column::CustomerId, customers.iter().map(|id| id.0))
}

/// Where the viewer holds what is read beside a row.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Held<C> {
    At(Option<CustomerId>),
    /// At the customer that the row itself names in this column.
    AtCustomerOfRow(C),
}

/// The selection, and with each of its rows what the viewer holds at the customer.
pub(crate) fn with_holdings<E: Scoped, V: Perspective>(
    select: Selection<'_, E, V>,
    at: Held<E::Column>,
) -> Selection<'_, E, V> {
    let (held, is_there) = match at {
        Held::At(customer) => (holdings_at(select.view(), customer.as_slice()), Expr::cust("TRUE")),
        Held::AtCustomerOfRow(column) => {
            let named = Expr::col((Alias::new(HELD), grant::Column::CustomerId));
            (holdings(select.view()), named.equals(column.as_column_ref()))
        }
    };
    let role = Expr::col((Alias::new(HELD), Alias::new(ASSIGNED_ROLE)));
    select.beside(held.under(HELD, is_there)).with(role, "held_assigned_role")
}

/// What the results of [`with_holdings`] say.
pub(crate) fn access_beside(results: &[QueryResult]) -> Result<Access> {
    Ok(Access::Delegated(read_holdings(results, HELD)?))
}

/// What the results of [`holdings`] say, the oldest grant first; their columns' names begin with `names`.
pub(crate) fn read_holdings(results: &[QueryResult], names: &str) -> Result<Vec<Holding>> {
    let mut held = Vec::new();
    for result in results {
        if let Some(grant) = grant::Model::from_query_result_optional(result, names)? {
            Holding::add(&mut held, grant, result.try_get(names, ASSIGNED_ROLE)?);
        }
    }
    held.sort_by_key(|holding| (holding.grant.created_at, holding.grant.id));
    Ok(held)
}

/// That an assignment is of a grant.
fn is_of_grant() -> Expr {
    Expr::col(assignment::Column::GrantId.as_column_ref()).equals(grant::Column::Id.as_column_ref())
}
