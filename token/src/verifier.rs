//! The way in: a request's Authorization header becomes an [`Identity`], or a [`Rejection`].
//!
//! Promises that every answer is for the instant it is asked for, whether the token was seen before or not. Deliberately
//! absent: the tenant's registration and kind, which are looked up behind the wall, and the answer to the client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use domain::identity::Identity;
use entity::Instant;
use futures_util::future::join_all;
use moka::sync::Cache;
use sha2::{Digest as _, Sha256};

use super::bearer::bearer;
use super::check::{Checks, OnRejection};
use super::compact::measure;
use super::examination::examine;
use super::issuer::Issuer;
use super::issuers::IssuerKeys;
use super::verified::VerifiedToken;
use super::{Issuers, Rejection, TokenCheck};

/// How many verified tokens are kept. Only good ones are, so no stranger can push them out.
const KEPT: u64 = 10_000;

/// How long a verified token is kept at most, to let go of those that are used no more.
const KEPT_FOR: Duration = Duration::from_hours(1);

/// Verifies tokens. One is shared by all worker threads; every method is to be called within a Tokio runtime.
pub struct Verifier {
    issuers: Issuers,
    /// By the hash of the whole token, signature included: whoever has it need not be believed more than the first time.
    kept: Cache<[u8; 32], Arc<VerifiedToken>>,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.debug_struct("Verifier").field("issuers", &self.issuers).finish_non_exhaustive()
    }
}

impl Verifier {
    #[must_use]
    pub fn new(issuers: Issuers) -> Self {
        let kept = Cache::builder().max_capacity(KEPT).time_to_live(KEPT_FOR).build();
        Self { issuers, kept }
    }

    /// Who bears the token in a request's Authorization headers, of which all values are to be given.
    ///
    /// It may wait some seconds for the issuer's keys, if the token names one that is not known.
    ///
    /// # Errors
    /// The first check that failed.
    pub async fn verify<'a>(
        &self,
        authorization: impl IntoIterator<Item = &'a [u8]>,
        now: Instant,
    ) -> Result<Identity, Rejection> {
        self.verify_token(bearer(authorization)?, now).await
    }

    /// Who bears a token that came without the header, as on the command line.
    ///
    /// # Errors
    /// The first check that failed.
    pub async fn verify_token(&self, token: &str, now: Instant) -> Result<Identity, Rejection> {
        // Before anything is computed over it.
        measure(token)?;
        let hash: [u8; 32] = Sha256::digest(token).into();
        if let Some(verified) = self.kept.get(&hash)
            && verified.holds(now).await
        {
            return Ok(verified.identified.identity.clone());
        }
        let verified = examine(&self.issuers, token, now, &mut Checks::new(OnRejection::Stop)).await?;
        let identity = verified.identified.identity.clone();
        self.kept.insert(hash, Arc::new(verified));
        Ok(identity)
    }

    /// Every check of a token, in order, each with what it saw: those after a failed one too, as far as they can still be
    /// made. It is what [`verify_token`](Self::verify_token) does, without stopping.
    pub async fn explain(&self, token: &str, now: Instant) -> Vec<TokenCheck> {
        let mut checks = Checks::new(OnRejection::Continue);
        // The checks tell the same, and more.
        examine(&self.issuers, token, now, &mut checks).await.ok();
        checks.checks
    }

    /// Reads the keys of all issuers that need it, and tells what there is then: for the start.
    pub async fn load_keys(&self, now: Instant) -> Vec<IssuerKeys> {
        join_all(self.issuers.iter().map(async |issuer| {
            issuer.keys.generation(now).await;
            issuer.known_keys()
        }))
        .await
    }

    /// What there is of the issuers' keys, without waiting for any: for readiness. Those that are due are read behind it,
    /// as behind a request, since nobody sends requests to a server that is not ready.
    #[must_use]
    pub fn known_keys(&self, now: Instant) -> Vec<IssuerKeys> {
        let look = |issuer: &Issuer| {
            issuer.keys.refresh_behind(now);
            issuer.known_keys()
        };
        self.issuers.iter().map(look).collect()
    }
}
