//! The keys of one issuer, kept fresh without ever standing in the way of a request that has its key.
//!
//! Promises:
//! - a key that the issuer removed stops working: the set is read again when it is an hour old (a file: a minute), behind
//!   the request that notices, and before it once the last attempt is two such times ago;
//! - a key that the issuer added works at once: an unknown `kid` has the set read again, at most once a minute, and
//!   whoever comes meanwhile waits for the same answer;
//! - an outage harms no one whose key is known: the last good set stays.
//!
//! Deliberately absent: a clock. Ages are told by the instants of the requests, and an attempt that seems to lie in the
//! future, because the clock was set back, ages as if it lay in the past.

use std::sync::Arc;

use arc_swap::ArcSwap;
use chrono::TimeDelta;
use entity::Instant;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::JoinHandle;
use tracing::{info, warn};

use super::fetcher::Fetcher;
use super::key::IssuerKey;
use super::key_set::{KeySet, WantedKey};
use super::key_source::KeySource;
use super::{Algorithm, KeyError, Rejection};

/// The time between two attempts to read an issuer's keys, however many tokens name a key that is not known.
pub(super) const RETRY_AFTER: TimeDelta = TimeDelta::minutes(1);

/// How old the set of an address may be.
pub(super) const REFRESH_AFTER: TimeDelta = TimeDelta::hours(1);

pub(super) struct Keyring {
    /// The issuer as it is configured.
    issuer: String,
    algorithms: Vec<Algorithm>,
    /// `None` if the keys are given and never change.
    origin: Option<(KeySource, Fetcher)>,
    state: ArcSwap<KeyringState>,
    /// When the last attempt began. Held while one runs, so that there is one at a time.
    flight: Arc<Mutex<Option<Instant>>>,
}

/// What is known of the issuer's keys, replaced as a whole.
#[derive(Clone, Default)]
struct KeyringState {
    keys: Arc<KeySet>,
    /// Grows with every change of the keys.
    generation: u64,
    last: Option<Attempt>,
}

/// A key, and the number of the set that it is from.
pub(super) struct FoundKey {
    pub(super) key: Arc<IssuerKey>,
    pub(super) generation: u64,
}

impl KeyringState {
    fn find(&self, wanted: &WantedKey) -> Result<FoundKey, Rejection> {
        let key = self.keys.find(wanted)?;
        Ok(FoundKey { key: Arc::clone(key), generation: self.generation })
    }
}

#[derive(Clone)]
struct Attempt {
    at: Instant,
    error: Option<KeyError>,
}

/// Whether the keys need to be read again, and whether anyone should wait for it.
#[derive(PartialEq, Eq)]
enum Need {
    None,
    Behind,
    Before,
}

impl Keyring {
    pub(super) fn of(
        issuer: String,
        algorithms: Vec<Algorithm>,
        source: KeySource,
        fetcher: Fetcher,
    ) -> Self {
        Self::new(issuer, algorithms, Some((source, fetcher)), KeyringState::default())
    }

    /// Keys that never change.
    pub(super) fn given(issuer: String, keys: Arc<KeySet>) -> Self {
        Self::new(issuer, Vec::new(), None, KeyringState { keys, ..KeyringState::default() })
    }

    fn new(
        issuer: String,
        algorithms: Vec<Algorithm>,
        origin: Option<(KeySource, Fetcher)>,
        state: KeyringState,
    ) -> Self {
        Self { issuer, algorithms, origin, state: ArcSwap::from_pointee(state), flight: Arc::default() }
    }

    /// The number of the set as it is, after anything that it needs first.
    pub(super) async fn generation(self: &Arc<Self>, now: Instant) -> u64 {
        self.current(now).await.generation
    }

    async fn current(self: &Arc<Self>, now: Instant) -> Arc<KeyringState> {
        match self.need(now) {
            Need::None => {}
            Need::Behind => self.reread_behind(now),
            Need::Before => self.reread(now).await,
        }
        self.state.load_full()
    }

