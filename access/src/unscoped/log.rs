//! The chains of all customers, which the server signs and the operator's command line checks. Nothing of them is handed out to a viewer.

use entity::{CustomerId, chain, event};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use super::{ServerRead, ServerWrite, Sql};

const WITHOUT_CHAIN: &str =
    "SELECT id FROM customer WHERE NOT EXISTS (SELECT 1 FROM chain WHERE chain.customer_id = customer.id)";

/// Chains that have entries, in the order of their customers' ids: the next `most` after `after`.
pub(crate) fn chains_after(after: Option<Uuid>, most: u64) -> ServerRead<chain::Model> {
    let mut query = chain::Entity::find().filter(chain::Column::Sequence.gt(0));
    if let Some(after) = after {
        query = query.filter(chain::Column::CustomerId.gt(after));
    }
    ServerRead::new(query.order_by_asc(chain::Column::CustomerId).limit(most).into_query())
}

/// Whose entries are read: SQLite sorts null first and PostgreSQL last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chains {
    /// The chain of what concerns no customer.
    OfServer,
    OfCustomers,
}

/// Entries by chain and sequence: the next `most` after one of them.
pub(crate) fn entries_after(
    chains: Chains,
    after: Option<(Option<CustomerId>, i64)>,
    most: u64,
) -> ServerRead<event::Model> {
    use event::Column::{CustomerId as Customer, Sequence};
    let part = match chains {
        Chains::OfServer => Customer.is_null(),
        Chains::OfCustomers => Customer.is_not_null(),
    };
    let later = after.map(|(customer, sequence)| match customer {
        None => Condition::any().add(Sequence.gt(sequence)),
        Some(customer) => Condition::any()
            .add(Customer.gt(customer))
            .add(Condition::all().add(Customer.eq(customer)).add(Sequence.gt(sequence))),
    });
    let query = event::Entity::find().filter(Condition::all().add(part).add_option(later));
    ServerRead::new(query.order_by_asc(Customer).order_by_asc(Sequence).limit(most).into_query())
}

/// The id of a customer.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Customer {
    pub(crate) id: CustomerId,
}

/// Customers that have no chain, of which each has one.
pub(crate) fn customers_without_chain() -> ServerRead<Customer> {
    ServerRead::new(Sql(WITHOUT_CHAIN.to_owned(), Vec::new()))
}

/// Sets the signature of a chain's head, if that has not moved.
pub(crate) fn sign(chain: &chain::Model, signature: Vec<u8>) -> ServerWrite {
    let mut update = Query::update();
    update
        .table(chain::Entity)
        .value(chain::Column::Signature, signature)
        .and_where(Expr::col(chain::Column::CustomerId).eq(chain.customer_id))
        .and_where(Expr::col(chain::Column::Sequence).eq(chain.sequence));
    ServerWrite::new(update)
}
