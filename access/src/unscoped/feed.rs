//! The feed: where entries of the log stand, and whom they concern.

use entity::{EventId, event, event_feed};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};

use super::{ServerRead, ServerWrite, Sql, UnscopedRead};
use crate::viewer::{Principal, Viewer};

/// A number that only those lock who give entries their positions.
const PLACING: i64 = 4_920_616;

/// Entries whose transaction is committed and which have no position yet.
const IS_WAITING: &str = "SELECT EXISTS (SELECT 1 FROM event_unplaced) AS is_waiting";

/// Within a customer's chain, instants and ids grow, so that its order is kept. Each entry is looked up behind a fence: a planner that
/// may join as it likes reads the whole log for a few of them.
const PLACE: &str = "
WITH taken AS (DELETE FROM event_unplaced RETURNING event_id)
INSERT INTO event_feed (position, event_id, customer_id, partner_id)
SELECT (SELECT coalesce(max(position), 0) FROM event_feed)
    + row_number() OVER (ORDER BY entry.occurred_at, entry.id), entry.id, entry.customer_id, entry.partner_id
FROM taken CROSS JOIN LATERAL (SELECT * FROM event WHERE event.id = taken.event_id LIMIT 1) AS entry";

/// That an entry of the feed has the viewer's tenant as a party.
pub(crate) fn is_party(viewer: &Viewer) -> Expr {
    use event_feed::Column::{CustomerId, PartnerId};
    let feed = |column: event_feed::Column| Expr::col(column.as_column_ref());
    match viewer.principal() {
        Principal::Partner(own) => feed(PartnerId).eq(own.id),
        Principal::Customer(own) => feed(CustomerId).eq(own.id),
        Principal::Operator | Principal::Timer => feed(CustomerId).is_null(),
    }
}

/// That a position of the feed comes after the entry `after`.
pub(crate) fn is_after(position: Expr, after: EventId) -> Expr {
    let place = Query::select()
        .column(event_feed::Column::Position)
        .from(event_feed::Entity)
        .and_where(Expr::col(event_feed::Column::EventId).eq(after))
        .take();
    position.gt(place)
}

/// Where an entry stands to which the viewer's tenant is a party. It may be one that the viewer saw and does not see any more.
pub(crate) fn place_of_own(viewer: &Viewer, entry: EventId) -> UnscopedRead<event_feed::Model> {
    UnscopedRead::new(of_entry(entry).filter(is_party(viewer)).into_query())
}

/// Where an entry stands, if it has a place already.
pub(crate) fn place_of(seen: &event::Model) -> UnscopedRead<event_feed::Model> {
    UnscopedRead::new(of_entry(seen.id).limit(1).into_query())
}

fn of_entry(entry: EventId) -> Select<event_feed::Entity> {
    event_feed::Entity::find().filter(event_feed::Column::EventId.eq(entry))
}

/// The newest entry.
pub(crate) fn end() -> ServerRead<event_feed::Model> {
    let newest = event_feed::Entity::find().order_by_desc(event_feed::Column::Position);
    ServerRead::new(newest.limit(1).into_query())
}

/// The next entries, at most `most`.
pub(crate) fn after(position: i64, most: u64) -> ServerRead<event_feed::Model> {
    let later = event_feed::Entity::find().filter(event_feed::Column::Position.gt(position));
    ServerRead::new(later.order_by_asc(event_feed::Column::Position).limit(most).into_query())
}

/// Whether there is anything to place.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Waiting {
    pub(crate) is_waiting: bool,
}

/// Whether there are entries on PostgreSQL that have no position yet.
pub(crate) fn waiting() -> ServerRead<Waiting> {
    ServerRead::new(Sql(IS_WAITING.to_owned(), Vec::new()))
}

/// Lets nobody else place entries.
pub(crate) fn lock() -> ServerWrite {
    ServerWrite::text(format!("SELECT pg_advisory_xact_lock({PLACING})"))
}

/// Gives all entries on PostgreSQL their positions that have none yet.
pub(crate) fn place() -> ServerWrite {
    ServerWrite::text(PLACE)
}
