//! What can be done.

use async_graphql::Enum;
use serde::Serialize;

words! {
    /// What can be begun at a customer.
    CustomerAction = domain::action::CustomerAction {
        /// `requestRelationship` and `requestRelationships`, addressed to this customer.
        RequestRelationship,
        /// `purchaseSubscription`, for this customer.
        PurchaseSubscription,
    }

    /// What can be begun without any object.
    ViewerAction = domain::action::ViewerAction {
        /// `requestRelationship` and `requestRelationships`, to anyone, or as an open invitation.
        RequestRelationship,
        /// `registerPartner`.
        RegisterPartner,
        /// `registerCustomer`.
        RegisterCustomer,
        /// `upsertOffer`.
        UpsertOffer,
        /// `registerWebhook`.
        RegisterWebhook,
    }

    /// What can be done with a subscription.
    SubscriptionAction = domain::action::SubscriptionAction {
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
    GrantAction = domain::action::GrantAction {
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
        /// `forceTerminateGrant`.
        ForceTerminate,
    }

    /// What can be done with a relationship request.
    RelationshipRequestAction = domain::action::RequestAction {
        /// `withdrawRelationshipRequest`.
        Withdraw,
        /// `acceptRelationshipRequest`.
        Accept,
        /// `declineRelationshipRequest`.
        Decline,
    }
}
