//! One issuer whose tokens are accepted: its configuration, checked, and its keys.

use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::TimeDelta;
use entity::{Instant, TenantId};
use jsonwebtoken::Validation;

use super::address::read_address;
use super::claims::Claims;
use super::fetcher::Fetcher;
use super::issuer_pattern::{IssuerPattern, PLACEHOLDER};
use super::issuers::IssuerKeys;
use super::key_source::KeySource;
use super::keyring::{KeyOrigin, Keyring};
use super::{Algorithm, ClaimNames, Discovery, IssuerConfig, IssuerError, Rejection};

/// In hours. Less than two would be less than the time between two readings and the attempts after one that failed.
const KEYS_MAX_AGE: RangeInclusive<u32> = 2..=720;

pub(super) struct Issuer {
    /// As it is configured, a template with its placeholder.
    pub(super) name: String,
    /// What it was made from; None for the development issuer.
    pub(super) config: Option<IssuerConfig>,
    pub(super) pattern: IssuerPattern,
    pub(super) audience: Vec<String>,
    /// For each algorithm that it may sign with, what jsonwebtoken is to ask of a token.
    pub(super) validations: Vec<(Algorithm, Validation)>,
    pub(super) applications_need_mfa: bool,
    pub(super) claims: ClaimNames,
    pub(super) keys: Arc<Keyring>,
}

impl Issuer {
    pub(super) fn new(config: IssuerConfig, fetcher: &Fetcher) -> Result<Self, IssuerError> {
        let pattern = pattern(&config)?;
        let source = source(&config, &pattern)?;
        let max_age = max_age(&config, &source)?;
        let whole = Some(config.clone());
        let IssuerConfig { issuer: name, audience, algorithms, applications_need_mfa, claims, .. } = config;
        if audience.is_empty() || audience.iter().any(String::is_empty) {
            return Err(IssuerError::AudienceEmpty { issuer: name });
        }
        if algorithms.is_empty() {
            return Err(IssuerError::AlgorithmsEmpty { issuer: name });
        }
        if claims.subject.is_empty() {
            return Err(IssuerError::SubjectEmpty { issuer: name });
        }
        if let Some(bad) = claims.all().find(|claim| !is_claim_name(claim)) {
            return Err(IssuerError::ClaimName { name: bad.to_owned(), issuer: name });
        }
        let validations = validations(&algorithms, &audience);
        let origin = KeyOrigin { source, fetcher: fetcher.clone(), max_age };
        let keys = Arc::new(Keyring::of(name.clone(), algorithms, origin));
        Ok(Self { name, config: whole, pattern, audience, validations, applications_need_mfa, claims, keys })
    }

    /// What there is of its keys, as they were last read.
    pub(super) fn known_keys(&self, now: Instant) -> IssuerKeys {
        IssuerKeys { issuer: self.name.clone(), usable: self.keys.usable(now), error: self.keys.error() }
    }

    pub(super) fn algorithms(&self) -> impl Iterator<Item = Algorithm> {
        self.validations.iter().map(|(algorithm, _)| *algorithm)
    }

    pub(super) fn allow(&self, algorithm: Algorithm) -> Result<&Validation, Rejection> {
        let allowed = self.validations.iter().find(|(allowed, _)| *allowed == algorithm);
        allowed.map(|(_, validation)| validation).ok_or(Rejection::AlgorithmNotAllowed)
    }

    /// RFC 7519 section 4.1.3: one of the names in `aud` is enough. jsonwebtoken asks the same once the signature is good;
    /// here it has a word for each way to be wrong, and an answer for a token whose signature is not.
    pub(super) fn accept_audience(&self, claims: &Claims) -> Result<(), Rejection> {
        let is_ours = claims.audience()?.iter().any(|name| self.audience.iter().any(|ours| ours == name));
        if is_ours { Ok(()) } else { Err(Rejection::AudienceWrong) }
    }

    /// The tenant that this `iss` speaks for, if the token does not say another one. A template's token must say it: a
    /// key that signs for many tenants proves no more than the claims that it signed.
    pub(super) fn tenant(&self, spoken_for: TenantId, claims: &Claims) -> Result<TenantId, Rejection> {
        match (self.claims.tenant(claims)?, &self.pattern) {
            (Some(claimed), _) if claimed != spoken_for => Err(Rejection::TenantMismatch),
            (None, IssuerPattern::Template { .. }) => Err(Rejection::TenantMissing),
            _ => Ok(spoken_for),
        }
    }
}

