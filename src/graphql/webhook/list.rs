//! The list of webhooks.

use entity::webhook;
use serde::Serialize;

use super::Webhook;
use crate::graphql::Result;
use crate::graphql::list::{Filter, Noun};
use access::{Direction, ScopedSelect, Sort, WebhookOrder};

pub(super) const OLDEST_FIRST: Sort<WebhookOrder> =
    Sort { by: WebhookOrder::CreatedAt, direction: Direction::Ascending };

/// A tenant has few: nothing narrows the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct WebhookFilter;

impl Filter<webhook::Entity> for WebhookFilter {
    fn narrow<'v>(
        &self,
        select: ScopedSelect<'v, webhook::Entity>,
    ) -> Result<ScopedSelect<'v, webhook::Entity>> {
        Ok(select)
    }
}

impl Noun for Webhook {
    type Entity = webhook::Entity;
    type Filter = WebhookFilter;

    const CONNECTION: &'static str = "WebhookConnection";
    const EDGE: &'static str = "WebhookEdge";
}
