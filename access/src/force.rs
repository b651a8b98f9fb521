//! The access rule in SQL: which grants are in force, and what the viewer holds through them.
//!
//! This is the one place where the rule is written for the database; `rules::grant` is the same rule for a row in
//! hand, and the tests hold the two against each other.

use entity::{
    GrantStatus, Instant, PartnerId, access_assignment as assignment, delegated_admin_grant as grant,
};
use sea_orm::sea_query::{ArrayType, Expr, ExprTrait, Query, SelectStatement, extension::postgres::PgFunc};
use sea_orm::{ActiveEnum, ColumnTrait, Condition, DbBackend, Value};

use super::View;
use domain::{
    grant::EXTENSION,
    permission::{Permission, roles_with},
};

/// `expression` equals one of `values`: one array on PostgreSQL, so that the statement's text, and with it the
/// prepared plan, does not change with their number.
pub(super) fn is_any(view: &View, expression: Expr, kind: ArrayType, values: Vec<Value>) -> Expr {
    is_any_on(view.backend(), expression, kind, values)
}

/// [`is_any`], where there is no view.
pub(super) fn is_any_on(backend: DbBackend, expression: Expr, kind: ArrayType, values: Vec<Value>) -> Expr {
    match backend {
        DbBackend::Postgres => {
            expression.eq(PgFunc::any(Expr::value(Value::Array(kind, Some(Box::new(values))))))
        }
        _ => expression.is_in(values),
    }
}

/// A column of the grant's table.
fn of_grant(column: grant::Column) -> Expr {
    Expr::col(column.as_column_ref())
}

/// `ACTIVE`, spelled out rather than bound: only so can the planner use the index that holds nothing else.
pub(super) fn is_active() -> Expr {
    of_grant(grant::Column::Status).eq(Expr::Constant(GrantStatus::Active.to_value().into()))
}

/// The grant gives rights at the viewer's instant: the access rule's first sentence.
pub(super) fn in_force(view: &View) -> Condition {
    in_force_at(view.at())
}

/// The grant gives rights at `at`.
pub(super) fn in_force_at(at: Instant) -> Condition {
    Condition::all().add(is_active()).add(of_grant(grant::Column::StartsAt).lte(at)).add(
        Condition::any()
            .add(Expr::value(at).lt(of_grant(grant::Column::EndsAt)))
            .add(of_grant(grant::Column::AutoExtend).eq(true)),
    )
}

/// The assignments through which the viewer holds a role of a grant.
pub(super) fn held_by_viewer(view: &View) -> Expr {
    let assignees = view.viewer().assignees().iter().map(|assignee| assignee.clone().into()).collect();
    let column = Expr::col(assignment::Column::Assignee.as_column_ref());
    is_any(view, column, ArrayType::String, assignees)
}

/// `partner`'s viewer holds `permission` at the customer that `customer` names, by the access rule.
pub(super) fn holds(view: &View, partner: PartnerId, permission: Permission, customer: Expr) -> Expr {
    let roles = roles_with(permission).map(|role| role.to_value().into()).collect();
    let role = Expr::col(assignment::Column::Role.as_column_ref());
    Expr::exists(
        grants_with_assignments()
            .expr(Expr::cust("1"))
            .and_where(of_grant(grant::Column::PartnerId).eq(partner))
            .and_where(of_grant(grant::Column::CustomerId).eq(customer))
            .cond_where(in_force(view))
            .and_where(held_by_viewer(view))
            .and_where(is_any(view, role, ArrayType::String, roles))
            .take(),
    )
}

/// Grants joined with their assignments, nothing selected yet.
pub(super) fn grants_with_assignments() -> SelectStatement {
    Query::select()
        .from(grant::Entity)
        .inner_join(
            assignment::Entity,
            Expr::col(assignment::Column::GrantId.as_column_ref()).equals(grant::Column::Id.as_column_ref()),
        )
        .take()
}

/// When the grant ends, seen from the viewer's instant: `rules::grant::ends_at`, computed by the database.
///
/// SQLite keeps instants as text; the arithmetic goes through milliseconds and back to exactly the text that the
/// driver writes, which has no fraction when it is a whole second.
pub(super) fn ends_at(view: &View) -> Expr {
    let at = view.at();
    let end = of_grant(grant::Column::EndsAt);
    let period = EXTENSION.num_milliseconds();
    let extended = if view.backend() == DbBackend::Postgres {
        let formula = format!(
            "($1 + interval '{period} milliseconds' * \
             (floor(extract(epoch from ($2 - $1)) * 1000 / {period})::int + 1))"
        );
        Expr::cust_with_exprs(formula, [end.clone(), Expr::value(at)])
    } else {
        let to_milliseconds = "CAST(round(unixepoch(?, 'subsec') * 1000) AS INTEGER)";
        let milliseconds = Expr::cust_with_expr(to_milliseconds, end.clone());
        let formula = format!(
            "replace(strftime('%Y-%m-%dT%H:%M:%f', (? + {period} * ((? - ?) / {period} + 1)) / 1000.0, \
             'unixepoch') || '+00:00', '.000+', '+')"
        );
        Expr::cust_with_exprs(
            formula,
            [milliseconds.clone(), Expr::value(at.timestamp_millis()), milliseconds],
        )
    };
    let is_extending = Condition::all()
        .add(is_active())
        .add(of_grant(grant::Column::AutoExtend).eq(true))
        .add(end.clone().lte(at));
    Expr::case(is_extending, extended).finally(end).into()
}
