//! Why something is refused.

use async_graphql::Enum;
use serde::Serialize;

words! {
    /// Why something is refused.
    AccessReasonCode = domain::reason::ReasonCode {
        /// The token is good, but its tenant is unknown to this server.
        TenantNotRegistered,
        /// The operator has suspended the viewer's tenant, which may come back.
        TenantSuspended,
        /// The operator has closed the viewer's tenant, for good.
        TenantClosed,
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
        /// The grant extends itself: it has no end to go on from, and nothing to switch on.
        GrantExtendsItself,
        /// The grant does not extend itself, so that there is nothing to switch off.
        GrantDoesNotExtend,
        /// A role of the grant never extends itself.
        RoleNeverExtends,
        /// The customer has not agreed that the grant extends itself.
        ExtensionNotAgreed,
    }

    /// What kind of refusal a mutation met. What to do about each is in its message.
    UserErrorCode = domain::refusal::RefusalCode {
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
}
