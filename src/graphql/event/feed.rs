//! The log in the order of its commits, as pages for those who follow it.

use std::sync::{Arc, OnceLock};

use async_graphql::Context;

use super::{Event, EventFilter, EventOrder, List, Paging};
use crate::graphql::Result;
use crate::graphql::connection::Connection;
use crate::graphql::cursor::CursorKey;
use crate::graphql::list::ListPage;
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
    let key: &CursorKey = ctx.data_unchecked();
    let seal = key.seal(&format!("{} feed {}", view.viewer().tenant().0, list.filter_text()));
    list.slice.after = after.map(|cursor| seal.decode(&cursor, "after")).transpose()?;
    let after = list.slice.after.as_ref().map(|position| EventId(position.id));
    let mut page = view.feed(list.select(view)?, after, list.slice.limit).await?;
    // The entry's own id is all that a cursor holds.
    page.positions = page.rows.iter().map(|row| Position { key: SortKey::Number(0), id: row.id.0 }).collect();
    Ok(Connection::new(list, ListPage::sealed_by(&Arc::new(OnceLock::from(seal)), page)))
}
