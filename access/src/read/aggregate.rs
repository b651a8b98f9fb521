//! What customers can be ordered by that is not in their rows: of each, the viewer's own rows of another table taken
//! together.
//!
//! The other table's rule stands first in each of these, so that an order tells nothing of rows that are not seen. No
//! index has them: they are computed for all customers that a list has, whichever page of it is read.

use entity::{Instant, customer, delegated_admin_grant as grant, subscription};
use sea_orm::sea_query::{Expr, Func};

use crate::core::view::View;
use crate::read::grant_end::ends_at;

/// Where a customer without a grant in force stands among ends: after all of them.
const NEVER: Instant = match Instant::from_timestamp_millis(253_402_300_799_999) {
    Some(end_of_year_9999) => end_of_year_9999,
    None => Instant::MAX_UTC,
};

/// When the first of the customer's grants in force ends, of those that the viewer sees.
pub(crate) fn next_grant_end(view: &View) -> Expr {
    let grants = view.select::<grant::Entity>().in_force();
    let first = Func::min(ends_at(view)).into();
    let first = grants.aggregate(first, grant::Column::CustomerId, customer::Column::Id);
    Func::coalesce([first, Expr::value(NEVER)]).into()
}

/// How many of the customer's subscriptions the viewer sees.
pub(crate) fn subscription_count(view: &View) -> Expr {
    let count = Expr::cust("CAST(COUNT(*) AS INTEGER)");
    let sold = view.select::<subscription::Entity>();
    sold.aggregate(count, subscription::Column::CustomerId, customer::Column::Id)
}