/// The dates are left out: jsonwebtoken compares them with the system's clock, and a request has one instant, which is given
/// to [`Claims`].
pub(super) fn validations(algorithms: &[Algorithm], audience: &[String]) -> Vec<(Algorithm, Validation)> {
    let validation = |algorithm: &Algorithm| {
        let mut validation = Validation::new((*algorithm).into());
        validation.set_required_spec_claims(&["aud", "exp", "iss"]);
        validation.set_audience(audience);
        validation.validate_exp = false;
        (*algorithm, validation)
    };
    algorithms.iter().map(validation).collect()
}

fn pattern(config: &IssuerConfig) -> Result<IssuerPattern, IssuerError> {
    let issuer = config.issuer.clone();
    if issuer.is_empty() {
        return Err(IssuerError::NameEmpty);
    }
    if issuer.chars().any(|character| character.is_control() || character.is_whitespace()) {
        return Err(IssuerError::NameUnprintable { issuer });
    }
    let (prefix, suffix) = issuer.split_once(PLACEHOLDER).unwrap_or((&issuer, ""));
    if [prefix, suffix].iter().any(|part| part.contains(['{', '}'])) {
        return Err(IssuerError::NameBraces { issuer });
    }
    match (issuer.contains(PLACEHOLDER), config.tenant) {
        (true, None) => Ok(IssuerPattern::Template { prefix: prefix.to_owned(), suffix: suffix.to_owned() }),
        (true, Some(_)) => Err(IssuerError::TenantOfTemplate { issuer }),
        (false, Some(tenant)) => Ok(IssuerPattern::Bound { issuer, tenant }),
        (false, None) => Err(IssuerError::TenantMissing { issuer }),
    }
}

fn source(config: &IssuerConfig, pattern: &IssuerPattern) -> Result<KeySource, IssuerError> {
    let issuer = config.issuer.clone();
    let read = |field, text: &str| {
        read_address(text).map_err(|reason| IssuerError::SourceAddress {
            issuer: issuer.clone(),
            field,
            reason,
        })
    };
    let discovery = config.discovery.as_ref().filter(|discovery| **discovery != Discovery::AtIssuer(false));
    match (&config.jwks_url, &config.jwks_file, discovery, pattern) {
        (Some(address), None, None, _) => Ok(KeySource::Address(read("jwks_url", address)?)),
        (None, Some(path), None, _) => Ok(KeySource::File(path.clone())),
        (None, None, Some(Discovery::At(address)), _) => {
            Ok(KeySource::Discovery { document: read("discovery", address)?, issuer })
        }
        (None, None, Some(Discovery::AtIssuer(_)), IssuerPattern::Template { .. }) => {
            Err(IssuerError::DiscoveryOfTemplate { issuer })
        }
        (None, None, Some(Discovery::AtIssuer(_)), IssuerPattern::Bound { .. }) => {
            // `OpenID` Connect Discovery section 4: after the name without its last slash.
            let name = issuer.strip_suffix('/').unwrap_or(&issuer);
            let document = read("issuer", &format!("{name}/.well-known/openid-configuration"))?;
            Ok(KeySource::Discovery { document, issuer })
        }
        _ => Err(IssuerError::SourceNotOne { issuer }),
    }
}

/// How long keys are good without being read again. A file is the operator's own, and has no outages.
fn max_age(config: &IssuerConfig, source: &KeySource) -> Result<Option<TimeDelta>, IssuerError> {
    let issuer = || config.issuer.clone();
    match (source, config.keys_max_age_hours) {
        (KeySource::File(_), None) => Ok(None),
        (KeySource::File(_), Some(_)) => Err(IssuerError::KeysMaxAgeOfFile { issuer: issuer() }),
        (_, Some(hours)) if !KEYS_MAX_AGE.contains(&hours) => {
            Err(IssuerError::KeysMaxAge { issuer: issuer(), hours })
        }
        _ => Ok(Some(TimeDelta::hours(config.keys_max_age_hours().into()))),
    }
}

/// A JSON Pointer's `~` is always followed by 0 or 1 (RFC 6901 section 3).
fn is_claim_name(name: &str) -> bool {
    !name.is_empty()
        && (!name.starts_with('/') || name.split('~').skip(1).all(|rest| rest.starts_with(['0', '1'])))
}
