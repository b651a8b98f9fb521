//! What a rule is: of each table, the condition under which a viewer sees a row. Sealed, so that no other room adds one.

use entity::{
    TenantStatus, access_assignment, customer, customer_reference, delegated_admin_grant as grant,
    delegated_admin_grant_role as grant_role, event, idempotency_record, issuer_trust, offer, partner,
    relationship_request as request, relationship_request_assignment as request_assignment,
    relationship_request_role as request_role, revocation, subscription, webhook, webhook_delivery,
};
use sea_orm::sea_query::extension::postgres::PgFunc;
use sea_orm::sea_query::{ArrayType, Expr, ExprTrait, IntoCondition, Query};
use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, DbBackend, EntityTrait, FromQueryResult, QueryResult, Value,
};

use crate::Result;
use crate::scope::reach::{OrderIndex, Reach};
use crate::viewer::{Principal, Viewer};

mod sealed {
    /// Only a table that this file names has a rule.
    pub trait Ruled {}
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

/// Who looks, and at which kind of database: all that a rule goes by.
pub trait Perspective: Sync {
    fn viewer(&self) -> &Viewer;
    fn backend(&self) -> DbBackend;
}

/// A table with a rule: what of it a viewer may see.
pub trait Scoped: EntityTrait<Model: Clone + Sync> + sealed::Ruled {
    /// The index over reach, from which a partner's lists start.
    const REACH: Option<&'static Reach<Self::Column>> = None;

    /// The order of it that has an index in a table of its own.
    const ORDER: Option<&'static OrderIndex<Self::Column>> = None;

    /// What of this table a viewer sees: the first term of every `WHERE` over it.
    fn scope(view: &dyn Perspective) -> Condition;

    /// The same for the rows of the customer that an expression names, where what is seen there goes by the customer: so it
    /// is asked once for all of them.
    #[must_use]
    fn by_customer(_view: &dyn Perspective, _customer: Expr) -> Option<CustomerRule> {
        None
    }

    /// Reads a row of an answer.
    fn read(result: &QueryResult) -> Result<Self::Model> {
        Ok(Self::Model::from_query_result(result, "")?)
    }

    /// Empties what of a row that is seen this viewer may not read.
    fn redact(_row: &mut Self::Model, _view: &dyn Perspective) {}
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
pub(crate) fn rule<E: Scoped>(view: &dyn Perspective) -> Condition {
    Condition::all().add(standing(view)).add(E::scope(view))
}

/// That the viewer's tenant is registered and let in: what is remembered of it does not say so.
pub(crate) fn standing(view: &dyn Perspective) -> Condition {
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

/// `expression` equals one of `values`: one array on PostgreSQL, so that the statement's text, and with it the
/// prepared plan, does not change with their number.
pub(crate) fn is_any(view: &dyn Perspective, expression: Expr, kind: ArrayType, values: Vec<Value>) -> Expr {
    is_any_on(view.backend(), expression, kind, values)
}

/// [`is_any`], where there is no view.
pub(crate) fn is_any_on(backend: DbBackend, expression: Expr, kind: ArrayType, values: Vec<Value>) -> Expr {
    match backend {
        DbBackend::Postgres => {
            expression.eq(PgFunc::any(Expr::value(Value::Array(kind, Some(Box::new(values))))))
        }
        _ => expression.is_in(values),
    }
}
