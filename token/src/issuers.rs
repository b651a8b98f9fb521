//! All issuers whose tokens are accepted; which of them a token is from.
//!
//! Promises that no two of them answer for the same `iss`, so the choice depends on no order. Deliberately absent: trying
//! the keys of one issuer on the token of another.

use std::collections::HashMap;
use std::sync::Arc;

use entity::{Instant, TenantId};

use super::fetcher::{Fetcher, TIME_LIMIT};
use super::issuer::Issuer;
use super::issuer_pattern::{IssuerPattern, misspell};
use super::{Algorithm, DevelopmentIssuer, IssuerConfig, IssuerError, KeyError, Rejection};

pub struct Issuers {
    /// Those of the configuration first.
    all: Vec<Arc<Issuer>>,
    configured: usize,
    fetcher: Fetcher,
    /// Where in `all` a bound issuer is: there may be one for each tenant.
    bound: HashMap<String, usize>,
    templates: Vec<usize>,
}

impl std::fmt::Debug for Issuers {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.debug_list().entries(self.all.iter().map(|issuer| &issuer.name)).finish()
    }
}

/// How many keys of an issuer there are to use, and what went wrong when they were last read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerKeys {
    /// The issuer as it is configured.
    pub issuer: String,
    pub usable: usize,
    pub error: Option<KeyError>,
}

/// An issuer, as it is known now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerInfo {
    /// As it is configured, a template with its placeholder.
    pub name: String,
    /// The tenant that it speaks for; None for a template.
    pub tenant: Option<TenantId>,
    pub audience: Vec<String>,
    pub algorithms: Vec<Algorithm>,
    /// Whether the server's configuration has it, or whether it was trusted since.
    pub is_configured: bool,
    pub usable_keys: usize,
    /// For how many hours its keys are used while they cannot be read again; None where they are given.
    pub keys_max_age_hours: Option<i64>,
    /// When its keys were last read, well or badly.
    pub read_at: Option<Instant>,
    /// Since when it is not trusted any more.
    pub revoked_at: Option<Instant>,
}

impl Issuers {
    /// Checks the configuration. The development issuer's tokens are accepted only if it is given here.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn new(
        configs: Vec<IssuerConfig>,
        development: Option<&DevelopmentIssuer>,
    ) -> Result<Self, IssuerError> {
        Self::with_fetcher(configs, development, &Fetcher::new(TIME_LIMIT))
    }

    pub(super) fn with_fetcher(
        configs: Vec<IssuerConfig>,
        development: Option<&DevelopmentIssuer>,
        fetcher: &Fetcher,
    ) -> Result<Self, IssuerError> {
        let mut all = Vec::with_capacity(configs.len() + 1);
        for config in configs {
            add(&mut all, Issuer::new(config, fetcher)?)?;
        }
        if let Some(development) = development {
            add(&mut all, development.as_issuer())?;
        }
        let configured = all.len();
        Ok(Self::of_all(all, configured, fetcher.clone()))
    }

    fn of_all(all: Vec<Arc<Issuer>>, configured: usize, fetcher: Fetcher) -> Self {
        let (mut bound, mut templates) = (HashMap::new(), Vec::new());
        for (index, issuer) in all.iter().enumerate() {
            match &issuer.pattern {
                IssuerPattern::Bound { issuer, .. } => {
                    bound.insert(issuer.clone(), index);
                }
                IssuerPattern::Template { .. } => templates.push(index),
            }
        }
        Self { all, configured, fetcher, bound, templates }
    }

    /// Those of the configuration, and these. One that was there before keeps its keys. What is wrong with one of them is
    /// returned, and the others are there.
    pub(super) fn with_trusted(&self, trusted: &[IssuerConfig]) -> (Self, Vec<IssuerError>) {
        let (configured, before) = self.all.split_at(self.configured);
        let (mut all, mut errors) = (configured.to_vec(), Vec::new());
        for config in trusted {
            let known = before.iter().find(|issuer| issuer.config.as_ref() == Some(config));
            let added = match known {
                Some(known) => add(&mut all, Arc::clone(known)),
                None => Issuer::new(config.clone(), &self.fetcher).and_then(|issuer| add(&mut all, issuer)),
            };
            errors.extend(added.err());
        }
        (Self::of_all(all, self.configured, self.fetcher.clone()), errors)
    }

    /// Whether this issuer could be one of them.
    pub(super) fn check(&self, config: &IssuerConfig) -> Result<(), IssuerError> {
        let others = self.all.iter().filter(|issuer| issuer.name != config.issuer).cloned();
        add(&mut others.collect(), Issuer::new(config.clone(), &self.fetcher)?)
    }

    pub(super) fn info(&self, issuer: &Arc<Issuer>, now: Instant) -> IssuerInfo {
        let configured = &self.all[..self.configured];
        IssuerInfo {
            name: issuer.name.clone(),
            tenant: issuer.pattern.tenant(),
            audience: issuer.audience.clone(),
            algorithms: issuer.algorithms().collect(),
            is_configured: configured.iter().any(|other| Arc::ptr_eq(other, issuer)),
            usable_keys: issuer.keys.usable(now),
            keys_max_age_hours: issuer.keys.max_age().map(|age| age.num_hours()),
            read_at: issuer.keys.read_at(),
            revoked_at: None,
        }
    }

    /// The issuer that answers for this `iss`, and the tenant that it speaks for in it.
    pub(super) fn of(&self, iss: &str) -> Result<(&Issuer, TenantId), Rejection> {
        let mut candidates = self.bound.get(iss).into_iter().chain(&self.templates);
        candidates
            .find_map(|&index| Some((self.all[index].as_ref(), self.all[index].pattern.tenant_of(iss)?)))
            .ok_or(Rejection::IssuerUnknown)
    }

    /// The name of the issuer that this `iss` would be of, but for the slash at its end.
    pub(super) fn nearly(&self, iss: &str) -> Option<&str> {
        let is_known = self.of(iss).is_ok();
        let other = (!is_known).then(|| self.of(&misspell(iss)).ok())??;
        Some(&other.0.name)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Issuer>> {
        self.all.iter()
    }
}

/// Adds an issuer that answers for no `iss` that another one answers for.
fn add(all: &mut Vec<Arc<Issuer>>, issuer: impl Into<Arc<Issuer>>) -> Result<(), IssuerError> {
    let issuer = issuer.into();
    if let Some(other) = all.iter().find(|other| other.pattern.overlaps(&issuer.pattern)) {
        return Err(IssuerError::Overlap { issuer: issuer.name.clone(), other: other.name.clone() });
    }
    all.push(issuer);
    Ok(())
}
