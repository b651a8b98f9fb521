//! Events: the log of what was done, and by whom.

mod feed;
mod list;
mod live;
mod message;
mod query;

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::event;
use plain::plain;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use list::{EventFilter, EventOrder};
pub use live::{EventSubscription, LiveEvents, Occasion};
pub use message::EventMessage;
pub use query::EventQuery;

use super::connection::Connection;
use super::customer::CustomerReference;
use super::grant::DelegatedAdminGrant;
use super::id::NodeId;
use super::list::{List, Paging};
use super::loader::ContextExt;
use super::loads::{CustomerReferenceOf, CustomerReferenceOfTenant, PartnerOfTenant};
use super::node::{Node, find};
use super::partner::Partner;
use super::scalar::DateTime;
use super::vocabulary::{EventKind, TenantKind};
use crate::graphql::{Error, Result};
use access::Principal;

/// One change, written down with it.
#[derive(Clone, Debug)]
pub struct Event {
    row: Arc<event::Model>,
}

impl From<Arc<event::Model>> for Event {
    fn from(row: Arc<event::Model>) -> Self {
        Self { row }
    }
}

/// One change, written in the transaction that made it; never changed, never removed, chained by hash within its
/// customer.
#[plain]
#[Object]
impl Event {
    /// The event's id.
    pub fn id(&self) -> ID {
        NodeId::from(self.row.id).encode()
    }

    /// What kind of change it was.
    fn kind(&self) -> EventKind {
        self.row.kind.into()
    }

    /// When it was made: the instant of the request that made it, but never before the entry that stands before it.
    fn occurred_at(&self) -> DateTime {
        self.row.occurred_at.into()
    }

    /// Who made the change: a person, an application, or the system when a time had come.
    fn actor(&self) -> EventActor {
        EventActor { row: Arc::clone(&self.row) }
    }

    /// The customer that it concerns, whatever it is about; null for what concerns none, such as an open invitation that
    /// nobody has taken up. Selected here it needs no alias, where the `customer` of subjects of several types would.
    async fn customer(&self, ctx: &Context<'_>) -> Option<Result<CustomerReference>> {
        let row = ctx.load(CustomerReferenceOf(self.row.customer_id?)).await;
        row.map(|row| row.map(CustomerReference::from)).transpose()
    }

    /// The partner that it concerns: who asked, holds the grant, or sold the subscription. Null for what concerns none.
    async fn partner(&self, ctx: &Context<'_>) -> Option<Result<Partner>> {
        let row = ctx.load(self.row.partner_id?).await;
        row.map(|row| row.map(Partner::from)).transpose()
    }

    /// The object as it is now; null when the viewer may not see it (any more).
    async fn subject(&self, ctx: &Context<'_>) -> Option<Result<Node>> {
        find(ctx, subject(&self.row)).await.transpose()
    }

    /// What became of each field that is different now. Roles are listed by name; `assignments.` and an assignee stands
    /// for what that one holds.
    #[expect(clippy::unused_async, reason = "the engine takes nothing else")]
    async fn changes(&self) -> Result<Vec<FieldChange>> {
        serde_json::from_value(self.row.changes.clone())
            .map_err(|_| Error::internal("an event's changes cannot be read"))
    }

    /// The grant that the actor used; null unless the change took one.
    async fn grant(&self, ctx: &Context<'_>) -> Option<Result<DelegatedAdminGrant>> {
        let row = ctx.load(self.row.grant_id?).await;
        row.map(|row| row.map(DelegatedAdminGrant::from)).transpose()
    }

    /// Position in the customer's chain, from 1. For the customer itself, and for the operator in the chain of what
    /// concerns no customer; null for partners, to whom it would tell how much others do there.
    fn sequence(&self, ctx: &Context<'_>) -> Option<i32> {
        keeps_chain(ctx).then(|| i32::try_from(self.row.sequence).unwrap_or(i32::MAX))
    }

    /// The chain's hash there: SHA-256 over this entry and the hash before it, in hexadecimal. Null where `sequence` is.
    fn hash(&self, ctx: &Context<'_>) -> Option<String> {
        use std::fmt::Write;
        keeps_chain(ctx).then(|| {
            self.row.hash.iter().fold(String::new(), |mut text, byte| {
                // Writing to a string does not fail.
                let _ = write!(text, "{byte:02x}");
                text
            })
        })
    }

