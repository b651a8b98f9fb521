//! The log in the order of its commits, for those who follow it.
//!
//! It promises that whatever appears later stands after everything that was read before, with any number of servers and
//! however long a transaction takes. Entries get their positions when they are committed: on SQLite, which has one writer
//! at a time, as they are written; on PostgreSQL by whoever reads the feed next, under a lock (the migration `feed` says
//! why). A position tells how much others do, so that nobody is told one: a cursor names the entry itself.

use std::collections::HashMap;
use std::sync::Arc;

use entity::{EventId, event, event_feed};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Order};

use crate::Result;
use crate::core::view::ScopedSelect;
use crate::core::view::View;
use crate::log::feed::{FeedEntry, FeedPosition};
use crate::read::paging::Page;
use crate::unscoped::feed::{is_after, is_party, place_of_own};

/// Under which name an entry's position is read.
const POSITION: &str = "feed_position";

/// An entry of the log that a viewer sees, and its place in the feed.
pub type PlacedEvent = (FeedPosition, Arc<event::Model>);

/// A part of the feed, as far as its viewer sees it.
#[derive(Debug)]
pub struct FeedPart {
    pub events: Vec<PlacedEvent>,
    /// How far it reaches: there is nothing else up to here.
    pub upto: FeedPosition,
}

impl View {
    /// Of this selection, the entries that were committed after the entry `after`, the oldest first: at most `limit`.
    pub async fn feed(
        &self,
        select: ScopedSelect<'_, event::Entity>,
        after: Option<EventId>,
        limit: u32,
    ) -> Result<Page<Arc<event::Model>>> {
        self.store().place_events().await?;
        let mut entries = self.placed(select);
        if let Some(after) = after {
            entries = entries.narrowed(is_after(position(), after));
        }
        let entries = entries.first(u64::from(limit) + 1);
        Ok(Page::up_to(entries.all().await?.into_iter().map(Arc::new).collect(), limit))
    }

    /// Of this selection, the entries after one place of the feed and up to another, the oldest first: at most `limit`.
    pub async fn feed_part(
        &self,
        select: ScopedSelect<'_, event::Entity>,
        (after, until): (FeedPosition, FeedPosition),
        limit: u32,
    ) -> Result<FeedPart> {
        let between = position().gt(after.0).and(position().lte(until.0));
        let entries =
            self.placed(select).narrowed(between).with(position(), POSITION).first(u64::from(limit));
        let results = entries.results().await?;
        let read = |result| {
            let row = ScopedSelect::<event::Entity>::read(self, result)?;
            Ok((FeedPosition(result.try_get("", POSITION)?), Arc::new(row)))
        };
        let events = results.iter().map(read).collect::<Result<Vec<_>>>()?;
        let is_cut = events.len() >= limit as usize;
        let upto = events.last().filter(|_| is_cut).map_or(until, |(position, _)| *position);
        Ok(FeedPart { events, upto })
    }

    /// Where an entry stands to which the viewer's tenant is a party; None for any other, whether or not it exists. It may
    /// be one that the viewer saw and does not see any more.
    pub async fn feed_place(&self, entry: EventId) -> Result<Option<FeedPosition>> {
        let places = self.unscoped(place_of_own(self.viewer(), entry)).await?;
        Ok(places.first().map(|place| FeedPosition(place.position)))
    }

    /// Of these entries of the feed, those that the viewer sees, in the same order.
    pub async fn events_of(&self, entries: &[FeedEntry]) -> Result<Vec<PlacedEvent>> {
        let select = self.select::<event::Entity>();
        let ids = entries.iter().map(|entry| entry.event().0).collect();
        let seen = select.all_by(event::Column::Id, ids).await?;
        let mut seen: HashMap<_, _> = seen.into_iter().map(|row| (row.id, Arc::new(row))).collect();
        let seen = entries.iter().filter_map(|entry| Some((entry.position(), seen.remove(&entry.event())?)));
        Ok(seen.collect())
    }

    /// The selection in the order of the feed. The rule is in it; the parties are where an index finds what it can be about.
    fn placed<'v>(&self, select: ScopedSelect<'v, event::Entity>) -> ScopedSelect<'v, event::Entity> {
        let entry = Expr::col(event_feed::Column::EventId.as_column_ref());
        let is_of_entry = entry.equals(event::Column::Id.as_column_ref());
        let placed = select.joined(event_feed::Entity, is_of_entry).narrowed(is_party(self.viewer()));
        placed.ordered(position(), Order::Asc)
    }
}

fn position() -> Expr {
    Expr::col(event_feed::Column::Position.as_column_ref())
}
