//! The address of the database: what it may say, and how much of it is shown.
//!
//! A password can stand in many places, by mistake in more. So what is shown is what is known to be harmless, and an
//! address that cannot be read is not shown at all. What the driver does not know is refused, because the driver would
//! write it into the log, value and all.

use std::path::Path;

use url::Url;

use super::ConfigError;
use access::Database;

/// What stands for what is not shown.
const MASK: &str = "***";

/// The parameters of a PostgreSQL address that the driver knows.
const PARAMETERS: [&str; 18] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
];

/// Those of them whose values may hold a secret.
const SECRETS: [&str; 2] = ["password", "options"];

const MODES: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

/// The database that the address in a file names.
pub(super) fn read_from(file: &Path) -> Result<Database, ConfigError> {
    let unusable = |reason: String| ConfigError::DatabaseFile(file.to_owned(), reason);
    let text = std::fs::read_to_string(file).map_err(|cause| unusable(cause.to_string()))?;
    match text.trim() {
        "" => Err(unusable("it is empty".to_owned())),
        address => read(address),
    }
}

/// The database that an address names.
pub(super) fn read(text: &str) -> Result<Database, ConfigError> {
    let unreadable = || ConfigError::Database(mask(text));
    if let Some(path) = text.strip_prefix("sqlite:") {
        let path = path.strip_prefix("//").unwrap_or(path);
        let path = path.split('?').next().filter(|path| !path.is_empty());
        return path.map(|path| Database::Sqlite(path.into())).ok_or_else(unreadable);
    }
    let url = Url::parse(text).map_err(|_| unreadable())?;
    if !matches!(url.scheme(), "postgres" | "postgresql") || !url.has_authority() {
        return Err(unreadable());
    }
    if url.fragment().is_some() || url.path().contains('@') {
        return Err(ConfigError::DatabaseSigns);
    }
    for (name, value) in url.query_pairs() {
        let is_known = PARAMETERS.contains(&&*name) || (name.starts_with("options[") && name.ends_with(']'));
        if !is_known {
            return Err(ConfigError::DatabaseParameter(shown_name(&name).to_owned()));
        }
        let fits = match &*name {
            "sslmode" | "ssl-mode" => MODES.contains(&&*value.to_ascii_lowercase()),
            "port" => value.parse::<u16>().is_ok(),
            "hostaddr" => value.parse::<std::net::IpAddr>().is_ok(),
            "statement-cache-capacity" => value.parse::<usize>().is_ok(),
            _ => true,
        };
        if !fits {
            return Err(ConfigError::DatabaseValue(name.into_owned()));
        }
    }
    Ok(Database::Postgres(text.to_owned()))
}

/// The address with all that may be a secret masked.
pub(super) fn mask(text: &str) -> String {
    if let Some(path) = text.strip_prefix("sqlite:") {
        return path
            .split_once('?')
            .map_or_else(|| text.to_owned(), |(path, _)| format!("sqlite:{path}?{MASK}"));
    }
    let Ok(mut url) = Url::parse(text) else { return MASK.to_owned() };
    // With an @ behind the host, what was read as host and port is the beginning of a password with a / or ? or # in it.
    let begins_elsewhere =
        || text.rsplit_once('@').is_some_and(|(before, _)| after_authority(before).is_some());
    if !url.has_authority() || begins_elsewhere() {
        return MASK.to_owned();
    }
    if url.password().is_some() {
        // Only an address without a host refuses a password, and then it had none.
        let _ = url.set_password(Some(MASK));
    }
    let pairs: Vec<_> = url.query_pairs().map(|(name, value)| pair(&name, &value)).collect();
    url.set_query(None);
    let fragment = if url.fragment().is_some() { "#***" } else { "" };
    url.set_fragment(None);
    let query = if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) };
    format!("{url}{query}{fragment}")
}

/// Whether an address of PostgreSQL holds what is not to be shown.
pub(super) fn has_secret(text: &str) -> bool {
    !text.starts_with("sqlite:") && mask(text).contains(MASK)
}

/// What follows the host of an address.
fn after_authority(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("://")?;
    rest.find(['/', '?', '#']).map(|end| &rest[end..])
}

