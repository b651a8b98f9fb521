//! Why an object, as it stands, does not allow what is asked for.

use entity::Instant;

use super::{Reason, ReasonCode, shown};

impl Reason {
    /// The subscription was ended within its window.
    #[must_use]
    pub fn subscription_cancelled() -> Self {
        Self::new(
            ReasonCode::SubscriptionCancelled,
            "The subscription was cancelled, and accepts nothing any more.",
            "Purchase another one.",
        )
    }

    /// The subscription came to its end.
    #[must_use]
    pub fn term_ended() -> Self {
        Self::new(
            ReasonCode::TermEnded,
            "The subscription's term has ended, and it accepts nothing any more.",
            "Purchase another one.",
        )
    }

    /// Only a running subscription can be stopped or resized, and this one is stopped.
    #[must_use]
    pub fn subscription_suspended() -> Self {
        Self::new(ReasonCode::SubscriptionNotActive, "The subscription is suspended.", "Reactivate it first.")
    }

    /// Only a running subscription can be stopped or cancelled, and this one has not begun.
    #[must_use]
    pub fn subscription_pending() -> Self {
        Self::new(
            ReasonCode::SubscriptionNotActive,
            "The subscription has not started yet.",
            "Wait until it is ACTIVE.",
        )
    }

    /// Only a stopped subscription can be let run again.
    #[must_use]
    pub fn subscription_not_suspended() -> Self {
        Self::new(
            ReasonCode::SubscriptionNotSuspended,
            "The subscription is not suspended.",
            "There is nothing to reactivate.",
        )
    }

    /// Cancelling and reducing are for the first days of a term.
    #[must_use]
    pub fn cancellation_window_closed(until: Option<Instant>, instead: &str) -> Self {
        let message = match until {
            Some(until) => format!("Cancelling and reducing were allowed until {}.", shown(until)),
            None => "Cancelling and reducing are not allowed in this term.".to_owned(),
        };
        Self::new(ReasonCode::CancellationWindowClosed, message, instead)
    }

    /// The offer has no more, or no fewer.
    #[must_use]
    pub fn quantity_at_limit(limit: i32) -> Self {
        Self::new(
            ReasonCode::QuantityAtLimit,
            format!("The offer ends at {limit}."),
            "Purchase another subscription for more, or cancel this one for fewer.",
        )
    }

    /// The request was decided, or taken back.
    #[must_use]
    pub fn request_not_open(message: &str) -> Self {
        Self::new(ReasonCode::RequestNotOpen, message, "Make a new request.")
    }

    /// Nobody decided the request in time.
    #[must_use]
    pub fn request_expired() -> Self {
        Self::new(ReasonCode::RequestExpired, "The request has expired.", "Make a new request.")
    }

    /// A request to continue the grant waits for its customer already.
    #[must_use]
    pub fn renewal_is_open() -> Self {
        Self::new(
            ReasonCode::RenewalIsOpen,
            "A request to continue this grant is open.",
            "Wait for the customer's decision, or withdraw it first.",
        )
    }

    /// Nobody holds anything of the grant.
    #[must_use]
    pub fn nothing_assigned() -> Self {
        Self::new(
            ReasonCode::NoAssignment,
            "Nobody holds a role of this grant.",
            "Assign one before you take it back.",
        )
    }

    /// A grant that extends itself has no end to go on from.
    #[must_use]
    pub fn grant_extends_itself() -> Self {
        Self::new(
            ReasonCode::GrantExtendsItself,
            "The grant extends itself and has no end to continue from.",
            "Switch that off first.",
        )
    }

    /// The grant extends itself, so that there is nothing to switch on.
    #[must_use]
    pub fn extends_itself_already() -> Self {
        Self::new(
            ReasonCode::GrantExtendsItself,
            "The grant extends itself already.",
            "There is nothing to switch on.",
        )
    }

    /// The grant does not extend itself, and the partner cannot let it: there is nothing to switch off.
    #[must_use]
    pub fn does_not_extend() -> Self {
        Self::new(
            ReasonCode::GrantDoesNotExtend,
            "The grant does not extend itself.",
            "There is nothing to switch off.",
        )
    }

    /// A role of the grant never extends itself.
    #[must_use]
    pub fn role_never_extends(role: &str) -> Self {
        Self::new(
            ReasonCode::RoleNeverExtends,
            format!("{role} never extends itself."),
            "Narrow the grant to its other roles first.",
        )
    }

    /// The customer has not agreed that the grant extends itself.
    #[must_use]
    pub fn extension_not_agreed(message: &str, remedy: &str) -> Self {
        Self::new(ReasonCode::ExtensionNotAgreed, message, remedy)
    }
}
