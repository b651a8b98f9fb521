//! The keys of one issuer, kept fresh without ever standing in the way of a request that has its key.
//!
//! Promises:
//! - a key that the issuer removed stops working: the set is read again when it is an hour old (a file: a minute), behind
//!   whoever notices, and before a request once the last attempt is two such times ago;
//! - a key that the issuer added works at once: an unknown `kid` has the set read again, at most once a minute, and
//!   whoever comes meanwhile waits for the same answer;
//! - an outage harms no one whose key is known: the last good set stays, until it is older than the issuer's keys may be. Then
//!   no token is verified by it, and none is refused for it either.
//!
//! It is longer than most, since all that may be done with a set is decided by the same few instants.
//!
//! Deliberately absent: a clock. Ages are told by the instants of the requests, and an attempt that seems to lie in the
//! future, because the clock was set back, ages as if it lay in the past.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

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
    origin: Option<KeyOrigin>,
    state: ArcSwap<KeyringState>,
    /// Whether the keys were too old when they were last looked after, and how often that has changed.
    was_too_old: AtomicBool,
    turns: AtomicU64,
    /// When the last attempt began. Held while one runs, so that there is one at a time.
    flight: Arc<Mutex<Option<Instant>>>,
}

/// Where keys are read from, and how long they are good without being read again.
pub(super) struct KeyOrigin {
    pub(super) source: KeySource,
    pub(super) fetcher: Fetcher,
    pub(super) max_age: Option<TimeDelta>,
}

/// What is known of the issuer's keys, replaced as a whole.
#[derive(Clone, Default)]
struct KeyringState {
    keys: Arc<KeySet>,
    /// Grows with every change of the keys.
    generation: u64,
    last: Option<Attempt>,
    /// When the issuer was last asked and had these keys.
    confirmed: Option<Instant>,
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
    pub(super) fn of(issuer: String, algorithms: Vec<Algorithm>, origin: KeyOrigin) -> Self {
        Self::new(issuer, algorithms, Some(origin), KeyringState::default())
    }

    /// Keys that never change.
    pub(super) fn given(issuer: String, keys: Arc<KeySet>) -> Self {
        Self::new(issuer, Vec::new(), None, KeyringState { keys, ..KeyringState::default() })
    }

    fn new(
        issuer: String,
        algorithms: Vec<Algorithm>,
        origin: Option<KeyOrigin>,
        state: KeyringState,
    ) -> Self {
        Self {
            issuer,
            algorithms,
            origin,
            state: ArcSwap::from_pointee(state),
            was_too_old: AtomicBool::default(),
            turns: AtomicU64::default(),
            flight: Arc::default(),
        }
    }

    /// The number of the set as it is, after anything that it needs first; None when it is too old to be used.
    pub(super) async fn generation(self: &Arc<Self>, now: Instant) -> Option<u64> {
        let state = self.current(now).await;
        (!self.is_too_old(&state, now)).then_some(state.generation)
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
    pub(super) fn look_after(self: &Arc<Self>, now: Instant) {
        if self.need(now) != Need::None {
            // What comes of it is seen the next time.
            return self.reread_behind(now);
        }
        let is_too_old = self.is_too_old(&self.state.load(), now);
        if self.was_too_old.swap(is_too_old, Ordering::Relaxed) != is_too_old {
            self.turns.fetch_add(1, Ordering::Relaxed);
            if is_too_old {
                warn!(
                    issuer = self.issuer,
                    "an issuer's keys are too old to be used: its tokens are answered 503"
                );
            } else {
                info!(issuer = self.issuer, "an issuer's keys can be used again");
            }
        }
    }

    /// Another number each time that the keys are others, or begin or cease to be too old, as of when they were last looked
    /// after.
    pub(super) fn revision(&self) -> u64 {
        self.state.load().generation + self.turns.load(Ordering::Relaxed)
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
        let state = self.current(now).await;
        if self.is_too_old(&state, now) {
            // Nobody waits for an issuer that was just asked in vain.
            return Err(Rejection::KeysTooOld);
        }
        match state.find(wanted) {
            Err(Rejection::KeyUnknown | Rejection::KeysUnavailable) if self.origin.is_some() => {
                self.reread(now).await;
                self.state.load().find(wanted)
            }
            found => found,
        }
    }

    /// How many keys there are to use.
    pub(super) fn usable(&self, now: Instant) -> usize {
        let state = self.state.load();
        if self.is_too_old(&state, now) { 0 } else { state.keys.len() }
    }

    /// How long they are used without having been read again; None where they are given.
    pub(super) fn max_age(&self) -> Option<TimeDelta> {
        self.origin.as_ref()?.max_age
    }

    fn is_too_old(&self, state: &KeyringState, now: Instant) -> bool {
        let age = state.confirmed.map(|confirmed| (now - confirmed).abs());
        age.zip(self.max_age()).is_some_and(|(age, max_age)| age > max_age)
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
        let Some(origin) = &self.origin else { return Need::None };
        let refresh_after = match origin.source {
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
        let Some(KeyOrigin { source, fetcher, .. }) = &self.origin else { return };
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
        if error.is_none() {
            state.confirmed = Some(now);
        }
        state.last = Some(Attempt { at: now, error });
        self.state.store(Arc::new(state));
    }
}
