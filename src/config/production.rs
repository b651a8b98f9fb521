//! What the profile `production` refuses: what is good for trying things out, and lets the wrong people in where data are real.
//!
//! Promises to tell all of it at once, and of each what to set. It looks at the configuration, and at the files that are
//! there already. Deliberately absent: what a server cannot know, such as the proxy before it, and GraphiQL, which shows no
//! more than the API.

use std::net::{IpAddr, ToSocketAddrs as _};
use std::path::Path;

use gate::Limits;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use token::{Discovery, IssuerConfig};

use super::{Config, ConfigError, database};
use crate::http::RateMode;
use access::Database;

/// By how much a limit may be raised: what is more is as good as none.
const RAISED_AT_MOST: u64 = 10;

/// What the server is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Trying things out: every configuration that can be used.
    #[default]
    Development,
    /// Real data: what is fit for trying things out alone is refused.
    Production,
}

impl Config {
    /// Refuses what the profile does not bear.
    ///
    /// # Errors
    ///
    /// All of it, a line each.
    pub fn check_profile(&self) -> Result<(), ConfigError> {
        match self.profile {
            Profile::Development => Ok(()),
            Profile::Production => match self.unfit_for_production() {
                unfit if unfit.is_empty() => Ok(()),
                unfit => Err(ConfigError::Unfit(unfit)),
            },
        }
    }

    /// What production refuses, whatever the profile is: for each a line that says what to do.
    #[must_use]
    pub fn unfit_for_production(&self) -> Vec<String> {
        let mut unfit = Vec::new();
        if self.development_issuer {
            unfit.push(
                "`development_issuer` is on, and whoever has its key can be anyone. Set `development_issuer = false`, and \
                 leave --development-issuer out."
                    .to_owned(),
            );
        }
        if self.issuers.is_empty() {
            unfit.push(
                "no issuer is configured, so no token would be accepted. Add [[issuers]] to the configuration."
                    .to_owned(),
            );
        }
        unfit.extend(self.issuers.iter().flat_map(plain_addresses));
        unfit.extend(self.http.cors_origins.iter().filter(|origin| !origin.starts_with("https://")).map(|origin| {
            format!(
                "`http.cors_origins` has `{origin}`, whose pages can be changed on their way. Name origins by https:// alone."
            )
        }));
        unfit.extend(raised(&self.limits));
        if self.rate.mode == RateMode::Measure {
            unfit.push(
                "what is beyond a tenant's share is only counted, so that one tenant can take all of a server. Set \
                 `mode = \"enforce\"` in [rate]."
                    .to_owned(),
            );
        }
        if is_public(&self.metrics_listen) {
            unfit.push(format!(
                "`metrics_listen` is `{}`, where others may read what all tenants do. Set it to an address of this machine or \
                 of a private network, such as `127.0.0.1:9464`, or to `\"\"` for none.",
                self.metrics_listen
            ));
        }
        if self.webhooks.allow_http {
            unfit.push(
                "`webhooks.allow_http` is on, and events can be read on their way. Set `allow_http = false` in [webhooks]."
                    .to_owned(),
            );
        }
        let sqlite = self.database().ok().and_then(|database| match database {
            Database::Sqlite(path) => Some(path),
            Database::Postgres(_) => None,
        });
        if sqlite.is_some() && !self.sqlite_in_production {
            unfit.push(
                "the database is SQLite, which is for one machine. Name a PostgreSQL with `database` or `database_file`, or set \
                 `sqlite_in_production = true` if one machine is enough."
                    .to_owned(),
            );
        }
        unfit.extend(exposed(&self.log_key(), "the key of the log"));
        unfit.extend(
            self.file
                .as_deref()
                .filter(|file| has_password(file))
                .and_then(|file| exposed(file, "the password of the database")),
        );
        unfit.extend(sqlite.and_then(|path| exposed(&path, "the database")));
        unfit
    }
}

/// The addresses of an issuer that are not encrypted, those of this machine included.
fn plain_addresses(issuer: &IssuerConfig) -> Vec<String> {
    let discovery = match &issuer.discovery {
        Some(Discovery::At(address)) => Some(address),
        Some(Discovery::AtIssuer(_)) | None => None,
    };
    let addresses =
        [("issuer", Some(&issuer.issuer)), ("jwks_url", issuer.jwks_url.as_ref()), ("discovery", discovery)];
    let plain = addresses
        .into_iter()
        .filter_map(|(name, address)| Some((name, address.filter(|text| is_plain(text))?)));
    plain
        .map(|(name, address)| {
            format!(
                "`{name}` of the issuer `{}` is `{address}`, and what is not encrypted can be changed on its way. Set it to an \
                 address that begins with https://.",
                issuer.issuer
            )
        })
        .collect()
}

/// Whether an address is plain http.
fn is_plain(address: &str) -> bool {
    url::Url::parse(address).is_ok_and(|url| url.scheme() == "http")
}

/// The limits that are no limits any more. All of them are looked at, by their names in the file.
fn raised(limits: &Limits) -> Vec<String> {
    let numbers = |limits: &Limits| match serde_json::to_value(limits) {
        Ok(serde_json::Value::Object(limits)) => limits,
        _ => serde_json::Map::new(),
    };
    let defaults = numbers(&Limits::default());
    let set = numbers(limits);
    let raised = set.iter().filter_map(|(name, value)| {
        let value = value.as_u64()?;
        let most = defaults.get(name)?.as_u64()?.saturating_mul(RAISED_AT_MOST);
        (value > most).then(|| {
            format!(
                "`limits.{name}` is {value}, so that one request can take the server from everyone. Set it to {most}, ten \
                 times its default, at most."
            )
        })
    });
    raised.collect()
}

/// Whether others than this machine and its private network reach an address. What is no address fails when it is listened
/// on.
fn is_public(listen: &str) -> bool {
    let is_private = |address: IpAddr| match address.to_canonical() {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    };
    let mut addresses = listen.to_socket_addrs().into_iter().flatten();
    addresses.any(|address| !is_private(address.ip()))
}

/// Whether the database's password stands in a configuration file itself: what is in force may be from elsewhere.
fn has_password(file: &Path) -> bool {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let settings: toml::Table = toml::from_str(&text).unwrap_or_default();
    settings.get("database").and_then(toml::Value::as_str).is_some_and(database::has_secret)
}

/// What to do about a file that others on this machine can use.
#[cfg(unix)]
fn exposed(file: &Path, secret: &str) -> Option<String> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(file).ok()?.permissions().mode() & 0o777;
    let file = file.display();
    (mode & 0o077 != 0).then(|| {
        format!(
            "{file} holds {secret}, and others on this machine can use it: its mode is {mode:03o}. Run `chmod 600 {file}`."
        )
    })
}

#[cfg(not(unix))]
fn exposed(_: &Path, _: &str) -> Option<String> {
    None
}
