//! The way in: a request's Authorization header becomes an [`Identity`], or a [`Rejection`].
//!
//! Promises that every answer is for the instant it is asked for, whether the token was seen before or not. Deliberately
//! absent: the tenant's registration and kind, which are looked up behind the wall, and the answer to the client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
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
use super::revocation::Revocations;
use super::verified::VerifiedToken;
use super::{IssuerConfig, IssuerError, IssuerInfo, Issuers, Rejection, TokenCheck};

/// How many verified tokens are kept. Only good ones are, so no stranger can push them out.
const KEPT: u64 = 10_000;

/// How long a verified token is kept at most, to let go of those that are used no more.
const KEPT_FOR: Duration = Duration::from_hours(1);

/// What is trusted now, replaced as a whole.
pub(super) struct Trust {
    pub(super) issuers: Issuers,
    pub(super) revocations: Revocations,
    /// Grows with every change.
    pub(super) generation: u64,
}

/// Verifies tokens. One is shared by all worker threads; every method is to be called within a Tokio runtime.
pub struct Verifier {
    trust: ArcSwap<Trust>,
    /// By the hash of the whole token, signature included: whoever has it need not be believed more than the first time.
    kept: Cache<[u8; 32], Arc<VerifiedToken>>,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter
            .debug_struct("Verifier")
            .field("issuers", &self.trust.load().issuers)
            .finish_non_exhaustive()
    }
}

impl Verifier {
    #[must_use]
    pub fn new(issuers: Issuers) -> Self {
        let kept = Cache::builder().max_capacity(KEPT).time_to_live(KEPT_FOR).build();
        let trust = Trust { issuers, revocations: Revocations::default(), generation: 0 };
        Self { trust: ArcSwap::from_pointee(trust), kept }
    }

    /// Goes on with these issuers besides those that are configured, and with these revocations. Tokens that were verified before
    /// are verified again. What is wrong with an issuer is returned; the others are trusted all the same.
    pub fn replace(&self, trusted: &[IssuerConfig], revocations: Revocations) -> Vec<IssuerError> {
        let before = self.trust.load();
        let (issuers, errors) = before.issuers.with_trusted(trusted);
        self.trust.store(Arc::new(Trust { issuers, revocations, generation: before.generation + 1 }));
        errors
    }

    /// Whether an issuer could be trusted besides those that are.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check_issuer(&self, config: &IssuerConfig) -> Result<(), IssuerError> {
        self.trust.load().issuers.check(config)
    }

    /// All issuers, revoked ones too.
    #[must_use]
    pub fn issuers(&self, now: Instant) -> Vec<IssuerInfo> {
        let trust = self.trust.load();
        let info = |issuer: &Arc<Issuer>| {
            let revoked_at = trust.revocations.of_issuer(&issuer.name);
            IssuerInfo { revoked_at, ..trust.issuers.info(issuer, now) }
        };
        trust.issuers.iter().map(info).collect()
    }

    /// Whether tokens with this `iss` would be looked at, or an issuer is named so.
    #[must_use]
    pub fn knows(&self, issuer: &str) -> bool {
        let trust = self.trust.load();
        trust.issuers.of(issuer).is_ok() || trust.issuers.iter().any(|known| known.name == issuer)
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
        let trust = self.trust.load_full();
        let hash: [u8; 32] = Sha256::digest(token).into();
        if let Some(verified) = self.kept.get(&hash)
            && verified.holds(trust.generation, now).await
        {
            return Ok(verified.identified.identity.clone());
        }
        let verified = examine(&trust, token, now, &mut Checks::new(OnRejection::Stop)).await?;
        let identity = verified.identified.identity.clone();
        self.kept.insert(hash, Arc::new(verified));
        Ok(identity)
    }

    /// Every check of a token, in order, each with what it saw: those after a failed one too, as far as they can still be
    /// made. It is what [`verify_token`](Self::verify_token) does, without stopping.
    pub async fn explain(&self, token: &str, now: Instant) -> Vec<TokenCheck> {
        let mut checks = Checks::new(OnRejection::Continue);
        // The checks tell the same, and more.
        examine(&self.trust.load_full(), token, now, &mut checks).await.ok();
        checks.checks
    }

    /// Reads the keys of all issuers that need it, and tells what there is then: for the start.
    pub async fn load_keys(&self, now: Instant) -> Vec<IssuerKeys> {
        let trust = self.trust.load_full();
        join_all(trust.issuers.iter().map(async |issuer| {
            issuer.keys.generation(now).await;
            issuer.known_keys(now)
        }))
        .await
    }

    /// What there is of the issuers' keys, without waiting for any: for readiness.
    #[must_use]
    pub fn known_keys(&self, now: Instant) -> Vec<IssuerKeys> {
        self.trust.load().issuers.iter().map(|issuer| issuer.known_keys(now)).collect()
    }

    /// Has the keys read that are due, without waiting for any. To be called all the time, so that they are read whether or not
    /// tokens come.
    pub fn look_after_keys(&self, now: Instant) {
        self.trust.load().issuers.iter().for_each(|issuer| issuer.keys.look_after(now));
    }

    /// Another value each time that what is trusted is replaced, or that an issuer's keys are others, or begin or cease to be too
    /// old: whoever was let in before is to be asked for its token again.
    #[must_use]
    pub fn revision(&self) -> (u64, u64) {
        let trust = self.trust.load();
        (trust.generation, trust.issuers.iter().map(|issuer| issuer.keys.revision()).sum())
    }
}
