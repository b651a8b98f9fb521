//! What the viewer can do with an object, and what stands in the way of the rest.

use async_graphql::SimpleObject;

use super::payload::AccessReason;
use super::vocabulary::{
    CustomerAction, GrantAction, RelationshipRequestAction, SubscriptionAction, ViewerAction,
};
use domain::action::{
    self, CUSTOMER_ACTIONS, GRANT_ACTIONS, REQUEST_ACTIONS, SUBSCRIPTION_ACTIONS, VIEWER_ACTIONS,
};
use domain::reason::Reason;

macro_rules! availability {
    ($($(#[$doc:meta])* $name:ident of $action:ident = $row:ident in $all:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, SimpleObject)]
        pub struct $name {
            /// What can be done, or not.
            action: $action,
            /// Whether the viewer can do it now.
            available: bool,
            /// What stands in the way, in the order of the checks: the first is what the mutation is refused for. Empty
            /// when it is available.
            reasons: Vec<AccessReason>,
        }

        impl $name {
            /// One for each action.
            pub(super) fn each(reasons: impl Fn(action::$row) -> Vec<Reason>) -> Vec<Self> {
                let one = |action| {
                    let reasons: Vec<_> = reasons(action).into_iter().map(AccessReason::from).collect();
                    Self { action: action.into(), available: reasons.is_empty(), reasons }
                };
                $all.into_iter().map(one).collect()
            }
        }
    )*};
}

availability! {
    /// Whether the viewer can begin something at a customer.
    CustomerActionAvailability of CustomerAction = CustomerAction in CUSTOMER_ACTIONS;
    /// Whether the viewer can begin something that takes no object.
    ViewerActionAvailability of ViewerAction = ViewerAction in VIEWER_ACTIONS;
    /// Whether the viewer can do something with a subscription.
    ActionAvailability of SubscriptionAction = SubscriptionAction in SUBSCRIPTION_ACTIONS;
    /// Whether the viewer can do something with a grant.
    GrantActionAvailability of GrantAction = GrantAction in GRANT_ACTIONS;
    /// Whether the viewer can do something with a relationship request.
    RelationshipRequestActionAvailability of RelationshipRequestAction = RequestAction in REQUEST_ACTIONS;
}
