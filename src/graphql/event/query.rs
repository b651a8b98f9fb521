//! Ways to the log.

use async_graphql::{Context, Object};
use paging::paged;

use super::feed::feed;
use super::{Connection, Event, EventFilter, EventOrder, List, Paging};
use crate::graphql::Result;

#[derive(Debug, Default)]
pub struct EventQuery;

#[paged]
#[Object]
impl EventQuery {
    /// The log of changes that concern the viewer's tenant. A partner: about its own requests, grants and assignments, and
    /// about the subscriptions that it sold while it may see them and has EVENT_READ, or did it itself. A customer: all
    /// that concerns it. The operator: what concerns no customer.
    async fn events(
        &self,
        ctx: &Context<'_>,
        paging: Paging,
        #[graphql(desc = "Only events like this.")] filter: Option<EventFilter>,
        #[graphql(desc = "The newest first when left out.")] order_by: Option<EventOrder>,
    ) -> Result<Connection<Event>> {
        let sort = EventOrder::sort(order_by);
        List::new(ctx, filter, sort, paging)?.connection(ctx).await
    }

    /// The same log in the order of commits, the oldest first, for whoever follows it: what appears later never stands
    /// before a cursor given earlier, whichever server made it and however long it took. Without `after`: from the oldest
    /// entry that the viewer may see. An empty page has no cursor: keep the one you have, and ask again later. A cursor
    /// stays good for as long as the log.
    async fn event_feed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many entries to take: at most 200, 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Take entries that were committed after this cursor only.")] after: Option<String>,
        #[graphql(desc = "Only events like this. A cursor is good for the same filter.")] filter: Option<
            EventFilter,
        >,
    ) -> Result<Connection<Event>> {
        feed(ctx, filter, first, after).await
    }
}
