//! Opening the database, with words for all that can be wrong with it.

use std::path::Path;

use super::CliResult;
use super::new_file::{NewFile, missing};
use crate::Error;
use crate::key_file;
use access::{Claim, Database, LogKey, LogPublicKey, Schema, Store, StoreOptions};
use access::{Outage, database_words};

/// Where the demo keeps its world, unless it is told where.
pub const DEMO_DIRECTORY: &str = "copartner-demo";

/// Opens the database for use. SQLite is made and brought up to date at once, PostgreSQL must be already.
pub async fn open_current(options: StoreOptions) -> CliResult<Store> {
    match options.database {
        Database::Sqlite(_) => open_migrated(options).await,
        Database::Postgres(_) => open_existing(options).await,
    }
}

/// Opens the database for a command that only reads: it is neither made nor brought up to date.
pub async fn open_existing(options: StoreOptions) -> CliResult<Store> {
    let place = place(&options.database);
    let store = open_as_it_is(options).await?;
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

/// Opens a database that must be there, whatever its tables are.
pub async fn open_as_it_is(options: StoreOptions) -> CliResult<Store> {
    if let Some(path) = missing(&options.database) {
        return Err(nothing_at(path));
    }
    let place = place(&options.database);
    Store::open(options).await.map_err(|error| describe(&place, &error))
}

/// Opens the database and brings it up to date; a SQLite file is made when it is missing.
pub async fn open_migrated(options: StoreOptions) -> CliResult<Store> {
    if let Some(new) = NewFile::of(&options.database)? {
        let place = place(&options.database);
        let making = StoreOptions { database: new.database(), ..options.clone() };
        migrated(making, &place).await?.close().await;
        // If someone else has made one meanwhile, it is as good.
        new.put()?;
    }
    let place = place(&options.database);
    migrated(options, &place).await
}

/// Does what writes rows and may fail. If the database is a SQLite file that is not there yet, it is there only once the
/// work is done.
pub async fn work_on<T>(
    options: StoreOptions,
    work: impl AsyncFnOnce(&Store) -> CliResult<T>,
) -> CliResult<T> {
    let Some(new) = NewFile::of(&options.database)? else {
        let store = open_current(options).await?;
        let outcome = work(&store).await;
        store.close().await;
        return outcome;
    };
    let place = place(&options.database);
    let store = migrated(StoreOptions { database: new.database(), ..options }, &place).await?;
    let outcome = work(&store).await;
    store.close().await;
    let outcome = outcome?;
    if new.put()? {
        Ok(outcome)
    } else {
        Err(format!("{place} was made by someone else meanwhile. Nothing was written: do it again."))
    }
}

async fn migrated(options: StoreOptions, place: &str) -> CliResult<Store> {
    let store = Store::open(options).await.map_err(|error| describe(place, &error))?;
    if let Schema::Newer(_) = store.schema().await.map_err(|error| describe(place, &error))? {
        return Err(newer(place));
    }
    store.migrate_up().await.map_err(|error| describe(place, &error))?;
    Ok(store)
}

fn nothing_at(path: &Path) -> String {
    let demo = Path::new(DEMO_DIRECTORY);
    let hint = if demo.exists() {
        format!(" The demo's world is in {0}: --data {0}.", demo.display())
    } else {
        String::new()
    };
    format!(
        "there is no database at {}. Name its directory with --data DIR, or the database with --database URL; \
         `copartner serve` and `copartner import` make one.{hint}",
        path.display()
    )
}

fn newer(place: &str) -> String {
    format!("the schema of {place} is newer than this program. Run the program that made it, or a later one.")
}

/// Takes the key in `file` to sign the log with. It is made for a log that nobody has signed yet, and must be there for
/// any other.
pub async fn claim_log(store: &Store, file: &Path) -> CliResult {
    let told = |error: Error| describe("the database", &error);
    let refused = |public: &LogPublicKey| {
        format!(
            "the log is signed with the key {}, which is not the one in {}. Copy the key's file there from the server \
             that has it, or name it with `log_key`. If it is lost, `copartner log sign-anew` checks the log and signs \
             it with a new one.",
            public.to_text(),
            file.display()
        )
    };
    let key = match (key_file::open(file).map_err(|error| error.sentence())?, store.log_public_key().await) {
        (Some(key), _) => LogKey::from(key),
        (None, Ok(Some(public))) => return Err(refused(&public)),
        (None, Ok(None)) => LogKey::from(key_file::open_or_make(file).map_err(|error| error.sentence())?),
        (None, Err(error)) => return Err(told(error)),
    };
    match store.claim_log(key).await.map_err(told)? {
        Claim::Ours => Ok(()),
        Claim::Anothers(public) => Err(refused(&public)),
    }
}

/// The database without its password.
pub fn place(database: &Database) -> String {
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
        Error::Unavailable(Outage::Away, cause) => {
            format!(
                "{place} cannot be reached: {}. Check that it runs, and --database.",
                database_words(cause)
            )
        }
        Error::Unavailable(Outage::Busy | Outage::Contended, cause) => {
            format!("{place} is busy: {}. Try again when nobody else writes to it.", database_words(cause))
        }
        Error::Unavailable(Outage::ReadOnly, cause) => {
            format!(
                "{place} cannot be written to: {}. Check its disk, and that it is no standby.",
                database_words(cause)
            )
        }
        Error::Unavailable(Outage::Slow, cause) => {
            format!("{place} took too long: {}. See `pool.statement_seconds`.", database_words(cause))
        }
        Error::Unavailable(Outage::Undecided, cause) => format!(
            "{place} failed while the change was being stored: {}. It is stored whole, or not at all: look which.",
            database_words(cause)
        ),
        Error::Database(cause) => format!("{place} refused: {}.", database_words(cause)),
        Error::Internal(cause) => format!("{place}: {cause}."),
        Error::Forbidden(_) => "that is not allowed.".to_owned(),
        Error::Refused(refusal) => refusal.message.clone(),
    }
}
