//! Who is at the other end, for as long as its token is good.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use access::View;
use actix_web::http::header::HeaderValue;
use domain::identity::Identity;
use domain::tenant::Barred;
use entity::{Instant, TenantId};
use token::Rejection;
use tokio::sync::watch;

use crate::http::error::HttpError;
use crate::http::record::RequestRecord;
use crate::http::server::Service;

/// A timer further ahead would not be one.
const FURTHEST: Duration = Duration::from_hours(24);

/// Why a principal is not let in any more.
#[derive(Clone, Copy, Debug)]
pub(super) enum ShutOut {
    Barred(Barred),
    TokenRefused,
    /// The keys of the token's issuer cannot be had now.
    TokenUnverifiable,
}

/// A principal, with the token that says so. A fresh token for the same one takes its place.
pub struct Session {
    service: Service,
    /// What an Authorization header would have.
    authorization: RefCell<HeaderValue>,
    identity: watch::Sender<Arc<Identity>>,
}

impl Session {
    pub(super) fn new(service: Service, authorization: HeaderValue, identity: Identity) -> Self {
        let identity = watch::Sender::new(Arc::new(identity));
        Self { service, authorization: RefCell::new(authorization), identity }
    }

    pub(super) fn service(&self) -> &Service {
        &self.service
    }

    /// Tells of a fresh token.
    pub(super) fn tenant(&self) -> TenantId {
        self.identity.borrow().tenant
    }

    pub(super) fn watch(&self) -> watch::Receiver<Arc<Identity>> {
        self.identity.subscribe()
    }

    /// Whether this is the principal that the session is of.
    pub(super) fn is_of(&self, identity: &Identity) -> bool {
        let own = self.identity.borrow();
        (own.tenant, &own.subject, own.is_application)
            == (identity.tenant, &identity.subject, identity.is_application)
    }

    /// Goes on with a fresh token.
    pub(super) fn renew(&self, authorization: HeaderValue, identity: Identity) {
        self.authorization.replace(authorization);
        self.identity.send_replace(Arc::new(identity));
    }

    /// The view of an operation that begins now, for which the token is verified once more.
    pub(super) async fn view(&self, record: &mut RequestRecord) -> Result<Result<View, Barred>, HttpError> {
        let at = self.service.clock.now();
        let authorization = self.authorization.borrow().clone();
        let identity = identify(&self.service, &authorization, at, record).await?;
        crate::http::graphql::admit_viewer(&self.service, identity, at).await
    }

    /// Why the principal is not let in any more, as far as it is known without asking the database; None while it is.
    pub(super) async fn shut_out(&self) -> Option<ShutOut> {
        if let Some(barred) = self.service.trust.barred(self.identity.borrow().tenant) {
            return Some(ShutOut::Barred(barred));
        }
        let (at, authorization) = (self.service.clock.now(), self.authorization.borrow().clone());
        // By what is known, however old that is: nobody asks again before the next change.
        let verified = self.service.verifier.verify([authorization.as_bytes()], at).await;
        let refused = |rejection: Rejection| {
            if rejection.passes() { ShutOut::TokenUnverifiable } else { ShutOut::TokenRefused }
        };
        verified.err().map(refused)
    }

    /// How long the token is good.
    pub(super) fn time_left(&self) -> Duration {
        until(self.identity.borrow().expires_at, self.service.clock.now())
    }
}

/// Who bears the token, as of `at`.
pub(super) async fn identify(
    service: &Service,
    authorization: &HeaderValue,
    at: Instant,
    record: &mut RequestRecord,
) -> Result<Identity, HttpError> {
    crate::http::graphql::identify(service, [authorization.as_bytes()], at, record).await
}

/// How long it is until then; nothing when it is over.
pub(super) fn until(instant: Instant, now: Instant) -> Duration {
    (instant - now).to_std().unwrap_or_default().min(FURTHEST)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use entity::Instant;

    use super::{FURTHEST, until};

    #[test]
    fn a_token_of_centuries_sets_a_timer_of_a_day_and_an_old_one_none() {
        let now = Instant::UNIX_EPOCH;
        assert_eq!(until(now + TimeDelta::days(365 * 8_000), now), FURTHEST);
        assert!(until(now - TimeDelta::seconds(1), now).is_zero());
    }
}
