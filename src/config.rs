//! The configuration: a TOML file, over it `COPARTNER_…` variables, over those the command line.
//!
//! A name that is not known is refused rather than ignored: a limit with a typing error in it would be no limit.

mod database;
mod error;
mod production;
mod schema;

use std::path::{Path, PathBuf};
use std::time::Duration;

use config::{Environment, File, FileFormat};
use entity::TenantId;
use gate::Limits;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::http::{DocumentSettings, HttpSettings, LiveSettings, RateSettings, RateState};
use crate::webhook::WebhookSettings;
use access::{Database, Pooling, StoreOptions};
use token::IssuerConfig;

pub use error::ConfigError;
use error::unquoted;
pub use production::Profile;
pub use schema::schema;
pub(crate) use schema::without_default;

/// The file that is read when none is named, if it is there.
pub const DEFAULT_FILE: &str = "copartner.toml";

/// Where the metrics are read unless it is said otherwise: on this machine, at the port that Prometheus looks for what
/// programs export.
pub const DEFAULT_METRICS_LISTEN: &str = "127.0.0.1:9464";

/// How long it is remembered who a tenant is: a partner's new name is seen so much later.
const TENANTS_KEPT: Duration = Duration::from_secs(5);

/// Variables that are the command line's or the tests', not settings.
const NOT_SETTINGS: [&str; 2] = ["config", "test_"];

/// Settings that are lists, of which a variable has the elements with commas between them.
const LISTS: [&str; 5] = [
    "documents.introspection_roles",
    "documents.manifests",
    "http.cors_origins",
    "http.trusted_proxies",
    "webhooks.allowed_networks",
];

/// All settings, each with its default.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "The configuration of copartner")]
pub struct Config {
    /// What the server is for: with `production`, a configuration that is fit for trying things out alone is refused.
    pub profile: Profile,
    /// The address and port to listen on.
    pub listen: String,
    /// The address and port that the metrics are read at; empty for none.
    pub metrics_listen: String,
    /// The directory that holds the SQLite file and the development issuer's key.
    pub data: PathBuf,
    /// `postgres://…`, or `sqlite:FILE`; `copartner.sqlite` in the data directory when left out.
    pub database: Option<String>,
    /// A file with the address of the database in it, instead of `database`.
    pub database_file: Option<PathBuf>,
    /// Whether SQLite is good enough for the profile `production`.
    pub sqlite_in_production: bool,
    /// The tenant whose principals operate this server.
    #[schemars(with = "Option<uuid::Uuid>")]
    pub operator_tenant: Option<TenantId>,
    /// Whether tokens of the server's own development issuer are accepted. Never for real data.
    pub development_issuer: bool,
    /// The file of the key that the log is signed with; `log-key.pem` in the data directory when left out. All servers
    /// on one database have the same.
    pub log_key: Option<PathBuf>,
    /// The page at which a customer takes up an open invitation, with `{invitation}` where the secret goes.
    pub invitation_url: Option<String>,
    /// Whose tokens are accepted.
    pub issuers: Vec<IssuerConfig>,
    pub documents: DocumentSettings,
    pub limits: Limits,
    pub http: HttpSettings,
    pub live: LiveSettings,
    pub rate: RateSettings,
    pub pool: PoolSettings,
    pub webhooks: WebhookSettings,
    pub log: LogSettings,
    /// The file that this was read from. No setting.
    #[serde(skip)]
    pub file: Option<PathBuf>,
}

/// How many connections there are, and how patient they are.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PoolSettings {
    /// What a pooler before PostgreSQL does.
    pub pooling: Pooling,
    /// At most so many connections for each worker.
    pub connections: u32,
    /// How long a request waits for a free connection, in seconds.
    pub acquire_seconds: u64,
    /// How long the database works on one statement, in seconds.
    pub statement_seconds: u64,
}

/// What is logged, and how.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LogSettings {
    pub format: LogFormat,
    /// Which messages: a level, or directives such as `info,copartner=debug`.
    pub filter: String,
}

/// The form of a line of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for machines.
    Json,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            profile: Profile::default(),
            listen: "127.0.0.1:4000".to_owned(),
            metrics_listen: DEFAULT_METRICS_LISTEN.to_owned(),
            data: PathBuf::from("."),
            database: None,
            database_file: None,
            sqlite_in_production: false,
            operator_tenant: None,
            development_issuer: false,
            log_key: None,
            invitation_url: None,
            issuers: Vec::new(),
            documents: DocumentSettings::default(),
            limits: Limits::default(),
            http: HttpSettings::default(),
            live: LiveSettings::default(),
            rate: RateSettings::default(),
            pool: PoolSettings::default(),
            webhooks: WebhookSettings::default(),
            log: LogSettings::default(),
            file: None,
        }
    }
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self { pooling: Pooling::default(), connections: 8, acquire_seconds: 5, statement_seconds: 20 }
    }
}

impl Default for LogSettings {
    fn default() -> Self {
        Self {
            format: LogFormat::default(),
            filter: "info,sea_orm_migration=warn,actix_server=warn,actix_http=off".to_owned(),
        }
    }
}

impl Config {
    /// Reads the file, which must exist if it was named, and the environment.
    ///
    /// # Errors
    ///
    /// A sentence for the operator.
    pub fn read(file: Option<&Path>) -> Result<Self, ConfigError> {
        Self::read_over(&[], file)
    }

