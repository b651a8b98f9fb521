//! The API's enums, each the image of a word that rows are written in.

use async_graphql::{Enum, InputObject};
use serde::Serialize;

use super::scalar::DateTime;
use access::Direction;

/// Gives an enum of the API its words and turns them from and into those of the rows.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $row:ty { $($(#[$word_doc:meta])* $word:ident),+ $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum, Serialize)]
        pub enum $name { $($(#[$word_doc])* $word),+ }

        impl From<$row> for $name {
            fn from(row: $row) -> Self {
                match row { $(<$row>::$word => Self::$word),+ }
            }
        }

        impl crate::graphql::writing::Write for $name {
            fn write(
                &self,
                _: &async_graphql::ContextSelectionSet<'_>,
                json: &mut crate::graphql::writing::Json,
            ) -> bool {
                json.word(*self)
            }
        }

        impl From<$name> for $row {
            fn from(word: $name) -> Self {
                match word { $($name::$word => Self::$word),+ }
            }
        }
    )*};
}

// After the macro, which they use.
mod action;
mod event;
mod refusal;
mod webhook;

pub use action::{CustomerAction, GrantAction, RelationshipRequestAction, SubscriptionAction, ViewerAction};
pub use event::EventKind;
pub use refusal::{AccessReasonCode, UserErrorCode};
pub use webhook::{WebhookDeliveryFailure, WebhookDeliveryStatus, WebhookStatus};

