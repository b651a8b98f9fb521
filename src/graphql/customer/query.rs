//! Ways to a customer.

use async_graphql::{Context, ID, Object, OneofObject};
use entity::{CustomerId, TenantId, customer};
use uuid::Uuid;

use super::{Ask, Connection, Customer, CustomerFilter, CustomerOrder, List, Paging};
use crate::command::CustomerName;
use crate::graphql::id::TypedId;
use crate::graphql::{Error, Result};
use access::TenantKey;

/// What a customer is found by: exactly one of these.
#[derive(Clone, Debug, OneofObject)]
pub enum CustomerKey {
    /// The customer's `id`.
    Id(ID),
    /// The directory of the organisation.
    TenantId(Uuid),
    /// The customer's domain, in any case.
    Domain(String),
}

impl CustomerKey {
    /// The customer, as a command names it.
    pub(in crate::graphql) fn name(self) -> CustomerName {
        match self {
            Self::Id(id) => CustomerName::Id(CustomerId::open(&id)),
            Self::TenantId(tenant) => CustomerName::Tenant(TenantKey::Id(TenantId(tenant))),
            Self::Domain(domain) => CustomerName::Tenant(TenantKey::Domain(domain)),
        }
    }
}

#[derive(Debug, Default)]
pub struct CustomerQuery;

#[Object]
impl CustomerQuery {
    /// One customer; null for one that does not exist and for one that the viewer may not see, without a difference.
    async fn customer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the customer is found by.")] by: CustomerKey,
    ) -> Option<Result<Customer>> {
        let select = ctx.view().select::<customer::Entity>();
        let row = match by {
            CustomerKey::Id(id) => match CustomerId::open(&id) {
                Some(id) => ctx.row_by::<customer::Entity>(customer::Column::Id, id.0).await,
                None => Ok(None),
            },
            CustomerKey::TenantId(tenant) => {
                select.eq(customer::Column::TenantId, tenant).one().await.map_err(Error::from)
            }
            CustomerKey::Domain(domain) => {
                select.eq(customer::Column::Domain, domain.to_lowercase()).one().await.map_err(Error::from)
            }
        };
        row.map(|row| row.map(Customer::from)).transpose()
    }

    /// The customers that the viewer may see: a partner's, those with an effective grant for it; a customer's, itself;
    /// the operator's, all.
    async fn customers(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "How many items to take from the start of the list: at most 200, 50 when neither `first` nor `last` is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Take items after this cursor only.")] after: Option<String>,
        #[graphql(desc = "How many items to take from the end of the list: at most 200.")] last: Option<i32>,
        #[graphql(desc = "Take items before this cursor only.")] before: Option<String>,
        #[graphql(desc = "Only customers like this.")] filter: Option<CustomerFilter>,
        #[graphql(desc = "By name when left out.")] order_by: Option<CustomerOrder>,
    ) -> Result<Connection<Customer>> {
        let sort = CustomerOrder::sort(order_by);
        List::new(ctx, filter, sort, Paging { first, after, last, before })?.connection(ctx).await
    }
}
