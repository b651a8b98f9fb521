//! Ways to a customer.

use std::collections::HashMap;
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
use crate::graphql::loader::Load;
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

/// The customer, and with it the page of its subscriptions that is asked for below, in one statement.
async fn found_by_id(ctx: &Context<'_>, id: CustomerId) -> Result<Option<Arc<customer::Model>>> {
    let view = ctx.view();
    let Some(sold) = List::<CustomerSubscription>::ahead(ctx, "subscriptions", SubscriptionOrder::sort)
    else {
        return ctx.load(id).await;
    };
    let sold = sold.of(subscription::Column::CustomerId, id.0);
    // What is wrong with the list is for its own field to tell.
    if sold.select(view).is_err() {
        return ctx.load(id).await;
    }
    let batch = ctx.loader().batch::<_, _, CustomerWithPage>(sold.pages(subscription::Column::CustomerId));
    let list = &sold;
    let fetch = async move |ids: Vec<CustomerId>| {
        if let [id] = ids[..] {
            let found = list.select(view)?.page_with_customer(id, list.sort, &list.slice).await?;
            return Ok(HashMap::from([(id, found)]));
        }
        let customers = CustomerId::fetch(view, ids).await?.into_iter();
        Ok(customers.map(|(id, customer)| (id, CustomerWithPage { customer, page: None })).collect())
    };
    let CustomerWithPage { customer, page } = batch.load(id, fetch).await?;
    ctx.loader().remember([(id, customer.clone())]);
    if let Some(page) = page {
        sold.remember(ctx, page);
    }
    Ok(customer)
}
