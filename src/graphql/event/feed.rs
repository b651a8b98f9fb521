//! The log in the order of its commits, as pages for those who follow it.

use async_graphql::Context;

use super::{Event, EventFilter, EventOrder, List, Paging};
use crate::graphql::Result;
use crate::graphql::connection::Connection;
use crate::graphql::cursor::CursorKey;
use crate::graphql::list::shared;
use crate::graphql::loader::ContextExt;
use access::{Position, SortKey};
use entity::EventId;

/// The next page of the feed after a cursor, the oldest entry first.
pub(super) async fn feed(
    ctx: &Context<'_>,
    filter: Option<EventFilter>,
    first: Option<i32>,
    after: Option<String>,
) -> Result<Connection<Event>> {
    let view = ctx.view();
    let mut list =
        List::<Event>::new(ctx, filter, EventOrder::sort(None), Paging { first, ..Paging::default() })?;
    let name = format!("{} feed {}", view.viewer().tenant().0, list.filter_text()).into_bytes();
    let key: &CursorKey = ctx.data_unchecked();
    list.slice.after = after.map(|cursor| key.decode(&name, &cursor, "after")).transpose()?;
    let after = list.slice.after.as_ref().map(|position| EventId(position.id));
    let page = view.feed(list.select(view)?, after, list.slice.limit).await?;
    // The entry's own id is all that a cursor holds.
    let cursor = |id: EventId| key.encode(&name, &Position { key: SortKey::Number(0), id: id.0 });
    let cursors = page.rows.iter().map(|row| cursor(row.id)).collect::<Result<_>>()?;
    Ok(Connection::new(list, shared(page), cursors))
}
