//! Rows of answers, read by the places of their columns: a look-up by name for each column costs more than the column.
//!
//! A statement selects a table's columns first, in the order of its model; the test holds one order against the other.

use entity::{
    customer, delegated_admin_grant as grant, event, offer, partner, relationship_request as request,
    subscription,
};
use sea_orm::{DbErr, QueryResult};

use crate::cells::Cells;

macro_rules! by_place {
    ($($table:ident { $($column:ident),* $(,)? })*) => {
        $(
            /// The row whose columns begin at this place.
            pub(crate) fn $table(row: &QueryResult, first: usize) -> Result<$table::Model, DbErr> {
                let mut cells = Cells::from(row, first);
                Ok($table::Model { $($column: cells.next()?),* })
            }
        )*

        #[cfg(test)]
        fn orders() -> Vec<(Vec<&'static str>, Vec<String>)> {
            use sea_orm::{IdenStatic, Iterable};
            Vec::from([$((
                Vec::from([$(stringify!($column)),*]),
                $table::Column::iter().map(|column| column.as_str().to_owned()).collect(),
            )),*])
        }
    };
}

by_place! {
    customer {
        id, tenant_id, name, name_folded, domain, country, cloud, created_at, status, status_reason, status_since, version,
    }
    event {
        id, customer_id, partner_id, sequence, kind, occurred_at, actor_kind, actor_tenant_id, actor_subject,
        actor_is_application, subject_id, grant_id, changes, subscriptions_before, subscriptions_after,
        previous_hash, hash, hash_version,
    }
    grant {
        id, partner_id, customer_id, request_id, display_name, display_name_folded, status, starts_at, ends_at,
        auto_extend, may_auto_extend, terminated_at, terminated_by, termination_reason, warned_days, version,
        created_at, updated_at,
    }
    offer { id, sku, name, name_folded, publisher, min_quantity, max_quantity, terms, billing_cycles, created_at }
    partner {
        id, tenant_id, partner_number, name, name_folded, kind, cloud, created_at, status, status_reason, status_since,
        version,
    }
    request {
        id, partner_id, customer_id, invitation_hash, status, display_name, message, duration_days, auto_extend,
        renews, expires_at, decided_at, decline_reason, version, created_at, updated_at,
    }
    subscription {
        id, customer_id, partner_id, offer_id, friendly_name, friendly_name_folded, status, suspension_reasons,
        quantity, term, billing_cycle, auto_renew, starts_at, term_ends_at, cancellable_until, next_quantity,
        next_term, next_billing_cycle, due_at, version, created_at, updated_at,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn columns_are_read_in_the_order_in_which_they_are_selected() {
        for (read, selected) in super::orders() {
            assert_eq!(read, selected);
        }
    }
}
