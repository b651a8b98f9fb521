//! An event as webhooks are sent it: JSON, of what the entry itself says, which never changes. So an attempt, its repeat and a replay have the
//! same bytes, whichever database the entry was read from. The ids are those of the API.

use chrono::SecondsFormat;
use entity::{EventKind, TenantKind, event};
use serde::Serialize;
use uuid::Uuid;

use super::{FieldChange, subject};
use crate::graphql::id::NodeId;
use crate::graphql::{Error, Result};
use access::{Principal, View};
use domain::event::{EventSubject, subject as about};

/// What a webhook is sent of an event.
#[derive(Debug, Serialize)]
pub struct EventMessage {
    /// The API's word for the kind, as Standard Webhooks names the types of messages.
    r#type: EventKind,
    timestamp: String,
    data: Data,
    /// What the message is known by, which is in its head.
    #[serde(skip)]
    id: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    id: String,
    kind: EventKind,
    occurred_at: String,
    actor: Actor,
    customer: Option<Object>,
    partner: Option<Object>,
    subject: Option<Subject>,
    changes: Vec<FieldChange>,
    grant: Option<Object>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Actor {
    kind: Option<TenantKind>,
    tenant_id: Option<Uuid>,
    subject: Option<String>,
    is_application: bool,
}

#[derive(Debug, Serialize)]
struct Object {
    id: String,
}

#[derive(Debug, Serialize)]
struct Subject {
    r#type: &'static str,
    id: String,
}

impl Object {
    fn of(id: impl Into<NodeId>) -> Self {
        Self { id: text(id) }
    }
}

fn text(id: impl Into<NodeId>) -> String {
    id.into().encode().0
}

impl EventMessage {
    /// The message of an event that this viewer sees.
    pub fn of(row: &event::Model, view: &View) -> Result<Self> {
        let occurred_at = row.occurred_at.to_rfc3339_opts(SecondsFormat::Millis, true);
        let changes = serde_json::from_value(row.changes.clone());
        let data = Data {
            id: text(row.id),
            kind: row.kind,
            occurred_at: occurred_at.clone(),
            actor: Actor {
                kind: row.actor_kind,
                tenant_id: row.actor_tenant_id.map(|tenant| tenant.0),
                subject: row.actor_subject.clone(),
                is_application: row.actor_is_application,
            },
            customer: row.customer_id.map(Object::of),
            partner: row.partner_id.map(Object::of),
            subject: subject(row)
                .filter(|_| sees_subject(row, view))
                .map(|subject| Subject { r#type: subject.type_name(), id: text(subject) }),
            changes: changes.map_err(|_| Error::internal("an event's changes cannot be read"))?,
            grant: row.grant_id.map(Object::of),
        };
        Ok(Self { r#type: row.kind, timestamp: occurred_at, id: data.id.clone(), data })
    }

    /// What the message is known by, wherever and however often it is sent.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The bytes that are signed and sent.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self).map_err(|_| Error::internal("an event cannot be written as JSON"))
    }
}

/// Whoever sees an event sees what it is about, but for the operator, who reads that partners have webhooks and not which.
fn sees_subject(row: &event::Model, view: &View) -> bool {
    match about(row.kind) {
        EventSubject::Relationship
        | EventSubject::Subscription
        | EventSubject::Registration
        | EventSubject::Tenant => true,
        EventSubject::Webhook => match view.viewer().principal() {
            Principal::Partner(_) | Principal::Customer(_) => true,
            Principal::Operator | Principal::Timer => row.partner_id.is_none(),
        },
    }
}
