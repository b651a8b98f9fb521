//! Customers: who they are, what was sold to them, and what the viewer may do there.

mod list;
mod mutation;
mod query;
mod reference;

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use entity::{customer, delegated_admin_grant, event, subscription};
use paging::paged;
use plain::plain;

pub use list::{CustomerFilter, CustomerOrder};
pub use mutation::CustomerMutation;
pub use query::{CustomerKey, CustomerQuery};
pub use reference::CustomerReference;

use super::availability::CustomerActionAvailability;
use super::connection::Connection;
use super::event::{Event, EventFilter, EventOrder};
use super::grant::{DelegatedAdminGrant, GrantFilter, GrantOrder, ViewerAccess};
use super::id::NodeId;
use super::list::{List, Paging};
use super::loader::ContextExt;
use super::loads::access_at;
use super::partner::{Partner, of_customer};
use super::scalar::DateTime;
use super::subscription::{CustomerSubscription, SubscriptionCount, SubscriptionFilter, SubscriptionOrder};
use super::vocabulary::{Cloud, TenantStatus};
use crate::graphql::{Error, Result};
use access::{self, Sort};
use domain::availability;
use domain::permission::Permission;
use domain::reason::Reason;

/// A customer: an organisation that buys through partners.
#[derive(Clone, Debug)]
pub struct Customer {
    pub(super) row: Arc<customer::Model>,
}

impl From<Arc<customer::Model>> for Customer {
    fn from(row: Arc<customer::Model>) -> Self {
        Self { row }
    }
}

/// A customer: an organisation that buys through partners. A partner sees it while it has an effective grant with
/// CUSTOMER_READ there.
#[paged]
#[plain]
#[Object]
impl Customer {
    /// The customer's id.
    pub fn id(&self) -> ID {
        NodeId::from(self.row.id).encode()
    }

    /// The directory of the organisation.
    fn tenant_id(&self) -> uuid::Uuid {
        self.row.tenant_id.0
    }

    /// The name of the organisation.
    fn name(&self) -> &str {
        &self.row.name
    }

    /// The domain by which the customer is known, in lower case.
    fn domain(&self) -> &str {
        &self.row.domain
    }

    /// Where the organisation is registered: ISO 3166-1 alpha-2.
    fn country(&self) -> &str {
        &self.row.country
    }

    /// The cloud that the organisation lives in.
    fn cloud(&self) -> Cloud {
        self.row.cloud.into()
    }

    /// When the customer was registered here.
    fn created_at(&self) -> DateTime {
        self.row.created_at.into()
    }

    /// Whether its principals are let in.
    fn status(&self) -> TenantStatus {
        self.row.status.into()
    }

    /// Since when it has this status; null when it has had it from the start.
    fn status_since(&self) -> Option<DateTime> {
        self.row.status_since.map(DateTime::from)
    }

    /// Why it has this status, in the operator's words; null where the viewer is not the operator.
    fn status_reason(&self) -> Option<&str> {
        self.row.status_reason.as_deref()
    }

    /// Rises with each change by the operator; the value for `expectedVersion`.
    fn version(&self) -> i32 {
        self.row.version
    }

    /// Of the customer's subscriptions, what the viewer may see: a partner those that it sold, the customer all.
    /// Null with a FORBIDDEN error that carries its reasons when the viewer sees the customer but has no
    /// SUBSCRIPTION_READ there.
    async fn subscriptions(
        &self,
        ctx: &Context<'_>,
        paging: Paging,
        #[graphql(desc = "Only subscriptions like this.")] filter: Option<SubscriptionFilter>,
        #[graphql(desc = "By friendly name when left out.")] order_by: Option<SubscriptionOrder>,
    ) -> Option<Result<Connection<CustomerSubscription>>> {
        let sort = SubscriptionOrder::sort(order_by);
        Some(self.sold(ctx, filter, sort, paging).await)
    }

