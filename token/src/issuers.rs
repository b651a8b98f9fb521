//! All issuers whose tokens are accepted; which of them a token is from.
//!
//! Promises that no two of them answer for the same `iss`, so the choice depends on no order. Deliberately absent: trying
//! the keys of one issuer on the token of another.

use std::collections::HashMap;

use entity::TenantId;

use super::fetcher::{Fetcher, TIME_LIMIT};
use super::issuer::Issuer;
use super::issuer_pattern::IssuerPattern;
use super::{DevelopmentIssuer, IssuerConfig, IssuerError, KeyError, Rejection};

pub struct Issuers {
    all: Vec<Issuer>,
    /// Where in `all` a bound issuer is: there may be one for each tenant.
    bound: HashMap<String, usize>,
    templates: Vec<usize>,
}

impl std::fmt::Debug for Issuers {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.debug_list().entries(self.all.iter().map(|issuer| &issuer.name)).finish()
    }
}

/// How many usable keys an issuer has, and what went wrong when they were last read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerKeys {
    /// The issuer as it is configured.
    pub issuer: String,
    pub usable: usize,
    pub error: Option<KeyError>,
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
        let fetcher = Fetcher::new(TIME_LIMIT).map_err(|reason| IssuerError::Client { reason })?;
        Self::with_fetcher(configs, development, &fetcher)
    }

    pub(super) fn with_fetcher(
        configs: Vec<IssuerConfig>,
        development: Option<&DevelopmentIssuer>,
        fetcher: &Fetcher,
    ) -> Result<Self, IssuerError> {
        let mut all = Vec::with_capacity(configs.len() + 1);
        for config in configs {
            all.push(Issuer::new(config, fetcher)?);
        }
        all.extend(development.map(DevelopmentIssuer::as_issuer));
        refuse_overlaps(&all)?;
        let (mut bound, mut templates) = (HashMap::new(), Vec::new());
        for (index, issuer) in all.iter().enumerate() {
            match &issuer.pattern {
                IssuerPattern::Bound { issuer, .. } => {
                    bound.insert(issuer.clone(), index);
                }
                IssuerPattern::Template { .. } => templates.push(index),
            }
        }
        Ok(Self { all, bound, templates })
    }

    /// The issuer that answers for this `iss`, and the tenant that it speaks for in it.
    pub(super) fn of(&self, iss: &str) -> Result<(&Issuer, TenantId), Rejection> {
        let mut candidates = self.bound.get(iss).into_iter().chain(&self.templates);
        candidates
            .find_map(|&index| Some((&self.all[index], self.all[index].pattern.tenant_of(iss)?)))
            .ok_or(Rejection::IssuerUnknown)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Issuer> {
        self.all.iter()
    }
}

fn refuse_overlaps(issuers: &[Issuer]) -> Result<(), IssuerError> {
    for (index, issuer) in issuers.iter().enumerate() {
        if let Some(other) = issuers[..index].iter().find(|other| other.pattern.overlaps(&issuer.pattern)) {
            return Err(IssuerError::Overlap { issuer: issuer.name.clone(), other: other.name.clone() });
        }
    }
    Ok(())
}
