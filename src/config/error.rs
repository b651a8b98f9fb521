//! Why a configuration is refused, in sentences for the operator.

use std::path::PathBuf;

/// Why a configuration is refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error(
        "the configuration file {0} does not exist. Name another with --config FILE, or leave it out for the defaults."
    )]
    Missing(PathBuf),
    #[error("the configuration cannot be used: {0}. `copartner config check` shows what is in force.")]
    Invalid(#[from] config::ConfigError),
    #[error("the database `{0}` is neither `postgres://USER@HOST/NAME` nor `sqlite:FILE`.")]
    Database(String),
    #[error(
        "`database` and `database_file` are both set. Take one out; a COPARTNER_… variable counts like the file's setting."
    )]
    DatabaseTwice,
    #[error(
        "`state` in [rate] is `database`, and the database is SQLite, by which no servers count together. Set it to `server`, or \
         name a PostgreSQL."
    )]
    SharedRateOnSqlite,
    #[error(
        "the file {0} that `database_file` names cannot be used: {1}. Put the address of the database into it, where the \
         server can read it."
    )]
    DatabaseFile(PathBuf, String),
    #[error(
        "the database's address has the parameter `{0}`, which is not known. Take it out, or spell it as the PostgreSQL \
         driver does, such as `sslmode`, `sslrootcert` or `host`. In a password, & is written %26."
    )]
    DatabaseParameter(String),
    #[error("the parameter `{0}` of the database's address has a value that it does not take.")]
    DatabaseValue(String),
    #[error(
        "the database's address has a # or an @ where none can be. In a password, # is written %23, / is %2F, ? is %3F and \
         @ is %40."
    )]
    DatabaseSigns,
    #[error("the configuration file {0} is not TOML: {1}. Mend it there.")]
    NotToml(PathBuf, String),
    #[error("`{0}` must be at least 1.")]
    Zero(&'static str),
    #[error(
        "`metrics_listen` is `{0}`, which is neither an address and a port such as 127.0.0.1:9464, nor empty for none."
    )]
    MetricsListen(String),
    #[error("`http.cors_origins` has `{0}`, which is not an origin such as https://portal.example.com.")]
    Origin(String),
    #[error(
        "`invitation_url` is `{0}`, which is not the address of a page with {{invitation}} in it, such as \
         https://portal.example.com/invitations#{{invitation}}."
    )]
    InvitationUrl(String),
    #[error("`profile` is `production`, which refuses this configuration:\n{}", for_production(.0))]
    Unfit(Vec<String>),
}

/// What production refuses, a line each.
fn for_production(unfit: &[String]) -> String {
    let lines: Vec<_> = unfit.iter().map(|sentence| format!("for production: {sentence}")).collect();
    lines.join("\n")
}

/// The error of a file that cannot be read, without the line that it quotes: the database's password may stand there.
pub(super) fn unquoted(error: config::ConfigError) -> ConfigError {
    let config::ConfigError::FileParse { uri, cause } = error else { return error.into() };
    let cause = cause.to_string();
    let is_quote =
        |line: &&str| line.trim_start_matches(|c: char| c == ' ' || c.is_ascii_digit()).starts_with('|');
    let said: Vec<_> = cause.lines().filter(|line| !is_quote(line)).collect();
    ConfigError::NotToml(uri.unwrap_or_default().into(), said.join(": "))
}