    /// The same, with other defaults for some settings.
    ///
    /// # Errors
    ///
    /// A sentence for the operator.
    pub fn read_over(defaults: &[(&str, &str)], file: Option<&Path>) -> Result<Self, ConfigError> {
        let path = file.unwrap_or(Path::new(DEFAULT_FILE));
        if file.is_some() && !path.is_file() {
            return Err(ConfigError::Missing(path.to_owned()));
        }
        let variables = std::env::vars()
            .filter_map(|(name, value)| Some((name.strip_prefix("COPARTNER_")?.to_lowercase(), value)))
            .filter(|(name, _)| !NOT_SETTINGS.iter().any(|other| name.starts_with(other)))
            // An empty list, not a list of an empty text.
            .filter(|(name, value)| !(value.is_empty() && LISTS.contains(&name.replace("__", ".").as_str())));
        let environment = Environment::default().source(Some(variables.collect())).separator("__");
        let environment = LISTS
            .iter()
            .fold(environment.list_separator(","), |environment, list| environment.with_list_parse_key(list))
            .try_parsing(true);
        let mut builder = config::Config::builder();
        for (name, value) in defaults {
            builder = builder.set_default(name, *value)?;
        }
        let mut config: Self = builder
            .add_source(File::from(path).format(FileFormat::Toml).required(false))
            .add_source(environment)
            .build()
            .map_err(unquoted)?
            .try_deserialize()?;
        config.file = path.is_file().then(|| path.to_owned());
        // A path in a file is meant from where the file is.
        if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
            config.data = directory.join(&config.data);
            config.database_file = config.database_file.map(|file| directory.join(file));
            config.log_key = config.log_key.map(|file| directory.join(file));
            for manifest in &mut config.documents.manifests {
                *manifest = directory.join(&manifest);
            }
        }
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        if self.database.is_some() && self.database_file.is_some() {
            return Err(ConfigError::DatabaseTwice);
        }
        let numbers = [
            ("http.workers", self.http.workers as u64),
            ("http.body_bytes", self.http.body_bytes as u64),
            ("http.body_seconds", self.http.body_seconds),
            ("http.request_seconds", self.http.request_seconds),
            ("http.keep_alive_seconds", self.http.keep_alive_seconds),
            ("http.revocation_seconds", self.http.revocation_seconds),
            ("live.connections", u64::from(self.live.connections)),
            ("live.connections_per_tenant", u64::from(self.live.connections_per_tenant)),
            ("live.waiting_per_address", u64::from(self.live.waiting_per_address)),
            ("live.operations_per_socket", self.live.operations_per_socket as u64),
            ("live.streams_per_tenant", u64::from(self.live.streams_per_tenant)),
            ("live.init_seconds", self.live.init_seconds),
            ("live.ping_seconds", self.live.ping_seconds),
            ("live.heartbeat_seconds", self.live.heartbeat_seconds),
            ("live.write_seconds", self.live.write_seconds),
            ("rate.points", self.rate.points),
            ("rate.window_seconds", self.rate.window_seconds),
            ("rate.operations_at_once", u64::from(self.rate.operations_at_once)),
            ("rate.server_operations_at_once", u64::from(self.rate.server_operations_at_once)),
            ("pool.connections", u64::from(self.pool.connections)),
            ("pool.acquire_seconds", self.pool.acquire_seconds),
            ("pool.statement_seconds", self.pool.statement_seconds),
            ("webhooks.timeout_seconds", self.webhooks.timeout_seconds),
        ];
        if let Some((name, _)) = numbers.into_iter().find(|(_, number)| *number == 0) {
            return Err(ConfigError::Zero(name));
        }
        if self.rate.state == RateState::Database && matches!(self.database(), Ok(Database::Sqlite(_))) {
            return Err(ConfigError::SharedRateOnSqlite);
        }
        let is_address =
            |text: &str| text.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        if !self.metrics_listen.is_empty() && !is_address(&self.metrics_listen) {
            return Err(ConfigError::MetricsListen(self.metrics_listen.clone()));
        }
        let is_page = |template: &&String| {
            template.contains("{invitation}")
                && url::Url::parse(template).is_ok_and(|url| matches!(url.scheme(), "https" | "http"))
        };
        if let Some(template) = self.invitation_url.as_ref().filter(|template| !is_page(template)) {
            return Err(ConfigError::InvitationUrl(template.clone()));
        }
        let is_origin = |origin: &&String| {
            url::Url::parse(origin).is_ok_and(|url| url.origin().ascii_serialization() == **origin)
        };
        match self.http.cors_origins.iter().find(|origin| !is_origin(origin)) {
            Some(origin) => Err(ConfigError::Origin(origin.clone())),
            None => Ok(()),
        }
    }

    /// How the store is to be opened.
    ///
    /// # Errors
    ///
    /// When the database's URL is not one.
    pub fn store(&self) -> Result<StoreOptions, ConfigError> {
        Ok(StoreOptions {
            database: self.database()?,
            operator: self.operator_tenant,
            pooling: self.pool.pooling,
            connections: self.pool.connections,
            acquire_timeout: Duration::from_secs(self.pool.acquire_seconds),
            statement_timeout: Duration::from_secs(self.pool.statement_seconds),
            tenants_kept: TENANTS_KEPT,
        })
    }

    /// Where the key is that the log is signed with.
    #[must_use]
    pub fn log_key(&self) -> PathBuf {
        self.log_key.clone().unwrap_or_else(|| self.data.join("log-key.pem"))
    }

    /// Where the key of the development issuer is.
    #[must_use]
    pub fn development_key(&self) -> PathBuf {
        self.data.join("development-key.pem")
    }

    fn database(&self) -> Result<Database, ConfigError> {
        match (&self.database, &self.database_file) {
            (Some(address), _) => database::read(address),
            (None, Some(file)) => database::read_from(file),
            (None, None) => Ok(Database::Sqlite(self.data.join("copartner.sqlite"))),
        }
    }

    /// The same, fit to be shown: without the database's password.
    #[must_use]
    pub fn masked(&self) -> Self {
        Self { database: self.database.as_deref().map(database::mask), ..self.clone() }
    }
}