    /// Has the set read again if it is due, and waits for nothing.
    pub(super) fn refresh_behind(self: &Arc<Self>, now: Instant) {
        if self.need(now) != Need::None {
            self.reread_behind(now);
        }
    }

    fn reread_behind(self: &Arc<Self>, now: Instant) {
        if let Ok(flight) = Arc::clone(&self.flight).try_lock_owned() {
            drop(self.launch(flight, now));
        }
    }

    /// The wanted key, after the set was read again if it has no such key.
    pub(super) async fn find(
        self: &Arc<Self>,
        wanted: &WantedKey<'_>,
        now: Instant,
    ) -> Result<FoundKey, Rejection> {
        let found = self.current(now).await.find(wanted);
        match found {
            Err(Rejection::KeyUnknown | Rejection::KeysUnavailable) if self.origin.is_some() => {
                self.reread(now).await;
                self.state.load().find(wanted)
            }
            found => found,
        }
    }

    /// How many usable keys there are.
    pub(super) fn len(&self) -> usize {
        self.state.load().keys.len()
    }

    /// When they were last read, or were tried to be.
    pub(super) fn read_at(&self) -> Option<Instant> {
        self.state.load().last.as_ref().map(|attempt| attempt.at)
    }

    /// Why the last attempt to read the keys failed, if it did.
    pub(super) fn error(&self) -> Option<KeyError> {
        self.state.load().last.as_ref().and_then(|attempt| attempt.error.clone())
    }

    fn need(&self, now: Instant) -> Need {
        let Some((source, _)) = &self.origin else { return Need::None };
        let refresh_after = match source {
            KeySource::File(_) => RETRY_AFTER,
            KeySource::Address(_) | KeySource::Discovery { .. } => REFRESH_AFTER,
        };
        let state = self.state.load();
        let Some(last) = &state.last else { return Need::Before };
        let age = (now - last.at).abs();
        if age >= refresh_after * 2 {
            Need::Before
        } else if age >= if last.error.is_some() { RETRY_AFTER } else { refresh_after } {
            Need::Behind
        } else {
            Need::None
        }
    }

    /// Reads the keys again and waits for it, unless that was tried within a minute.
    async fn reread(self: &Arc<Self>, now: Instant) {
        let flight = Arc::clone(&self.flight).lock_owned().await;
        if let Some(attempt) = self.launch(flight, now) {
            // It fails only if the worker thread that runs it ends; then the state is as it was.
            attempt.await.ok();
        }
    }

    /// Starts an attempt of its own: a client that goes away must not end what others wait for, or it could keep an
    /// issuer's new keys out by asking and leaving.
    fn launch(
        self: &Arc<Self>,
        mut flight: OwnedMutexGuard<Option<Instant>>,
        now: Instant,
    ) -> Option<JoinHandle<()>> {
        if flight.is_some_and(|last| (now - last).abs() < RETRY_AFTER) {
            return None;
        }
        *flight = Some(now);
        let keyring = Arc::clone(self);
        Some(tokio::spawn(async move {
            keyring.attempt(now).await;
            drop(flight);
        }))
    }

    async fn attempt(&self, now: Instant) {
        let Some((source, fetcher)) = &self.origin else { return };
        let answer = source.read(fetcher).await;
        let answer = answer.and_then(|document| KeySet::read(&document, &self.algorithms));
        let mut state = KeyringState::clone(&self.state.load());
        let error = match answer {
            Ok(keys) if keys.fingerprint == state.keys.fingerprint => None,
            Ok(keys) => {
                info!(issuer = self.issuer, keys = keys.len(), "read an issuer's keys");
                state.keys = Arc::new(keys);
                state.generation += 1;
                None
            }
            Err(error) => {
                let kept = state.keys.len();
                warn!(issuer = self.issuer, kept, reason = error.sentence(), "cannot read an issuer's keys");
                Some(error)
            }
        };
        state.last = Some(Attempt { at: now, error });
        self.state.store(Arc::new(state));
    }
}
