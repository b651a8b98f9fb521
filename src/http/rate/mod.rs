//! How much of this server each tenant may use: points, which fill steadily, and operations at once.
//!
//! An operation is charged with its foretold cost before it runs. What it has not read of that is given back when it is answered.
//! So whoever asks for much and finds little pays for little, and nobody gets more than its share by asking at once.
//! Each server counts for itself, or all on one PostgreSQL together.

mod bucket;
mod settings;

use std::sync::Arc;

use actix_web::http::header::{HeaderName, HeaderValue};
use entity::{Instant, TenantId};

use super::live::{Count, Counted};
use crate::Error;
use crate::graphql::RateLimit;
use access::Store;
use bucket::{Buckets, Taken};
pub use settings::{RateMode, RateSettings, RateState};

/// The policy's name, as the headers have it.
const POLICY: &str = "points";

/// What all workers of a server count together. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Rates {
    settings: RateSettings,
    buckets: Arc<Buckets>,
    running: Count<TenantId>,
    all: Count<()>,
}

/// What an operation was charged with, until it is answered.
#[derive(Debug)]
pub(super) struct Charge {
    rates: Rates,
    tenant: TenantId,
    cost: u64,
    at: Instant,
    pub(super) limit: RateLimit,
    _running: (Option<Counted<TenantId>>, Counted<()>),
}

/// Why an operation does not run now.
#[derive(Clone, Debug)]
pub(super) enum Refused {
    /// There are too few points. There are enough in so many seconds.
    Points(RateLimit, u64),
    /// So many operations of the tenant run already.
    Running(u32),
    /// So many operations of all tenants run already that one more would only make all of them slower.
    Overloaded,
    /// The database, where all servers count, does not say what is left.
    Uncounted(Error),
}

impl Rates {
    #[must_use]
    pub fn new(settings: &RateSettings) -> Self {
        let buckets = Buckets::new(settings.points, settings.window_seconds);
        Self {
            settings: settings.clone(),
            buckets: Arc::new(buckets),
            running: Count::default(),
            all: Count::default(),
        }
    }

    /// Refuses whoever has nothing left, as far as this server knows: before anything is done for it, if only to read what it has
    /// sent.
    pub(super) fn check(&self, tenant: TenantId, at: Instant) -> Result<(), Refused> {
        let level = self.buckets.level(tenant, at);
        if level > 0 || !self.is_enforced() {
            return Ok(());
        }
        metrics::counter!("copartner_rate_limited_total", "limit" => "points").increment(1);
        Err(Refused::Points(self.limit(1, level, at), self.buckets.seconds(1 - level)))
    }

    /// Charges a tenant with what an operation is foretold to cost.
    pub(super) async fn charge(
        &self,
        store: &Store,
        tenant: TenantId,
        cost: u64,
        at: Instant,
    ) -> Result<Charge, Refused> {
        let is_enforced = self.is_enforced();
        let cost = cost.max(1);
        let Some(one) = self.all.take((), self.settings.server_operations_at_once) else {
            metrics::counter!("copartner_shed_total").increment(1);
            return Err(Refused::Overloaded);
        };
        let running = self.running.take(tenant, self.settings.operations_at_once);
        if running.is_none() {
            metrics::counter!("copartner_rate_limited_total", "limit" => "operations").increment(1);
            if is_enforced {
                return Err(Refused::Running(self.settings.operations_at_once));
            }
        }
        let taken = self.take(store, (tenant, cost), is_enforced, at).await.map_err(Refused::Uncounted)?;
        let limit = |level| self.limit(cost, level, at);
        match taken {
            Ok(level) => {
                if level < 0 {
                    metrics::counter!("copartner_rate_limited_total", "limit" => "points").increment(1);
                }
                let (rates, limit) = (self.clone(), limit(level));
                Ok(Charge { rates, tenant, cost, at, limit, _running: (running, one) })
            }
            Err((level, seconds)) => {
                metrics::counter!("copartner_rate_limited_total", "limit" => "points").increment(1);
                Err(Refused::Points(limit(level), seconds))
            }
        }
    }

    /// Charges a tenant with what was done for it already, whatever it has left.
    pub(super) async fn charge_afterwards(&self, store: &Store, tenant: TenantId, cost: u64, at: Instant) {
        // A database that does not answer counts nothing, and nothing is done by it.
        let _ = self.take(store, (tenant, cost), false, at).await;
    }

    fn is_enforced(&self) -> bool {
        self.settings.mode == RateMode::Enforce
    }

    async fn take(
        &self,
        store: &Store,
        (tenant, cost): (TenantId, u64),
        is_refused: bool,
        at: Instant,
    ) -> crate::Result<Taken> {
        match self.settings.state {
            RateState::Server => Ok(self.buckets.take(tenant, cost, is_refused, at)),
            RateState::Database => self.buckets.take_shared(store, (tenant, cost), is_refused, at).await,
        }
    }

    fn limit(&self, cost: u64, level: i64, at: Instant) -> RateLimit {
        let seconds = self.buckets.seconds_until_full(level);
        RateLimit {
            cost,
            limit: self.settings.points,
            remaining: u64::try_from(level).unwrap_or_default(),
            resets_at: at + chrono::TimeDelta::seconds(i64::try_from(seconds).unwrap_or_default()),
            seconds,
        }
    }

    /// The headers of an answer (draft-ietf-httpapi-ratelimit-headers): what there is, and what is left of it. `t` is when it is
    /// whole again; of a refusal, when there is enough.
    pub(super) fn headers(&self, limit: &RateLimit, seconds: u64) -> Option<[(HeaderName, HeaderValue); 2]> {
        let RateSettings { points, window_seconds, .. } = self.settings;
        let policy = format!("\"{POLICY}\";q={points};w={window_seconds};qu=\"{POLICY}\"");
        let left = format!("\"{POLICY}\";r={};t={}", limit.remaining, seconds.min(window_seconds));
        let header =
            |name, value: String| Some((HeaderName::from_static(name), HeaderValue::from_str(&value).ok()?));
        Some([header("ratelimit-policy", policy)?, header("ratelimit", left)?])
    }
}

impl Charge {
    /// Gives back what was not read; something it costs in any case.
    pub(super) fn settle(self, read: u64) {
        let spent = read.clamp(1, self.cost.max(1));
        let unused = self.cost.saturating_sub(spent);
        match self.rates.settings.state {
            RateState::Server => self.rates.buckets.give_back(self.tenant, unused),
            RateState::Database => self.rates.buckets.give_back_shared(self.tenant, unused, self.at),
        }
    }
}
