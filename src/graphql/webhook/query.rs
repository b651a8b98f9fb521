//! Ways to webhooks.

use async_graphql::{Context, ID, Object};
use entity::{WebhookId, webhook_delivery};
use paging::paged;

use super::list::OLDEST_FIRST;
use super::{Connection, DeliveryFilter, List, Paging, Webhook, WebhookDelivery, delivery};
use crate::graphql::Result;
use crate::graphql::id::TypedId;

#[derive(Debug, Default)]
pub struct WebhookQuery;

#[paged]
#[Object]
impl WebhookQuery {
    /// The webhooks of the viewer's tenant, the oldest first; none for whoever is not among its administrators (ADMIN_AGENT,
    /// CUSTOMER_ADMINISTRATOR or OPERATOR).
    async fn webhooks(&self, ctx: &Context<'_>, paging: Paging) -> Result<Connection<Webhook>> {
        List::new(ctx, None, OLDEST_FIRST, paging)?.connection(ctx).await
    }

    /// What became of a webhook's deliveries, the newest first. Those that were made are kept for 30 days. Empty for a webhook
    /// that does not exist and for one that the viewer may not see, without a difference.
    async fn webhook_deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The webhook's `id`.")] webhook: ID,
        paging: Paging,
        #[graphql(desc = "Only deliveries like this.")] filter: Option<DeliveryFilter>,
    ) -> Result<Connection<WebhookDelivery>> {
        let webhook = WebhookId::require(&webhook, "webhook")?;
        List::new(ctx, filter, delivery::NEWEST_FIRST, paging)?
            .of(webhook_delivery::Column::WebhookId, webhook.0)
            .connection(ctx)
            .await
    }
}
