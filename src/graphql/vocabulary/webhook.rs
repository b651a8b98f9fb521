//! How webhooks and their deliveries stand.

use async_graphql::Enum;
use serde::Serialize;

words! {
    /// Whether a webhook is served.
    WebhookStatus = entity::WebhookStatus {
        /// It is sent what happens.
        Enabled,
        /// It is sent nothing: an administrator has disabled it, or its receiver has answered 410 Gone.
        Disabled,
    }

    /// Where a delivery stands.
    WebhookDeliveryStatus = entity::DeliveryStatus {
        /// The receiver has taken it, with a status of 2xx.
        Delivered,
        /// It is tried again, for 24 hours after its first attempt.
        Retrying,
        /// It was given up, and the next one's turn has come. `replayWebhook` sends it again.
        Parked,
    }

    /// Why an attempt to deliver failed.
    WebhookDeliveryFailure = entity::DeliveryFailure {
        /// Nothing was sent: the name leads nowhere or to where nothing is sent, nobody listens there, or no secure connection
        /// came about.
        Unreachable,
        /// The receiver did not answer in time.
        Timeout,
        /// The receiver answered with another status than 2xx; redirects are not followed.
        Status,
        /// The server's key was replaced, and the webhook's secret with it is gone: rotate it.
        SecretLost,
    }
}
