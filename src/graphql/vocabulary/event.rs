//! What is told of.

use async_graphql::Enum;
use serde::Serialize;

words! {
    /// What kind of change an event tells of.
    EventKind = entity::EventKind {
        /// A partner asked.
        RelationshipRequestCreated,
        /// The customer accepted.
        RelationshipRequestAccepted,
        /// The customer declined.
        RelationshipRequestDeclined,
        /// The partner took it back.
        RelationshipRequestWithdrawn,
        /// Nobody decided in time.
        RelationshipRequestExpired,
        /// A partner asked a tenant that is a partner's, and was refused; the asking partner and the operator see it.
        RelationshipRequestRefused,
        /// A grant came of an accepted request.
        GrantActivated,
        /// A grant has fewer roles, an earlier end, or does not extend itself any more.
        GrantNarrowed,
        /// A grant extended itself, or was let do so.
        GrantExtended,
        /// A grant ends, or extends itself, in 30, 7 or 1 days.
        GrantExpiring,
        /// A grant came to its end.
        GrantExpired,
        /// A party ended a grant.
        GrantTerminated,
        /// Someone in the partner's tenant was given roles of a grant.
        AccessAssigned,
        /// Someone's roles of a grant were taken back.
        AccessUnassigned,
        /// A subscription was bought.
        SubscriptionPurchased,
        /// A subscription has begun to run.
        SubscriptionStarted,
        /// A subscription has another name.
        SubscriptionRenamed,
        /// A subscription has another quantity.
        SubscriptionResized,
        /// A subscription was stopped.
        SubscriptionSuspended,
        /// A stopped subscription runs again.
        SubscriptionReactivated,
        /// A subscription was cancelled.
        SubscriptionCancelled,
        /// A subscription renews itself from now on, or does not.
        SubscriptionAutoRenewChanged,
        /// What changes at a subscription's renewal was set.
        SubscriptionNextTermScheduled,
        /// A subscription began another term.
        SubscriptionRenewed,
        /// A subscription's term ended for good.
        SubscriptionExpired,
        /// A subscription's term ends soon: it is renewed then, or expires, as `autoRenew` says. 30 days before, 7 days for
        /// monthly terms.
        SubscriptionRenewalUpcoming,
        /// A partner was registered.
        PartnerRegistered,
        /// A customer was registered.
        CustomerRegistered,
        /// An offer was registered or changed.
        OfferChanged,
        /// The operator suspended a tenant: nobody of it is let in until it is reinstated.
        TenantSuspended,
        /// The operator let a suspended tenant in again.
        TenantReinstated,
        /// The operator closed a tenant: nobody of it is let in any more.
        TenantClosed,
        /// The operator corrected a tenant's name, domain or country.
        TenantProfileChanged,
        /// The operator trusts an issuer from now on, or again.
        IssuerTrusted,
        /// The operator trusts an issuer no more.
        IssuerRevoked,
        /// The operator revoked a token, a principal's tokens or a key.
        CredentialRevoked,
        /// An administrator registered a webhook. It is the first event that the webhook itself is sent.
        WebhookRegistered,
        /// A webhook's address, kinds or status were changed, or it was disabled because its receiver answered 410 Gone.
        WebhookUpdated,
        /// A webhook was given another secret.
        WebhookSecretRotated,
        /// A webhook was made to send again.
        WebhookReplayed,
        /// A webhook was removed.
        WebhookRemoved,
    }
}
