//! When a grant ends, computed by the database: `domain::grant::ends_at`, seen from the viewer's instant.

use entity::delegated_admin_grant as grant;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, DbBackend};

use crate::core::view::View;
use crate::scope::effective_grants::is_active;
use crate::scope::reach::Place;
use domain::grant::EXTENSION;

/// When the grant ends, seen from the viewer's instant: `domain::grant::ends_at`, computed by the database.
///
/// SQLite keeps instants as text; the arithmetic goes through milliseconds and back to exactly the text that the
/// driver writes, which has no fraction when it is a whole second.
pub(crate) fn ends_at(view: &View) -> Expr {
    let at = view.at();
    let end = Expr::col(grant::Column::EndsAt.as_column_ref());
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
        .add(is_active(Place::Table))
        .add(Expr::col(grant::Column::AutoExtend.as_column_ref()).eq(true))
        .add(end.clone().lte(at));
    Expr::case(is_extending, extended).finally(end).into()
}