words! {
    /// What a tenant is to this server. No tenant is two of these.
    TenantKind = entity::TenantKind {
        /// It resells, and works for customers that delegate privileges to it.
        Partner,
        /// It buys through partners, and delegates privileges to them.
        Customer,
        /// It runs this server, and sees no customer's subscription.
        Operator,
    }

    /// Whether principals of a tenant are let in.
    TenantStatus = entity::TenantStatus {
        /// They are.
        Active,
        /// Nobody is, until the operator reinstates it.
        Suspended,
        /// Nobody is any more, for good.
        Closed,
    }

    /// What is revoked of an issuer.
    CredentialKind = entity::CredentialKind {
        /// One token.
        Token,
        /// A principal's tokens.
        Principal,
        /// A key.
        Key,
    }

    /// A role in the viewer's own tenant, from the token.
    TenantRole = entity::TenantRole {
        /// A partner's administrator: what is assigned to this role, which is everything unless a grant says otherwise.
        AdminAgent,
        /// A partner's seller: requests relationships, buys and changes subscriptions.
        SalesAgent,
        /// A partner's supporter: what is assigned to this role.
        HelpdeskAgent,
        /// A customer's administrator: accepts, narrows and ends what partners may do.
        CustomerAdministrator,
        /// Reads everything of its own customer tenant.
        CustomerReader,
        /// Registers tenants and offers.
        Operator,
    }

    /// Separate clouds: nothing relates across them.
    Cloud = entity::Cloud {
        /// The worldwide cloud.
        Public,
        /// The cloud of the United States' government.
        UsGovernment,
    }

    /// How a partner trades.
    PartnerKind = entity::PartnerKind {
        /// Sells to customers and is billed itself.
        DirectReseller,
        /// Sells through indirect resellers.
        IndirectProvider,
        /// Sells to customers through an indirect provider.
        IndirectReseller,
        /// Advises customers, and sells nothing.
        Advisor,
    }

    /// For how long one term of a subscription runs.
    Term = entity::Term {
        /// One month.
        P1M,
        /// One year.
        P1Y,
        /// Three years.
        P3Y,
    }

    /// How often a term is billed.
    BillingCycle = entity::BillingCycle {
        /// Every month.
        Monthly,
        /// Every year.
        Annual,
        /// Once for three years.
        Triennial,
    }

    /// Where a subscription stands.
    SubscriptionStatus = entity::SubscriptionStatus {
        /// Bought, and not started yet.
        Pending,
        /// It runs: what was bought can be used.
        Active,
        /// Stopped for a reason, and can be reactivated.
        Suspended,
        /// Its term ended and was not renewed. Final.
        Expired,
        /// Cancelled within the window. Final.
        Cancelled,
    }

    /// Why a subscription is suspended.
    SuspensionReason = entity::SuspensionReason {
        /// A bill was not paid.
        NonPayment,
        /// It was or might have been misused.
        Fraud,
        /// The partner of record asked for it.
        PartnerRequest,
        /// The customer asked for it.
        CustomerRequest,
        /// For a reason that is none of these.
        Other,
    }

    /// A role that a customer delegates to a partner, named after the directory role that it stands for.
    /// `roleDefinitions` says what each allows.
    DelegatedRole = entity::DelegatedRole {
        /// Everything that can be delegated.
        GlobalAdministrator,
        /// Buys, resizes and manages subscriptions.
        BillingAdministrator,
        /// Changes quantities.
        LicenseAdministrator,
        /// Reads subscriptions and the log, to help.
        ServiceSupportAdministrator,
        /// Reads subscriptions and the log.
        GlobalReader,
        /// Sees who the customer is.
        DirectoryReader,
    }

    /// One thing that a partner may be allowed to do at a customer.
    Permission = domain::permission::Permission {
        /// See who the customer is.
        CustomerRead,
        /// See the subscriptions that one's tenant sold to it.
        SubscriptionRead,
        /// Buy subscriptions for it.
        SubscriptionPurchase,
        /// Change quantities.
        SubscriptionResize,
        /// Rename, suspend, reactivate, cancel and schedule.
        SubscriptionManage,
        /// Read the log about what one's tenant sold to it.
        EventRead,
    }

    /// Where a relationship request stands, by the clock.
    RelationshipRequestStatus = entity::RequestStatus {
        /// The customer has not decided, and there is time left.
        Open,
        /// The customer accepted, and a grant came of it.
        Accepted,
        /// The customer declined.
        Declined,
        /// The partner took it back.
        Withdrawn,
        /// Its time passed without a decision.
        Expired,
    }

    /// Where a grant stands, by the clock.
    GrantStatus = entity::GrantStatus {
        /// Not over: effective from `startsAt`.
        Active,
        /// Its end has come, and it does not extend itself.
        Expired,
        /// The customer or the partner ended it, before its time.
        Terminated,
    }

    /// What is amiss with a grant that is not over.
    GrantHealth = domain::grant::Health {
        /// Nobody in the partner's tenant holds a role of it.
        NoAssignment,
        /// It ends within 30 days, and does not extend itself.
        ExpiresSoon,
        /// It ends within 30 days, and nothing continues it: no request to renew it is open or was accepted.
        EndsWithoutRenewal,
    }

    /// What an access assignment names in the partner's tenant.
    AssigneeKind = entity::AssigneeKind {
        /// Everyone who has this role there.
        TenantRole,
        /// Every member of this group.
        SecurityGroup,
    }

    /// Which way an order runs.
    OrderDirection = Direction {
        /// The smallest, earliest or first in the alphabet first.
        #[graphql(name = "ASC")]
        Ascending,
        /// The largest, latest or last in the alphabet first.
        #[graphql(name = "DESC")]
        Descending,
    }
}

/// A half-open range of instants: from <= x < until. Either end may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, InputObject, Serialize)]
pub struct DateTimeRange {
    /// The first instant of the range.
    pub from: Option<DateTime>,
    /// The first instant after the range.
    pub until: Option<DateTime>,
}

impl DateTimeRange {
    /// Both ends, for a column to lie between.
    #[must_use]
    pub fn ends(self) -> (Option<entity::Instant>, Option<entity::Instant>) {
        (self.from.map(|from| from.0), self.until.map(|until| until.0))
    }
}

/// A closed range of whole numbers: min <= x <= max. Either end may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, InputObject, Serialize)]
pub struct IntRange {
    /// The smallest number of the range.
    pub min: Option<i32>,
    /// The largest number of the range.
    pub max: Option<i32>,
}

/// Words of the API as words of the rows.
pub fn rows<W: Copy, R: From<W>>(words: &[W]) -> Vec<R> {
    words.iter().copied().map(R::from).collect()
}

/// Words of the rows as words of the API.
pub fn words<R: Copy, W: From<R>>(rows: &[R]) -> Vec<W> {
    rows.iter().copied().map(W::from).collect()
}