/// A parameter as it is shown.
fn pair(name: &str, value: &str) -> String {
    if PARAMETERS.contains(&name) && !SECRETS.contains(&name) {
        let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        return format!("{name}={}", value.replace("%2F", "/"));
    }
    format!("{}={MASK}", if SECRETS.contains(&name) { name } else { MASK })
}

/// The name of an unknown parameter, unless it can be something else, such as what follows an & in a password.
fn shown_name(name: &str) -> &str {
    let is_word = name.len() <= 40
        && name.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-'));
    if is_word && !name.is_empty() { name } else { MASK }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    #[test]
    fn a_password_is_shown_nowhere() {
        for text in [
            "postgres://app:S3cret@db/app",
            "postgres://app:S3cret@db/app?sslmode=require",
            "postgres://app@db/app?password=S3cret",
            "postgres://app@db/app?PASSWORD=S3cret",
            "postgres://app@db/app?pass%77ord=S3cret&sslmode=require",
            "postgres://app@db/app?sslpassword=S3cret",
            "postgres://app@db/app?passwd=S3cret",
            "postgres://app@db/app?password=a&S3cret",
            "postgres://app@db/app?password=a&S3cret=b",
            "postgres://app@db/app?password=a#S3cret",
            "postgres://app@db/app?options=-c%20my.key=S3cret",
            "postgres://app@db/app?options[my.key]=S3cret",
            "postgres://app:a/S3cret@db/app",
            "postgres://app:12/S3cret@db/app",
            "postgres://app:12?S3cret@db/app",
            "postgres://app:12#S3cret@db/app",
            "postgres://app:12S3cret/a@db/app",
            "postgres:app:S3cret@db/app",
            "app:S3cret@db/app",
            "host=db user=app password=S3cret",
            "host=db password = 'S3cret'",
            "password=S3cret://db",
            "S3cret",
            "postgres//app:S3cret@db/app",
            "mysql://app:S3cret@db/app?password=S3cret",
            "sqlite:file.sqlite?key=S3cret",
        ] {
            let shown = mask(text);
            assert!(!shown.contains("S3cret"), "{text}: {shown}");
            if let Err(fault) = read(text) {
                assert!(!fault.to_string().contains("S3cret"), "{text}: {fault}");
            }
        }
    }

    #[test]
    fn what_is_harmless_is_shown() {
        for (text, shown) in [
            (
                "postgres://app:S3cret@db:5433/app?sslmode=require",
                "postgres://app:***@db:5433/app?sslmode=require",
            ),
            (
                "postgres://app@localhost/app?host=/var/run/postgresql",
                "postgres://app@localhost/app?host=/var/run/postgresql",
            ),
            ("postgres://app@db/app?password=a&user=b", "postgres://app@db/app?password=***&user=b"),
            ("postgres://app@db/app?passwd=a", "postgres://app@db/app?***=***"),
            ("sqlite:some/file.sqlite", "sqlite:some/file.sqlite"),
        ] {
            assert_eq!(mask(text), shown);
        }
    }

    #[test]
    fn what_the_driver_does_not_know_is_refused_by_name() {
        let said = |text: &str| read(text).map_err(|fault| fault.to_string()).unwrap_err();
        assert!(said("postgres://db/app?sslpassword=hunter2").contains("`sslpassword`"));
        assert!(said("postgres://db/app?PASSWORD=hunter2").contains("`PASSWORD`"));
        assert!(said("postgres://db/app?sslmode=hunter2").contains("`sslmode`"));
        for text in ["postgres://db/app?password=a#b", "postgres://app:12/S3cret@db/app"] {
            assert!(said(text).contains("%23"), "{text}");
        }
        for text in [
            "postgres://app:a%2Fb@db/app?sslmode=verify-ca&sslrootcert=/ca.crt&application_name=x&options[a.b]=c",
            "postgres:///app?host=/run&port=5432&user=app&password=secret&options=-c%20a=b",
            "postgresql://app@db",
        ] {
            assert!(read(text).is_ok(), "{text}");
        }
    }
}
