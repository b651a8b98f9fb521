//! The words that rows are written in. Each is stored as the API spells it.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::TenantRole;
use crate::word::words;

words! {
    /// Separate clouds: nothing relates across them.
    pub enum Cloud {
        Public,
        UsGovernment,
    }

    /// How a partner trades.
    pub enum PartnerKind {
        DirectReseller,
        IndirectProvider,
        IndirectReseller,
        Advisor,
    }

    /// For how long one term of a subscription runs.
    pub enum Term {
        #[sea_orm(string_value = "P1M")]
        #[serde(rename = "P1M")]
        P1M,
        #[sea_orm(string_value = "P1Y")]
        #[serde(rename = "P1Y")]
        P1Y,
        #[sea_orm(string_value = "P3Y")]
        #[serde(rename = "P3Y")]
        P3Y,
    }

    /// How often a term is billed.
    pub enum BillingCycle {
        Monthly,
        Annual,
        Triennial,
    }

    /// Where a subscription stands.
    pub enum SubscriptionStatus {
        Pending,
        Active,
        Suspended,
        Expired,
        Cancelled,
    }

    /// Why a subscription is suspended.
    pub enum SuspensionReason {
        NonPayment,
        Fraud,
        PartnerRequest,
        CustomerRequest,
        Other,
    }

    /// A role that a customer delegates to a partner.
    pub enum DelegatedRole {
        GlobalAdministrator,
        BillingAdministrator,
        LicenseAdministrator,
        ServiceSupportAdministrator,
        GlobalReader,
        DirectoryReader,
    }

    /// Where a relationship request stands, as recorded: an `Open` one past its time is expired by the clock.
    pub enum RequestStatus {
        Open,
        Accepted,
        Declined,
        Withdrawn,
        Expired,
    }

    /// Where a grant stands, as recorded: the clock decides whether an `Active` one is effective.
    pub enum GrantStatus {
        Active,
        Expired,
        Terminated,
    }

    /// What an access assignment names in the partner's tenant.
    pub enum AssigneeKind {
        TenantRole,
        SecurityGroup,
    }

    /// What an entry of the log records.
    pub enum EventKind {
        RelationshipRequestCreated,
        RelationshipRequestAccepted,
        RelationshipRequestDeclined,
        RelationshipRequestWithdrawn,
        RelationshipRequestExpired,
        RelationshipRequestRefused,
        GrantActivated,
        GrantNarrowed,
        GrantExtended,
        GrantExpiring,
        GrantExpired,
        GrantTerminated,
        AccessAssigned,
        AccessUnassigned,
        SubscriptionPurchased,
        SubscriptionStarted,
        SubscriptionRenamed,
        SubscriptionResized,
        SubscriptionSuspended,
        SubscriptionReactivated,
        SubscriptionCancelled,
        SubscriptionAutoRenewChanged,
        SubscriptionNextTermScheduled,
        SubscriptionRenewed,
        SubscriptionExpired,
        SubscriptionRenewalUpcoming,
        PartnerRegistered,
        CustomerRegistered,
        OfferChanged,
        TenantSuspended,
        TenantReinstated,
        TenantClosed,
        TenantProfileChanged,
        IssuerTrusted,
        IssuerRevoked,
        CredentialRevoked,
        WebhookRegistered,
        WebhookUpdated,
        WebhookSecretRotated,
        WebhookReplayed,
        WebhookRemoved,
    }
}

impl SubscriptionStatus {
    /// Whether it accepts nothing any more.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Expired | Self::Cancelled)
    }
}

impl RequestStatus {
    /// Whether it was answered, or nobody can answer it any more.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Open)
    }
}

impl GrantStatus {
    /// Whether it has ended for good.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Active)
    }
}

macro_rules! stored_lists {
    ($($(#[$doc:meta])* $name:ident of $item:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, FromJsonQueryResult, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Vec<$item>);
    )*};
}

stored_lists! {
    /// The terms that an offer can be bought for, as a JSON array.
    Terms of Term,
    /// The billing cycles that an offer can be bought with, as a JSON array.
    BillingCycles of BillingCycle,
    /// Why a subscription is suspended, as a JSON array; empty unless it is.
    SuspensionReasons of SuspensionReason,
    /// Of which kinds of events a webhook is told, as a JSON array.
    EventKinds of EventKind,
    /// The tenant roles by which a webhook sees, as a JSON array.
    TenantRoles of TenantRole,
    /// The security groups by which a webhook sees, as a JSON array.
    SecurityGroups of Uuid,
}
