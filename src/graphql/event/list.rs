//! How lists of events are narrowed and ordered.

use async_graphql::{ID, InputObject};
use entity::{CustomerId, Instant, PartnerId, event};
use serde::Serialize;
use uuid::Uuid;

use super::Event;
use crate::graphql::id::NodeId;
use crate::graphql::list::{Filter, Noun, optional_id};
use crate::graphql::order::order;
use crate::graphql::vocabulary::{DateTimeRange, EventKind, OrderDirection, rows};
use crate::graphql::{Error, Result};
use access::{Direction, EventOrder as By, ScopedSelect, Sort};

/// Narrows a list of events. What is left out does not narrow; an empty list matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject, Serialize)]
pub struct EventFilter {
    /// One of these kinds.
    kind: Option<Vec<EventKind>>,
    /// The id of the customer that it concerns.
    customer: Option<ID>,
    /// The id of the partner that it concerns.
    partner: Option<ID>,
    /// The id of what it is about.
    subject: Option<ID>,
    /// When it was made.
    occurred_at: Option<DateTimeRange>,
    /// The principal that did it: the token's oid, or sub.
    actor: Option<String>,
}

impl Filter<event::Entity> for EventFilter {
    fn narrow<'v>(
        &self,
        mut select: ScopedSelect<'v, event::Entity>,
    ) -> Result<ScopedSelect<'v, event::Entity>> {
        use event::Column;
        if let Some(kinds) = &self.kind {
            select = select.is_in(Column::Kind, rows::<_, entity::EventKind>(kinds));
        }
        if let Some(customer) = optional_id::<CustomerId>(self.customer.as_ref(), "filter.customer")? {
            select = select.eq(Column::CustomerId, customer);
        }
        if let Some(partner) = optional_id::<PartnerId>(self.partner.as_ref(), "filter.partner")? {
            select = select.eq(Column::PartnerId, partner);
        }
        if let Some(subject) = &self.subject {
            let message = "filter.subject is not an id. Use an object's `id`.";
            let subject = NodeId::decode(subject).ok_or_else(|| Error::BadRequest(message.to_owned()))?;
            select = select.eq(Column::SubjectId, subject.row());
        }
        if let Some(range) = self.occurred_at {
            let (from, until) = range.ends();
            select = select.between(Column::OccurredAt, from, until);
        }
        if let Some(actor) = &self.actor {
            select = select.eq(Column::ActorSubject, actor.as_str());
        }
        Ok(select)
    }
}

/// The same for an event in hand, and what a stream of events asks besides.
impl EventFilter {
    /// Whether [`narrow`](Filter::narrow) leaves this event over.
    pub(super) fn matches(&self, row: &event::Model) -> bool {
        let is = |given: Option<&ID>, of_row: Option<Uuid>| {
            given.is_none_or(|given| NodeId::decode(given).map(NodeId::row) == of_row)
        };
        let (from, until) = self.occurred_at.map_or((None, None), DateTimeRange::ends);
        self.kind
            .as_ref()
            .is_none_or(|kinds| kinds.iter().any(|kind| entity::EventKind::from(*kind) == row.kind))
            && is(self.customer.as_ref(), row.customer_id.map(|id| id.0))
            && is(self.partner.as_ref(), row.partner_id.map(|id| id.0))
            && is(self.subject.as_ref(), Some(row.subject_id))
            && from.is_none_or(|from| from <= row.occurred_at)
            && until.is_none_or(|until| row.occurred_at < until)
            && self.actor.as_ref().is_none_or(|actor| Some(actor) == row.actor_subject.as_ref())
    }

    /// The object that it is narrowed to.
    pub(super) fn subject(&self) -> Option<NodeId> {
        self.subject.as_ref().and_then(NodeId::decode)
    }

    /// The object, or else the customer, that it is narrowed to.
    pub(super) fn target(&self) -> Option<NodeId> {
        self.subject.as_ref().or(self.customer.as_ref()).and_then(NodeId::decode)
    }

    /// The first instant after those that it is narrowed to.
    pub(super) fn until(&self) -> Option<Instant> {
        self.occurred_at.and_then(|range| range.ends().1)
    }
}

order! {
    /// An order of events. Equal ones are ordered by their ids.
    EventOrder,
    /// What events can be ordered by.
    EventOrderField = By {
        /// When it was made.
        OccurredAt,
    },
    or OccurredAt Descending,
}

impl Noun for Event {
    type Entity = event::Entity;
    type Filter = EventFilter;

    const CONNECTION: &'static str = "EventConnection";
    const EDGE: &'static str = "EventEdge";
}
