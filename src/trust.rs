//! Whom the server trusts now, as the database says: which issuers and credentials, and which tenants are let in.
//!
//! It is looked at several times a second, whatever goes on, by one small statement of each server; so a request needs none, and
//! what was revoked at one server is refused at all within a second. A server that cannot look refuses everyone with 503, until
//! it can: neither is anyone let in who must not be, nor is anyone told that its token is not good.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant as Stopwatch};

use entity::{CredentialKind, TenantId, issuer_trust, revocation};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::Result;
use crate::clock::Clock;
use access::Store;
use domain::tenant::Barred;
use token::{IssuerConfig, Revocation, Verifier};

/// How often it is looked at.
const LOOK_INTERVAL: Duration = Duration::from_millis(250);

/// What a server knows of whom it trusts. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Trust {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    store: Store,
    verifier: Arc<Verifier>,
    /// How old what is known may be.
    max_age: Duration,
    begun: Stopwatch,
    /// When it was last known to be so, in milliseconds since it was begun.
    known_at: AtomicU64,
    revision: AtomicI64,
    barred: RwLock<HashMap<TenantId, Barred>>,
    changes: watch::Sender<()>,
}

impl Trust {
    /// Reads what is trusted.
    ///
    /// # Errors
    ///
    /// When the database cannot say.
    pub async fn load(store: Store, verifier: Arc<Verifier>, max_age: Duration) -> Result<Self> {
        let shared = Shared {
            store,
            verifier,
            max_age,
            begun: Stopwatch::now(),
            known_at: AtomicU64::default(),
            revision: AtomicI64::default(),
            barred: RwLock::default(),
            changes: watch::Sender::default(),
        };
        let trust = Self { shared: Arc::new(shared) };
        trust.look().await?;
        Ok(trust)
    }

    /// Whether what is known is new enough to let anyone in by it.
    #[must_use]
    pub fn is_current(&self) -> bool {
        let Shared { begun, known_at, max_age, .. } = self.shared.as_ref();
        begun.elapsed().saturating_sub(Duration::from_millis(known_at.load(Ordering::Relaxed))) <= *max_age
    }

    /// Why a tenant's principals are not let in, if it is known that they are not.
    #[must_use]
    pub fn barred(&self, tenant: TenantId) -> Option<Barred> {
        self.shared.barred.read().unwrap_or_else(PoisonError::into_inner).get(&tenant).copied()
    }

    /// Tells of each change, of issuers' keys too, after it is in force here; and once at first, of what has changed since whoever
    /// asks was let in.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<()> {
        let mut changes = self.shared.changes.subscribe();
        changes.mark_changed();
        changes
    }

    /// Looks whether it has changed, and goes on by what it is then.
    ///
    /// # Errors
    ///
    /// When the database cannot say.
    pub async fn look(&self) -> Result<()> {
        let shared = self.shared.as_ref();
        // What is read was so at this time, or later.
        let asked_at = u64::try_from(shared.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let revision = shared.store.doorkeeper().trust_revision().await?;
        if revision != shared.revision.load(Ordering::Relaxed) {
            let trust = shared.store.doorkeeper().trust().await?;
            let (trusted, revoked) = read(&trust);
            for error in shared.verifier.replace(&trusted, revoked.into_iter().collect()) {
                tracing::warn!(reason = error.sentence(), "an issuer that was trusted cannot be");
            }
            let barred = trust.barred.into_iter().collect();
            *shared.barred.write().unwrap_or_else(PoisonError::into_inner) = barred;
            shared.revision.store(trust.revision, Ordering::Relaxed);
            shared.changes.send_replace(());
        }
        shared.known_at.store(asked_at, Ordering::Relaxed);
        Ok(())
    }
}

/// The issuers that are trusted besides the configuration's, and what is revoked.
fn read(trust: &access::Trust) -> (Vec<IssuerConfig>, Vec<Revocation>) {
    let trusted = |row: &issuer_trust::Model| {
        let config = row.config.clone()?;
        serde_json::from_value(config)
            .inspect_err(|_| tracing::warn!(issuer = row.issuer, "how an issuer is trusted cannot be read"))
            .ok()
    };
    let revoked = |row: &revocation::Model| {
        let (issuer, value) = (row.issuer.clone(), row.value.clone());
        match row.kind {
            CredentialKind::Token => Revocation::Token(issuer, value),
            CredentialKind::Key => Revocation::Key(issuer, value),
            CredentialKind::Principal => Revocation::Principal(issuer, value, row.revoked_at),
        }
    };
    let issuers = trust
        .issuers
        .iter()
        .filter_map(|row| Some(Revocation::Issuer(row.issuer.clone(), row.revoked_at?)))
        .chain(trust.revocations.iter().map(revoked));
    (trust.issuers.iter().filter_map(trusted).collect(), issuers.collect())
}

/// Looks at it, and after the issuers' keys, until it is dropped.
#[derive(Debug)]
pub struct TrustWatcher(JoinHandle<()>);

impl TrustWatcher {
    #[must_use]
    pub fn start(trust: Trust, clock: Clock) -> Self {
        Self(tokio::spawn(watch(trust, clock)))
    }
}

impl Drop for TrustWatcher {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn watch(trust: Trust, clock: Clock) {
    let mut ticks = interval(LOOK_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut has_failed = false;
    let mut revision = trust.shared.verifier.revision();
    loop {
        ticks.tick().await;
        let verifier = &trust.shared.verifier;
        verifier.look_after_keys(clock.now());
        let known = std::mem::replace(&mut revision, verifier.revision());
        if known != revision {
            trust.shared.changes.send_replace(());
        }
        // A look that hangs is given up while there is time for another one, by another connection.
        let looked = timeout((trust.shared.max_age / 2).max(LOOK_INTERVAL), trust.look()).await;
        let error = match looked {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(format!("{error:?}")),
            Err(_) => Some("the database does not answer".to_owned()),
        };
        // Once for each outage.
        if let Some(error) = error.as_ref().filter(|_| !has_failed) {
            tracing::warn!(error, "what is trusted cannot be read; nobody is let in until it can be");
        }
        if error.is_none() && has_failed {
            tracing::info!("what is trusted can be read again");
        }
        has_failed = error.is_some();
    }
}
