//! Ways to a customer.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, OneofObject};
use entity::{CustomerId, TenantId, customer, subscription};
use paging::paged;
use uuid::Uuid;

use super::{
    Connection, ContextExt, Customer, CustomerFilter, CustomerOrder, CustomerSubscription, List, Paging,
    SubscriptionOrder,
};
use crate::command::CustomerName;
use crate::graphql::Result;
use crate::graphql::id::TypedId;
use access::{CustomerWithPage, TenantKey};

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
            Self::Id(id) => CustomerName::Id(CustomerId::decode(&id)),
            Self::TenantId(tenant) => CustomerName::Tenant(TenantKey::Id(TenantId(tenant))),
            Self::Domain(domain) => CustomerName::Tenant(TenantKey::Domain(domain)),
        }
    }
}

#[derive(Debug, Default)]
pub struct CustomerQuery;

#[paged]
#[Object]
impl CustomerQuery {
    /// One customer; null for one that does not exist and for one that the viewer may not see, without a difference.
    async fn customer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the customer is found by.")] by: CustomerKey,
    ) -> Option<Result<Customer>> {
        found(ctx, by).await.transpose()
    }

    /// The customers that the viewer may see: a partner's, those with an effective grant for it; a customer's, itself;
    /// the operator's, all.
    async fn customers(
        &self,
        ctx: &Context<'_>,
        paging: Paging,
        #[graphql(desc = "Only customers like this.")] filter: Option<CustomerFilter>,
        #[graphql(desc = "By name when left out.")] order_by: Option<CustomerOrder>,
    ) -> Result<Connection<Customer>> {
        let sort = CustomerOrder::sort(order_by);
        List::new(ctx, filter, sort, paging)?.connection(ctx).await
    }
}

async fn found(ctx: &Context<'_>, by: CustomerKey) -> Result<Option<Customer>> {
    let select = ctx.view().select::<customer::Entity>();
    let row = match by {
        CustomerKey::Id(id) => match CustomerId::decode(&id) {
            Some(id) => found_by_id(ctx, id).await?,
            None => None,
        },
        CustomerKey::TenantId(tenant) => {
            select.eq(customer::Column::TenantId, tenant).one().await?.map(Arc::new)
        }
        CustomerKey::Domain(domain) => {
            select.eq(customer::Column::Domain, domain.to_lowercase()).one().await?.map(Arc::new)
        }
    };
    Ok(row.map(Customer::from))
}

/// The customer, and with it the page of its subscriptions that is asked for below, where one statement brings both.
async fn found_by_id(ctx: &Context<'_>, id: CustomerId) -> Result<Option<Arc<customer::Model>>> {
    let Some(sold) = List::<CustomerSubscription>::ahead(ctx, "subscriptions", SubscriptionOrder::sort)
    else {
        return ctx.load(id).await;
    };
    let sold = sold.of(subscription::Column::CustomerId, id.0);
    let Some(CustomerWithPage { customer, page }) = with_page(ctx, id, &sold).await? else {
        return ctx.load(id).await;
    };
    ctx.loader().remember([(id, customer.clone())]);
    sold.remember(ctx, page);
    Ok(customer)
}

/// None where one statement does not bring both, and where what is wrong with the list is for its own field to tell.
async fn with_page(
    ctx: &Context<'_>,
    id: CustomerId,
    sold: &List<CustomerSubscription>,
) -> Result<Option<CustomerWithPage>> {
    let view = ctx.view();
    if !sold.select(view).is_ok_and(|select| select.brings_customers()) {
        return Ok(None);
    }
    let batch =
        ctx.loader().batch::<_, CustomerId, CustomerWithPage>(sold.pages(subscription::Column::CustomerId));
    let fetch =
        |ids| async move { Ok(sold.select(view)?.pages_with_customers(ids, sold.sort, &sold.slice).await?) };
    batch.load(id, fetch).await.map(Some)
}
