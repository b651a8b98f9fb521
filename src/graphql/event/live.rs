//! Events as they are committed: the one live operation.
//!
//! The engine knows a subscription as a stream that it draws from. Here each event is an execution of its own, with a view
//! and a loader of its own, because it is authorised and read at its own instant. So the operation is *opened* once, which
//! reads its arguments, and then executed for each event.

use std::sync::{Arc, OnceLock};

use async_graphql::{Context, ID, Subscription};
use entity::delegated_admin_grant as grant;
use entity::relationship_request as request;
use entity::{EventId, Instant, customer, event, subscription};
use futures_util::{Stream, stream};

use super::{Event, EventFilter};
use crate::graphql::id::{NodeId, TypedId};
use crate::graphql::list::Filter;
use crate::graphql::loader::ContextExt;
use crate::graphql::{Error, Result};
use access::{FeedPosition, ScopedSelect, View};

/// What an execution of the operation is for.
#[derive(Clone, Debug)]
pub enum Occasion {
    /// To read its arguments, into here.
    Opening(Arc<OnceLock<LiveEvents>>),
    /// To show this event.
    Event(Arc<event::Model>),
}

/// What a stream of events was opened with.
#[derive(Clone, Debug)]
pub struct LiveEvents {
    filter: EventFilter,
    /// After which place of the feed it begins; None for where it ends now.
    pub after: Option<FeedPosition>,
}

#[derive(Debug, Default)]
pub struct EventSubscription;

/// What is told as it happens, over a WebSocket (graphql-transport-ws) or as server-sent events (graphql-sse).
#[Subscription]
impl EventSubscription {
    /// Events as they commit, each authorised again as it is delivered; `after` (an event's id) replays what was missed first,
    /// without a gap and without a repeat. What the viewer may not see at that instant is not delivered. The stream ends, with
    /// a reason, when the viewer's token expires or nothing is left that it may see: the last result has an error with the
    /// code STREAM_ENDED, and in its extensions `reason` and `lastEventId`. Each result has the event's id in its extensions,
    /// too, as `eventId`.
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Begin after this event, the last one that was received. It may be one that the viewer does not see any more."
        )]
        after: Option<ID>,
        #[graphql(desc = "Only events like this.")] filter: Option<EventFilter>,
    ) -> Result<impl Stream<Item = Event>> {
        let event = match ctx.data_unchecked() {
            Occasion::Event(row) => Some(Event::from(Arc::clone(row))),
            Occasion::Opening(opened) => {
                // Nobody else sets it.
                let _ = opened.set(LiveEvents::open(ctx.view(), after.as_ref(), filter).await?);
                None
            }
        };
        Ok(stream::iter(event))
    }
}

impl LiveEvents {
    /// # Errors
    ///
    /// A client's mistake, when the arguments name what cannot be.
    async fn open(view: &View, after: Option<&ID>, filter: Option<EventFilter>) -> Result<Self> {
        let filter = filter.unwrap_or_default();
        // What cannot be narrowed to is told now.
        let _ = filter.narrow(view.select())?;
        let after = match after {
            None => None,
            Some(id) => Some(Self::place(view, EventId::require(id, "after")?).await?),
        };
        Ok(Self { filter, after })
    }

    /// Where the stream goes on after this event.
    ///
    /// # Errors
    ///
    /// A client's mistake, when the viewer's tenant is no party to such an event.
    async fn place(view: &View, after: EventId) -> Result<FeedPosition> {
        view.feed_place(after).await?.ok_or_else(|| {
            Error::BadRequest(
                "after is not an event that this viewer was shown. Use the id of the last event that was received; or \
                 leave it out to begin now."
                    .to_owned(),
            )
        })
    }

    /// Has it go on after the event with this id, whatever it was opened with.
    ///
    /// # Errors
    ///
    /// A client's mistake, as with `after`.
    pub async fn resume(&mut self, view: &View, id: &str) -> Result<()> {
        let after = EventId::require(&ID(id.to_owned()), "Last-Event-ID")?;
        self.after = Some(Self::place(view, after).await?);
        Ok(())
    }

    /// What the viewer sees of the events that the stream is narrowed to.
    ///
    /// # Errors
    ///
    /// None that opening it did not have.
    pub fn select<'v>(&self, view: &'v View) -> Result<ScopedSelect<'v, event::Entity>> {
        self.filter.narrow(view.select())
    }

    /// Whether the stream is narrowed to such events.
    #[must_use]
    pub fn matches(&self, row: &event::Model) -> bool {
        self.filter.matches(row)
    }

    /// Whether this was the last event of what the stream is narrowed to.
    #[must_use]
    pub fn is_last(&self, row: &event::Model) -> bool {
        use entity::EventKind::{
            GrantExpired, GrantTerminated, RelationshipRequestAccepted, RelationshipRequestDeclined,
            RelationshipRequestExpired, RelationshipRequestWithdrawn, SubscriptionCancelled,
            SubscriptionExpired,
        };
        let ends = matches!(
            row.kind,
            GrantExpired
                | GrantTerminated
                | RelationshipRequestAccepted
                | RelationshipRequestDeclined
                | RelationshipRequestExpired
                | RelationshipRequestWithdrawn
                | SubscriptionCancelled
                | SubscriptionExpired
        );
        ends && self.filter.subject().map(NodeId::row) == Some(row.subject_id)
    }

    /// The instant from which on no event is one that the stream is narrowed to.
    #[must_use]
    pub fn ends_at(&self) -> Option<Instant> {
        self.filter.until()
    }

    /// Whether the viewer sees the customer or the subscription that the stream is narrowed to; None when it is not narrowed
    /// to one.
    ///
    /// # Errors
    ///
    /// When the database cannot say.
    pub async fn sees_target(&self, view: &View) -> Result<Option<bool>> {
        let seen = match self.filter.target() {
            Some(NodeId::Customer(id)) => {
                view.select::<customer::Entity>().eq(customer::Column::Id, id).one().await?.is_some()
            }
            Some(NodeId::Subscription(id)) => {
                view.select::<subscription::Entity>().eq(subscription::Column::Id, id).one().await?.is_some()
            }
            _ => return Ok(None),
        };
        Ok(Some(seen))
    }

    /// Whether the object that the stream is narrowed to has come to its end already, so that nothing new comes of it.
    ///
    /// # Errors
    ///
    /// When the database cannot say.
    pub async fn is_over(&self, view: &View) -> Result<bool> {
        Ok(match self.filter.subject() {
            Some(NodeId::Subscription(id)) => {
                let sold = view.select::<subscription::Entity>().eq(subscription::Column::Id, id);
                sold.one().await?.is_some_and(|sold| sold.status.is_final())
            }
            Some(NodeId::Request(id)) => {
                let request = view.select::<request::Entity>().eq(request::Column::Id, id);
                request.one().await?.is_some_and(|request| request.status.is_final())
            }
            Some(NodeId::Grant(id)) => {
                let grant = view.select::<grant::Entity>().eq(grant::Column::Id, id);
                grant.one().await?.is_some_and(|grant| grant.status.is_final())
            }
            _ => false,
        })
    }
}
