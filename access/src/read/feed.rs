//! The log in the order of its commits, for those who follow it.
//!
//! It promises that whatever appears later stands after everything that was read before, with any number of servers and
//! however long a transaction takes. Entries get their positions when they are committed: on SQLite, which has one writer
//! at a time, as they are written; on PostgreSQL by whoever reads the feed next, under a lock (the migration `feed` says
//! why). A position tells how much others do, so that nobody is told one: a cursor names the entry itself.

use std::sync::Arc;

use entity::{EventId, event, event_feed};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Order};

use crate::Result;
use crate::core::select::ScopedSelect;
use crate::core::view::View;
use crate::core::viewer::Principal;
use crate::read::paging::Page;

impl View {
    /// Of this selection, the entries that were committed after the entry `after`, the oldest first: at most `limit`.
    pub async fn feed(
        &self,
        select: ScopedSelect<'_, event::Entity>,
        after: Option<EventId>,
        limit: u32,
    ) -> Result<Page<Arc<event::Model>>> {
        self.store().place_events().await?;
        let feed = |column: event_feed::Column| Expr::col(column.as_column_ref());
        let position = || feed(event_feed::Column::Position);
        let is_of_entry = feed(event_feed::Column::EventId).equals(event::Column::Id.as_column_ref());
        // The rule is in the selection; this is where an index finds what it can be about.
        let is_of_party = match self.viewer().principal() {
            Principal::Partner(own) => feed(event_feed::Column::PartnerId).eq(own.id),
            Principal::Customer(own) => feed(event_feed::Column::CustomerId).eq(own.id),
            Principal::Operator | Principal::Timer => feed(event_feed::Column::CustomerId).is_null(),
        };
        let mut entries = select.joined(event_feed::Entity, is_of_entry).narrowed(is_of_party);
        if let Some(after) = after {
            entries = entries.narrowed(Self::is_after(position(), after));
        }
        let entries = entries.ordered(position(), Order::Asc).first(u64::from(limit) + 1);
        Ok(Page::up_to(entries.all().await?.into_iter().map(Arc::new).collect(), limit))
    }
}
