//! The fields that the log tells of, under the API's names: of each kind of object, a closed list.
//!
//! What is written to the log and what is read back of it go by the same lists, and each says of every field what becomes of
//! it: a field that is added to one of them does not compile until both have an answer.

/// A field of an object that is told of.
pub trait Field: Copy + Ord {
    /// As the log names it.
    fn name(self) -> &'static str;

    /// The field that is named so; None for one that only a newer program knows.
    fn named(name: &str) -> Option<Self>;
}

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident { $($(#[$of_field:meta])* $field:ident = $text:literal),+ $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$of_field])* $field),+ }

        impl Field for $name {
            fn name(self) -> &'static str {
                match self { $(Self::$field => $text),+ }
            }

            fn named(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$field),)+ _ => None }
            }
        }
    )*};
}

fields! {
    /// Of a relationship request, without what the partner wrote to the customer: an open invitation's entry is the
    /// server's, too.
    RequestField {
        Status = "status",
        DisplayName = "displayName",
        DurationDays = "durationDays",
        AutoExtend = "autoExtend",
        ExpiresAt = "expiresAt",
        DeclineReason = "declineReason",
        Roles = "roles",
    }
    /// Of a grant. What an assignee holds is told as `assignments.` and the assignee.
    GrantField {
        Status = "status",
        DisplayName = "displayName",
        StartsAt = "startsAt",
        EndsAt = "endsAt",
        AutoExtend = "autoExtend",
        TerminatedBy = "terminatedBy",
        TerminationReason = "terminationReason",
        Roles = "roles",
        /// Of a warning: how many days are left.
        DaysLeft = "daysLeft",
    }
    /// Of a subscription.
    SubscriptionField {
        FriendlyName = "friendlyName",
        Status = "status",
        SuspensionReasons = "suspensionReasons",
        Quantity = "quantity",
        Term = "term",
        BillingCycle = "billingCycle",
        AutoRenew = "autoRenew",
        StartsAt = "startsAt",
        TermEndsAt = "termEndsAt",
        CancellableUntil = "cancellableUntil",
        NextQuantity = "nextTerm.quantity",
        NextTerm = "nextTerm.term",
        NextBillingCycle = "nextTerm.billingCycle",
        /// Of a purchase: the offer's stock-keeping unit.
        Offer = "offer",
        /// Of a reminder: how many days are left.
        DaysLeft = "daysLeft",
    }
    /// Of a tenant's standing and profile.
    TenantField {
        Status = "status",
        StatusReason = "statusReason",
        Name = "name",
        Domain = "domain",
        Country = "country",
    }
    /// Of a webhook: of its address no more than the origin, because paths are secrets often.
    WebhookField {
        Origin = "origin",
        Status = "status",
        Kinds = "kinds",
    }
}
