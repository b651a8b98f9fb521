//! The API's enums, each the image of a word that rows are written in.

use async_graphql::{Enum, InputObject};
use serde::Serialize;

use super::scalar::DateTime;
use crate::access::Direction;

/// Gives an enum of the API its words and turns them from and into those of the rows.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $row:ty { $($(#[$word_doc:meta])* $word:ident),+ $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize)]
        pub enum $name { $($(#[$word_doc])* $word),+ }

        impl From<$row> for $name {
            fn from(row: $row) -> Self {
                match row { $(<$row>::$word => Self::$word),+ }
            }
        }

        impl From<$name> for $row {
            fn from(word: $name) -> Self {
                match word { $($name::$word => Self::$word),+ }
            }
        }
    )*};
}

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
        /// Running.
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
        /// Another reason.
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
    Permission = crate::rules::permission::Permission {
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
        /// Its time passed.
        Expired,
        /// A party ended it.
        Terminated,
    }

    /// What is amiss with a grant that is not over.
    GrantHealth = crate::rules::grant::Health {
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

    /// Why something is refused.
    AccessReasonCode = crate::rules::reason::ReasonCode {
        /// The token is good, but its tenant is unknown to this server.
        TenantNotRegistered,
        /// It is for a tenant of another kind.
        WrongTenantKind,
        /// Partners that are advisors sell nothing.
        AdvisorCannotSell,
        /// It takes a role in the viewer's own tenant that the viewer lacks.
        TenantRoleMissing,
        /// It takes a sign-in with a second factor.
        MfaRequired,
        /// It takes the token of a user; this is an application's.
        UserTokenRequired,
        /// There is no such object, or the viewer may not see it: nobody is told which.
        TargetNotVisible,
        /// It is for the partner that the subscription was bought through.
        NotPartnerOfRecord,
        /// The customer has delegated nothing to the viewer's tenant.
        NoGrant,
        /// The grant starts later.
        GrantNotStarted,
        /// The grant's time has passed.
        GrantExpired,
        /// A party has ended the grant.
        GrantTerminated,
        /// No role of the grant is assigned to anything that the viewer counts as.
        NoAssignment,
        /// None of the roles that the viewer holds at the customer allows it.
        PermissionNotGranted,
        /// The subscription does not run: it is suspended, or has not started.
        SubscriptionNotActive,
        /// The subscription is not suspended, so that there is nothing to reactivate.
        SubscriptionNotSuspended,
        /// The subscription was cancelled.
        SubscriptionCancelled,
        /// The time in which a subscription can be cancelled and reduced is over.
        CancellationWindowClosed,
        /// The subscription has as many, or as few, as its offer allows.
        QuantityAtLimit,
        /// The subscription has expired.
        TermEnded,
        /// The request was decided, or taken back.
        RequestNotOpen,
        /// The request's time has passed.
        RequestExpired,
        /// A request to continue the grant is open.
        RenewalIsOpen,
        /// The grant extends itself, and has no end to go on from.
        GrantExtendsItself,
        /// A role of the grant never extends itself.
        RoleNeverExtends,
        /// The customer has not agreed that the grant extends itself.
        ExtensionNotAgreed,
    }

    /// What kind of refusal a mutation met. What to do about each is in its message.
    UserErrorCode = crate::rules::refusal::RefusalCode {
        /// There is no such object among those that the viewer may see.
        NotFound,
        /// The viewer may not do this; `reasons` says which check failed.
        Forbidden,
        /// The input cannot be as it is.
        Invalid,
        /// An open request to the same customer has this name.
        DuplicateRequest,
        /// A partner's tenant is never a customer.
        PartnerCannotBeCustomer,
        /// A customer's tenant is never a partner.
        CustomerCannotBePartner,
        /// The two are in separate clouds.
        CloudMismatch,
        /// Partners that are advisors sell nothing.
        AdvisorCannotSell,
        /// The request was decided already, or taken back.
        RequestNotOpen,
        /// The request's time is over.
        RequestExpired,
        /// The grant has ended.
        GrantNotActive,
        /// A role is not among those that were asked for, or that the grant has.
        RolesNotSubset,
        /// It would be more than what was asked for or accepted.
        WideningForbidden,
        /// One of the roles never extends itself.
        AutoExtendForbiddenRole,
        /// A length of time is out of bounds.
        DurationOutOfRange,
        /// The offer does not have so many, or so few.
        QuantityOutOfRange,
        /// Reducing is allowed until `cancellableUntil`, and that is over.
        ReductionWindowClosed,
        /// Cancelling is allowed until `cancellableUntil`, and that is over.
        CancellationWindowClosed,
        /// The object is in a state from which this does not lead on; `reasons` says which.
        IllegalTransition,
        /// The offer is not sold for such a term, or is not billed like that.
        TermNotOffered,
        /// The object has changed since it was read.
        VersionConflict,
        /// The key was used for another input.
        IdempotencyKeyReused,
        /// Too many at once.
        LimitExceeded,
    }

    /// What can be done with a subscription.
    SubscriptionAction = crate::rules::action::SubscriptionAction {
        /// `renameSubscription`.
        Rename,
        /// `resizeSubscription`, to more.
        Increase,
        /// `resizeSubscription`, to fewer.
        Decrease,
        /// `suspendSubscription`.
        Suspend,
        /// `reactivateSubscription`.
        Reactivate,
        /// `cancelSubscription`.
        Cancel,
        /// `setSubscriptionAutoRenew`.
        SetAutoRenew,
        /// `scheduleSubscriptionNextTerm`.
        ScheduleNextTerm,
    }

    /// What can be done with a grant.
    GrantAction = crate::rules::action::GrantAction {
        /// `renewGrant`.
        Renew,
        /// `assignAccess`.
        AssignAccess,
        /// `unassignAccess`.
        UnassignAccess,
        /// `narrowGrant`.
        Narrow,
        /// `setGrantAutoExtend`, with true.
        SwitchAutoExtendOn,
        /// `setGrantAutoExtend`, with false.
        SwitchAutoExtendOff,
        /// `terminateGrant`.
        Terminate,
    }

    /// What can be done with a relationship request.
    RelationshipRequestAction = crate::rules::action::RequestAction {
        /// `withdrawRelationshipRequest`.
        Withdraw,
        /// `acceptRelationshipRequest`.
        Accept,
        /// `declineRelationshipRequest`.
        Decline,
    }

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
#[derive(Clone, Copy, Debug, InputObject, Serialize)]
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

/// Words of the API as words of the rows.
pub fn rows<W: Copy, R: From<W>>(words: &[W]) -> Vec<R> {
    words.iter().copied().map(R::from).collect()
}

/// Words of the rows as words of the API.
pub fn words<R: Copy, W: From<R>>(rows: &[R]) -> Vec<W> {
    rows.iter().copied().map(W::from).collect()
}
