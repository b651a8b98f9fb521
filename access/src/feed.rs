//! The log in the order of its commits, for those who follow it.
//!
//! It promises that whatever appears later stands after everything that was read before, with any number of servers and
//! however long a transaction takes. Entries get their positions when they are committed: on SQLite, which has one writer
//! at a time, as they are written; on PostgreSQL by whoever reads the feed next, under a lock (the migration `feed` says
//! why). A position tells how much others do, so that nobody is told one: a cursor names the entry itself.

use std::sync::Arc;

use entity::{EventId, event, event_feed};
use sea_orm::sea_query::{Expr, ExprTrait, JoinType, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, Statement};

use super::{Page, Principal, ScopedSelect, Store, View};
use crate::Result;

/// A number that only those lock who give entries their positions.
const PLACING: i64 = 4_920_616;

/// Entries whose transaction is committed and which have no position yet.
const IS_WAITING: &str = "SELECT EXISTS (SELECT 1 FROM event_unplaced) AS is_waiting";

/// Within a customer's chain, instants and ids grow, so that its order is kept.
const PLACE: &str = "
WITH taken AS (DELETE FROM event_unplaced RETURNING event_id)
INSERT INTO event_feed (position, event_id, customer_id, partner_id)
SELECT (SELECT coalesce(max(position), 0) FROM event_feed)
    + row_number() OVER (ORDER BY event.occurred_at, event.id), event.id, event.customer_id, event.partner_id
FROM taken JOIN event ON event.id = taken.event_id";

impl View {
    /// Of this selection, the entries that were committed after the entry `after`, the oldest first: at most `limit`.
    pub async fn feed(
        &self,
        select: ScopedSelect<'_, event::Entity>,
        after: Option<EventId>,
        limit: u32,
    ) -> Result<Page<event::Model>> {
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
        let mut query = select.into_statement();
        query.join(JoinType::InnerJoin, event_feed::Entity, is_of_entry).and_where(is_of_party);
        if let Some(after) = after {
            let place = Query::select()
                .column(event_feed::Column::Position)
                .from(event_feed::Entity)
                .and_where(Expr::col(event_feed::Column::EventId).eq(after))
                .take();
            query.and_where(position().gt(place));
        }
        query.order_by_expr(position(), sea_orm::Order::Asc).limit(u64::from(limit) + 1);
        Ok(Page::up_to(self.seen::<event::Entity>(&query).await?, limit))
    }
}

impl Store {
    /// Gives committed entries their positions. Whoever comes second finds none left to place.
    pub async fn place_events(&self) -> Result<()> {
        if self.backend() != DbBackend::Postgres {
            return Ok(());
        }
        let look = Statement::from_string(DbBackend::Postgres, IS_WAITING);
        let row = self.reads().query_one_raw(look).await?;
        if !row.map_or(Ok(false), |row| row.try_get("", "is_waiting"))? {
            return Ok(());
        }
        let transaction = self.begin(Arc::default()).await?;
        transaction.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({PLACING})")).await?;
        transaction.execute_unprepared(PLACE).await?;
        transaction.commit().await
    }
}