    /// How many of the customer's subscriptions stand in each state, by the clock, of what the viewer may see: one for
    /// each state, with 0 where there is none. Null with a FORBIDDEN error exactly where `subscriptions` is.
    async fn subscription_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Count only subscriptions like this.")] filter: Option<SubscriptionFilter>,
    ) -> Option<Result<Vec<SubscriptionCount>>> {
        Some(self.counted(ctx, filter).await)
    }

    /// The grants of this customer to which the viewer's tenant is a party, ended ones included.
    async fn grants(
        &self,
        ctx: &Context<'_>,
        paging: Paging,
        #[graphql(desc = "Only grants like this.")] filter: Option<GrantFilter>,
        #[graphql(desc = "The newest first when left out.")] order_by: Option<GrantOrder>,
    ) -> Result<Connection<DelegatedAdminGrant>> {
        List::new(ctx, filter, GrantOrder::sort(order_by), paging)?
            .of(delegated_admin_grant::Column::CustomerId, self.row.id.0)
            .connection(ctx)
            .await
    }

    /// The partners of this customer, by name. The customer itself sees all of them, a partner only itself, the
    /// operator those with a grant, ended ones included.
    async fn partners(&self, ctx: &Context<'_>, paging: Paging) -> Result<Connection<Partner>> {
        of_customer(ctx, self.row.id, paging).await
    }

    /// The log of what concerns this customer, of which a partner sees what concerns itself. Null with a FORBIDDEN error
    /// that carries its reasons when the viewer sees the customer but has no EVENT_READ there; what concerns its own
    /// requests and grants is among the `events` of the query all the same.
    async fn events(
        &self,
        ctx: &Context<'_>,
        paging: Paging,
        #[graphql(desc = "Only events like this.")] filter: Option<EventFilter>,
        #[graphql(desc = "The newest first when left out.")] order_by: Option<EventOrder>,
    ) -> Option<Result<Connection<Event>>> {
        let sort = EventOrder::sort(order_by);
        Some(self.log(ctx, filter, sort, paging).await)
    }

    /// Each action that can be begun at this customer, and what stands between it and the viewer. Bounds in number, and
    /// names that are taken, are told by the mutation alone.
    async fn available_actions(&self, ctx: &Context<'_>) -> Result<Vec<CustomerActionAvailability>> {
        let access = access_at(ctx, self.row.id).await?;
        let actor = ctx.view().viewer().actor();
        let status = self.row.status;
        Ok(CustomerActionAvailability::each(|action| {
            availability::of_customer(action, actor, (&access, status))
        }))
    }

    /// What lets the viewer see this customer, and until when.
    async fn viewer_access(&self, ctx: &Context<'_>) -> Result<ViewerAccess> {
        ViewerAccess::at(ctx, self.row.id).await
    }
}

impl Customer {
    async fn log(
        &self,
        ctx: &Context<'_>,
        filter: Option<EventFilter>,
        sort: Sort<access::EventOrder>,
        paging: Paging,
    ) -> Result<Connection<Event>> {
        let list = List::<Event>::new(ctx, filter, sort, paging)?;
        let access = access_at(ctx, self.row.id).await?;
        access.check(Permission::EventRead).map_err(forbidden)?;
        list.of(event::Column::CustomerId, self.row.id.0).connection(ctx).await
    }

    /// What was sold to it. A page that was found says that the viewer may read subscriptions here, so that the permission itself is
    /// asked for only where there is none.
    async fn sold(
        &self,
        ctx: &Context<'_>,
        filter: Option<SubscriptionFilter>,
        sort: Sort<access::SubscriptionOrder>,
        paging: Paging,
    ) -> Result<Connection<CustomerSubscription>> {
        let list = List::<CustomerSubscription>::new(ctx, filter, sort, paging)?
            .of(subscription::Column::CustomerId, self.row.id.0);
        if let Some(page) = list.found_page(ctx).await? {
            return Ok(Connection::new(list, page));
        }
        self.may_read_sold(ctx).await?;
        list.connection(ctx).await
    }

    async fn counted(
        &self,
        ctx: &Context<'_>,
        filter: Option<SubscriptionFilter>,
    ) -> Result<Vec<SubscriptionCount>> {
        let counts = SubscriptionCount::each_of(ctx, self.row.id, filter).await?;
        if !SubscriptionCount::is_any(&counts) {
            self.may_read_sold(ctx).await?;
        }
        Ok(counts)
    }

    async fn may_read_sold(&self, ctx: &Context<'_>) -> Result<()> {
        let access = access_at(ctx, self.row.id).await?;
        access.check(Permission::SubscriptionRead).map_err(forbidden)
    }
}

fn forbidden(reason: Reason) -> Error {
    Error::forbidden(Vec::from([reason]))
}
