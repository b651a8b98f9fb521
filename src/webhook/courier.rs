//! One attempt: a POST to an address that was judged, within one deadline for all of it.
//!
//! Promises an end: whatever the receiver does, the attempt is over when its time is, and no more of an answer is read than a little.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use entity::{DeliveryFailure, Instant};
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP, Webhook};
use tokio::time::{Instant as Moment, timeout_at};

use super::guard::{Guard, Lookup, SystemLookup};
use super::settings::WebhookSettings;
use access::WebhookSecret;
use domain::webhook::target::{Scheme, Target, TargetRules};

/// How much of an answer is read before the connection is closed.
const MOST_READ: usize = 16 * 1024;

/// How long a connection that was left whole is kept for the next delivery.
const KEPT: Duration = Duration::from_secs(10);

/// Sends messages.
#[derive(Clone, Debug)]
pub struct Courier {
    secure: Client,
    /// Where the rules let anything be spoken to without TLS.
    plain: Option<Client>,
    rules: TargetRules,
    deadline: Duration,
}

/// What is sent.
#[derive(Debug)]
pub(super) struct Message<'m> {
    pub(super) id: &'m str,
    pub(super) body: &'m [u8],
    /// Those that sign it, the newest first.
    pub(super) secrets: &'m [WebhookSecret],
    /// When it is sent.
    pub(super) at: Instant,
}

/// What the receiver answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// For how long it wants not to be asked again.
    pub(super) retry_after: Option<TimeDelta>,
}

impl Answer {
    pub(super) fn is_success(self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The receiver says that it wants nothing any more.
    pub(super) fn is_gone(self) -> bool {
        self.status == 410
    }
}

impl Courier {
    /// # Errors
    ///
    /// The client's own words, when the system gives no TLS roots to trust.
    pub fn new(settings: &WebhookSettings) -> Result<Self, String> {
        Self::looking_up_by(&(Arc::new(SystemLookup) as Arc<dyn Lookup>), settings)
    }

    /// The same, where names are looked up otherwise.
    ///
    /// # Errors
    ///
    /// As of [`new`](Self::new).
    pub fn looking_up_by(lookup: &Arc<dyn Lookup>, settings: &WebhookSettings) -> Result<Self, String> {
        let rules = settings.rules().targets;
        let client = |scheme| {
            let guard = Guard { lookup: Arc::clone(lookup), rules: rules.clone(), scheme };
            Client::builder()
                .user_agent(concat!("copartner/", env!("CARGO_PKG_VERSION")))
                .redirect(Policy::none())
                // A proxy would look the name up once more, unguarded.
                .no_proxy()
                .referer(false)
                .retry(reqwest::retry::never())
                .dns_resolver(Arc::new(guard))
                .pool_max_idle_per_host(1)
                .pool_idle_timeout(KEPT)
                .build()
                .map_err(|error| error.to_string())
        };
        let plain = rules.allow_http.then(|| client(Scheme::Http)).transpose()?;
        let secure = client(Scheme::Https)?;
        Ok(Self { secure, plain, rules, deadline: settings.timeout() })
    }

    /// How long an attempt may take.
    pub(super) fn deadline(&self) -> Duration {
        self.deadline
    }

    /// Sends a message, and says what came of it. Why one did not arrive is told in the log.
    pub(super) async fn send(&self, url: &str, message: &Message<'_>) -> Result<Answer, DeliveryFailure> {
        if message.secrets.is_empty() {
            return Err(DeliveryFailure::SecretLost);
        }
        // An address by number never gets to the guard of names; and what is configured may have changed since it was registered.
        let target = self.rules.check(url).map_err(|error| {
            tracing::info!(reason = error.reason, "a webhook's address is not let through");
            DeliveryFailure::Unreachable
        })?;
        let until = Moment::now() + self.deadline;
        let sending = timeout_at(until, self.request(&target, message)?.send()).await;
        let response = sending.map_err(|_| DeliveryFailure::Timeout)?.map_err(|error| {
            tracing::info!(error = ?error.without_url(), "a webhook cannot be reached");
            DeliveryFailure::Unreachable
        })?;
        let answer = Answer {
            status: response.status().as_u16(),
            retry_after: retry_after(response.headers(), message.at),
        };
        // What it answers is in the head. A body that does not end is cut off.
        let _ = timeout_at(until, read_a_little(response)).await;
        Ok(answer)
    }

    fn request(
        &self,
        target: &Target,
        message: &Message<'_>,
    ) -> Result<reqwest::RequestBuilder, DeliveryFailure> {
        let client = match target.scheme() {
            Scheme::Https => Some(&self.secure),
            Scheme::Http => self.plain.as_ref(),
        };
        let client = client.ok_or(DeliveryFailure::Unreachable)?;
        let timestamp = message.at.timestamp();
        let sign = |secret: &WebhookSecret| {
            Webhook::from_bytes(secret.as_bytes().to_vec())?.sign(message.id, timestamp, message.body)
        };
        let signatures: Result<Vec<_>, _> = message.secrets.iter().map(sign).collect();
        let signatures = signatures.map_err(|_| DeliveryFailure::SecretLost)?;
        Ok(client
            .post(target.url().clone())
            .header(CONTENT_TYPE, "application/json")
            .header(HEADER_WEBHOOK_ID, message.id)
            .header(HEADER_WEBHOOK_TIMESTAMP, timestamp)
            .header(HEADER_WEBHOOK_SIGNATURE, signatures.join(" "))
            .body(message.body.to_vec()))
    }
}

/// So that a short answer leaves the connection whole for the next delivery.
async fn read_a_little(mut response: Response) {
    let mut read = 0;
    while let Ok(Some(chunk)) = response.chunk().await {
        read += chunk.len();
        if read > MOST_READ {
            return;
        }
    }
}

/// In seconds, or as an instant (RFC 9110 section 10.2.3).
fn retry_after(headers: &HeaderMap, at: Instant) -> Option<TimeDelta> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number has are more seconds than anyone waits.
        return TimeDelta::try_seconds(text.parse().unwrap_or(i64::from(u32::MAX)));
    }
    let until = DateTime::parse_from_rfc2822(text).ok()?;
    Some(until.to_utc() - at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_asks_for_time_in_seconds_or_by_an_instant() {
        let after = |text: &str| {
            let value = text.parse().ok()?;
            let headers = HeaderMap::from_iter([(RETRY_AFTER, value)]);
            retry_after(&headers, Instant::UNIX_EPOCH).map(|wait| wait.num_seconds())
        };
        assert_eq!(after("120"), Some(120));
        assert_eq!(after("1000000000"), Some(1_000_000_000));
        assert_eq!(after("Thu, 01 Jan 1970 00:02:00 GMT"), Some(120));
        assert!(after("99999999999999999999999").is_some_and(|wait| wait > 1_000_000));
        for text in ["", "soon", "-5", "1.5"] {
            assert!(after(text).is_none_or(|wait| wait == i64::from(u32::MAX)), "{text}");
        }
    }
}
