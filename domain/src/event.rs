//! What the kinds of events are about, which decides who may see them.

use entity::EventKind;

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventSubject {
    /// A relationship request, a grant or an access assignment: its parties see it always.
    Relationship,
    /// A subscription: a partner sees it while it sees the subscription and may read events there.
    Subscription,
    /// A tenant or an offer that the operator registers, or whom it trusts.
    Registration,
    /// Whether a tenant is let in, and what it is called: itself sees it always.
    Tenant,
    /// A webhook: whose it is sees it always.
    Webhook,
}

/// What events of this kind are about. A new kind has no answer, and does not compile, until it is given one here.
#[must_use]
pub const fn subject(kind: EventKind) -> EventSubject {
    use EventKind::{
        AccessAssigned, AccessUnassigned, CredentialRevoked, CustomerRegistered, GrantActivated,
        GrantExpired, GrantExpiring, GrantExtended, GrantNarrowed, GrantTerminated, IssuerRevoked,
        IssuerTrusted, OfferChanged, PartnerRegistered, RelationshipRequestAccepted,
        RelationshipRequestCreated, RelationshipRequestDeclined, RelationshipRequestExpired,
        RelationshipRequestRefused, RelationshipRequestWithdrawn, SubscriptionAutoRenewChanged,
        SubscriptionCancelled, SubscriptionExpired, SubscriptionNextTermScheduled, SubscriptionPurchased,
        SubscriptionReactivated, SubscriptionRenamed, SubscriptionRenewalUpcoming, SubscriptionRenewed,
        SubscriptionResized, SubscriptionStarted, SubscriptionSuspended, TenantClosed, TenantProfileChanged,
        TenantReinstated, TenantSuspended, WebhookRegistered, WebhookRemoved, WebhookReplayed,
        WebhookSecretRotated, WebhookUpdated,
    };
    match kind {
        RelationshipRequestCreated
        | RelationshipRequestAccepted
        | RelationshipRequestDeclined
        | RelationshipRequestWithdrawn
        | RelationshipRequestExpired
        | RelationshipRequestRefused
        | GrantActivated
        | GrantNarrowed
        | GrantExtended
        | GrantExpiring
        | GrantExpired
        | GrantTerminated
        | AccessAssigned
        | AccessUnassigned => EventSubject::Relationship,
        SubscriptionPurchased
        | SubscriptionStarted
        | SubscriptionRenamed
        | SubscriptionResized
        | SubscriptionSuspended
        | SubscriptionReactivated
        | SubscriptionCancelled
        | SubscriptionAutoRenewChanged
        | SubscriptionNextTermScheduled
        | SubscriptionRenewed
        | SubscriptionExpired
        | SubscriptionRenewalUpcoming => EventSubject::Subscription,
        PartnerRegistered | CustomerRegistered | OfferChanged | IssuerTrusted | IssuerRevoked
        | CredentialRevoked => EventSubject::Registration,
        TenantSuspended | TenantReinstated | TenantClosed | TenantProfileChanged => EventSubject::Tenant,
        WebhookRegistered | WebhookUpdated | WebhookSecretRotated | WebhookReplayed | WebhookRemoved => {
            EventSubject::Webhook
        }
    }
}
