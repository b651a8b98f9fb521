//! Opening the database, with words for all that can be wrong with it.

use std::fs::DirBuilder;
use std::path::Path;

use super::Outcome;
use crate::Error;
use crate::access::{Database, Schema, Store, StoreOptions};

/// Makes the directory for data when it is missing, for whoever runs the program and no one else on the machine.
pub fn directory(path: &Path) -> Outcome {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|cause| {
        format!("the directory {} cannot be made: {cause}. Choose another with --data DIR.", path.display())
    })
}

/// Opens the database; the directory of a SQLite file is made when it is missing.
pub async fn open(options: StoreOptions) -> Outcome<Store> {
    let place = place(&options.database);
    if let Database::Sqlite(path) = &options.database
        && let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty())
    {
        directory(parent)?;
    }
    Store::open(options).await.map_err(|error| describe(&place, &error))
}

/// Opens the database for use: SQLite is brought up to date at once, PostgreSQL must be already.
pub async fn open_current(options: StoreOptions) -> Outcome<Store> {
    let is_sqlite = matches!(options.database, Database::Sqlite(_));
    let place = place(&options.database);
    let store = open(options).await?;
    if is_sqlite {
        refuse_newer(&store, &place).await?;
        store.migrate_up().await.map_err(|error| describe(&place, &error))?;
    }
    match store.schema().await.map_err(|error| describe(&place, &error))? {
        Schema::Current => Ok(store),
        Schema::Outdated(missing) => Err(format!(
            "the schema of {place} is outdated: {} of its migrations are missing. Run `copartner migrate up` with the \
             same --database.",
            missing.len()
        )),
        Schema::Newer(_) => Err(newer(&place)),
    }
}

async fn refuse_newer(store: &Store, place: &str) -> Outcome {
    match store.schema().await.map_err(|error| describe(place, &error))? {
        Schema::Newer(_) => Err(newer(place)),
        Schema::Current | Schema::Outdated(_) => Ok(()),
    }
}

fn newer(place: &str) -> String {
    format!("the schema of {place} is newer than this program. Run the program that made it, or a later one.")
}

/// The database without its password.
fn place(database: &Database) -> String {
    match database {
        Database::Sqlite(path) => path.display().to_string(),
        Database::Postgres(url) => match url::Url::parse(url) {
            Ok(url) => {
                format!("the PostgreSQL database{} at {}", url.path().replacen('/', " ", 1), host(&url))
            }
            Err(_) => "the PostgreSQL database".to_owned(),
        },
    }
}

fn host(url: &url::Url) -> String {
    let host = url.host_str().filter(|host| !host.is_empty()).unwrap_or("its socket");
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// What an operator is told of a failure of the database: unlike a client, its own words too.
pub fn describe(place: &str, error: &Error) -> String {
    match error {
        Error::Unavailable(cause) => {
            format!("{place} cannot be reached: {cause}. Check that it runs, and --database.")
        }
        Error::Database(cause) => format!("{place} refused: {cause}."),
        Error::Internal(cause) => format!("{place}: {cause}."),
        Error::BadRequest(sentence) => sentence.clone(),
        Error::Forbidden(_) => "that is not allowed.".to_owned(),
        Error::Refused(refusal) => refusal.message.clone(),
    }
}