    /// Whether nothing that the customer has bought was written between the beginning of the change and its end, as the
    /// database itself counts: true by rule for requests and grants, null for what is not about these.
    fn subscriptions_unchanged(&self) -> Option<bool> {
        let event::Model { subscriptions_before, subscriptions_after, .. } = self.row.as_ref();
        Some(subscriptions_before.as_ref()? == subscriptions_after.as_ref()?)
    }
}

/// A partner is not told how long the chains of its customers are.
fn keeps_chain(ctx: &Context<'_>) -> bool {
    match ctx.view().viewer().principal() {
        Principal::Customer(_) | Principal::Operator => true,
        Principal::Partner(_) | Principal::Timer => false,
    }
}

/// What an event is about, by its kind; None for what clients do not find by an id.
fn subject(row: &event::Model) -> Option<NodeId> {
    use entity::EventKind as Kind;
    let id = row.subject_id;
    Some(match row.kind {
        Kind::RelationshipRequestCreated
        | Kind::RelationshipRequestAccepted
        | Kind::RelationshipRequestDeclined
        | Kind::RelationshipRequestWithdrawn
        | Kind::RelationshipRequestExpired => NodeId::Request(entity::RequestId(id)),
        Kind::GrantActivated
        | Kind::GrantNarrowed
        | Kind::GrantExtended
        | Kind::GrantExpiring
        | Kind::GrantExpired
        | Kind::GrantTerminated
        | Kind::AccessAssigned
        | Kind::AccessUnassigned => NodeId::Grant(entity::GrantId(id)),
        Kind::SubscriptionPurchased
        | Kind::SubscriptionStarted
        | Kind::SubscriptionRenamed
        | Kind::SubscriptionResized
        | Kind::SubscriptionSuspended
        | Kind::SubscriptionReactivated
        | Kind::SubscriptionCancelled
        | Kind::SubscriptionAutoRenewChanged
        | Kind::SubscriptionNextTermScheduled
        | Kind::SubscriptionRenewed
        | Kind::SubscriptionExpired
        | Kind::SubscriptionRenewalUpcoming => NodeId::Subscription(entity::SubscriptionId(id)),
        Kind::RelationshipRequestRefused | Kind::PartnerRegistered => NodeId::Partner(entity::PartnerId(id)),
        Kind::CustomerRegistered => NodeId::Customer(entity::CustomerId(id)),
        Kind::TenantSuspended | Kind::TenantReinstated | Kind::TenantClosed | Kind::TenantProfileChanged => {
            match row.customer_id {
                Some(customer) => NodeId::Customer(customer),
                None => NodeId::Partner(entity::PartnerId(id)),
            }
        }
        Kind::OfferChanged => NodeId::Offer(entity::OfferId(id)),
        Kind::WebhookRegistered
        | Kind::WebhookUpdated
        | Kind::WebhookSecretRotated
        | Kind::WebhookReplayed
        | Kind::WebhookRemoved => NodeId::Webhook(entity::WebhookId(id)),
        Kind::IssuerTrusted | Kind::IssuerRevoked | Kind::CredentialRevoked => return None,
    })
}

/// What became of one field.
#[derive(Clone, Debug, SimpleObject, Deserialize, Serialize)]
pub struct FieldChange {
    /// The field, as its object spells it.
    field: String,
    /// Its value before; null when there was none.
    before: Option<String>,
    /// Its value after; null when there is none.
    after: Option<String>,
}

/// Who made a change.
#[derive(Clone, Debug)]
pub struct EventActor {
    row: Arc<event::Model>,
}

/// Who made a change.
#[plain]
#[Object(name = "Actor")]
impl EventActor {
    /// What the actor's tenant is; null for the system, when a time had come.
    fn kind(&self) -> Option<TenantKind> {
        self.row.actor_kind.map(TenantKind::from)
    }

    /// The actor's tenant.
    fn tenant_id(&self) -> Option<Uuid> {
        self.row.actor_tenant_id.map(|tenant| tenant.0)
    }

    /// The principal: the token's oid, or sub.
    fn subject(&self) -> Option<&str> {
        self.row.actor_subject.as_deref()
    }

    /// Whether an application did it, without a user.
    fn is_application(&self) -> bool {
        self.row.actor_is_application
    }

    /// The name of the actor's tenant, where the viewer may know it: its own, and that of the other party.
    async fn name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let Some(tenant) = self.row.actor_tenant_id else { return Ok(None) };
        if let Some(partner) = ctx.load(PartnerOfTenant(tenant)).await? {
            return Ok(Some(partner.name.clone()));
        }
        let customer = ctx.load(CustomerReferenceOfTenant(tenant)).await?;
        Ok(customer.map(|customer| customer.name.clone()))
    }
}
