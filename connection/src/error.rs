//! What can go wrong between this program and its database.
//!
//! [`Error`] deliberately has no `Display`: a database's words are for operators alone.

use sea_orm::{DbErr, RuntimeErr};
use sqlx::sqlite::SqliteError;

/// The result of whatever can fail here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a statement has no answer.
#[derive(Clone, Debug)]
pub enum Error {
    /// The database is in a state that passes. Nothing has been done; trying again may help.
    Unavailable(Outage, DbErr),
    /// The database refused a statement that this server built.
    Database(DbErr),
    /// Something that cannot happen did; the words are for the log.
    Internal(&'static str),
}

/// A state of the database that passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outage {
    /// It cannot be talked to, or had no connection free in time.
    Away,
    /// Someone else holds what is needed: a lock, the writer's place in a SQLite file, all connections.
    Busy,
    /// Two transactions are in each other's way, and this one was chosen to begin again: at once, it may well succeed.
    Contended,
    /// It can be read but not written: its disk is full or fails, or it is a standby.
    ReadOnly,
    /// It took longer with a statement than it may.
    Slow,
    /// It failed while a transaction was being committed, or what that has left was being read: it is done, or not done at
    /// all.
    Undecided,
}

impl Error {
    /// The error of a COMMIT, after which nobody knows whether it was done, unless the database said that it was not.
    pub(crate) fn of_commit(error: DbErr) -> Self {
        // A write that could not be made durable may be found there after a crash all the same.
        let is_io_error = sqlite_kind(&error) == Some(IOERR);
        match Self::from(error) {
            Self::Unavailable(Outage::Away, cause) => Self::Unavailable(Outage::Undecided, cause),
            Self::Unavailable(_, cause) if is_io_error => Self::Unavailable(Outage::Undecided, cause),
            other => other,
        }
    }

    /// An optimistic transaction has come to nothing: it begins again, with locks.
    #[must_use]
    pub fn overtaken(why: &str) -> Self {
        Self::Unavailable(Outage::Contended, DbErr::Custom(why.to_owned()))
    }

    /// The error of a statement that only reads: that nothing can be written is not the point.
    pub(crate) fn of_reading(error: DbErr) -> Self {
        match Self::from(error) {
            Self::Unavailable(Outage::ReadOnly, cause) => Self::Unavailable(Outage::Away, cause),
            other => other,
        }
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match Outage::of(&error) {
            Some(outage) => Self::Unavailable(outage, error),
            None => Self::Database(error),
        }
    }
}

impl Outage {
    /// None when the database has answered, and its answer was no.
    pub(crate) fn of(error: &DbErr) -> Option<Self> {
        let (DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause))) = error
        else {
            // A pool also runs out of time while nobody can be connected to.
            return matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)).then_some(Self::Away);
        };
        match cause.as_ref() {
            sqlx::Error::PoolTimedOut => Some(Self::Busy),
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            // The server broke off in the middle of a message.
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Some(Self::Away),
            sqlx::Error::Database(refusal) => {
                let code = refusal.code().unwrap_or_default();
                let outage = match sqlite_kind(error) {
                    Some(kind) => Self::of_sqlite(kind),
                    None => Self::of_postgres(&code),
                };
                // A server that turns connections away does so for whatever reason; it may take the next one.
                outage.or(matches!(error, DbErr::Conn(_)).then_some(Self::Away))
            }
            _ => matches!(error, DbErr::Conn(_)).then_some(Self::Away),
        }
    }

    fn of_sqlite(kind: u32) -> Option<Self> {
        match kind {
            // SQLITE_INTERRUPT, by a statement's own deadline.
            9 => Some(Self::Slow),
            // SQLITE_BUSY and SQLITE_LOCKED.
            5 | 6 => Some(Self::Busy),
            // SQLITE_NOMEM, SQLITE_READONLY, SQLITE_FULL and SQLITE_CANTOPEN.
            IOERR | 7 | 8 | 13 | 14 => Some(Self::ReadOnly),
            _ => None,
        }
    }

    /// PostgreSQL's error codes (its documentation, appendix A), of which the first two characters are the class.
    fn of_postgres(code: &str) -> Option<Self> {
        match code {
            // serialization_failure and deadlock_detected.
            "40001" | "40P01" => Some(Self::Contended),
            // lock_not_available, and a server that takes no more connections.
            "55P03" | "53300" => Some(Self::Busy),
            // read_only_sql_transaction: the server has become a standby. disk_full. io_error.
            "25006" | "53100" | "58030" => Some(Self::ReadOnly),
            // query_canceled, by the statement's time-out.
            "57014" => Some(Self::Slow),
            // A connection's exception, resources that ran out, and a server that is being shut down or started.
            _ if code.starts_with("08") || code.starts_with("53") || code.starts_with("57P") => {
                Some(Self::Away)
            }
            _ => None,
        }
    }
}

/// SQLITE_IOERR.
const IOERR: u32 = 10;

/// The kind of SQLite's result code, its low byte (sqlite.org/rescode.html); None for an error of something else.
fn sqlite_kind(error: &DbErr) -> Option<u32> {
    let (DbErr::Conn(RuntimeErr::SqlxError(cause))
    | DbErr::Exec(RuntimeErr::SqlxError(cause))
    | DbErr::Query(RuntimeErr::SqlxError(cause))) = error
    else {
        return None;
    };
    let refusal = cause.as_database_error()?;
    refusal.try_downcast_ref::<SqliteError>()?;
    refusal.code()?.parse::<u32>().ok().map(|code| code & 0xff)
}

/// What the database said, for operators: its message and its code, without the line of its own source that the driver
/// adds.
#[must_use]
pub fn database_words(error: &DbErr) -> String {
    let (DbErr::Conn(RuntimeErr::SqlxError(cause))
    | DbErr::Exec(RuntimeErr::SqlxError(cause))
    | DbErr::Query(RuntimeErr::SqlxError(cause))) = error
    else {
        return error.to_string();
    };
    match cause.as_ref() {
        sqlx::Error::Database(refusal) => match refusal.code() {
            Some(code) => format!("{} (code {code})", refusal.message()),
            None => refusal.message().to_owned(),
        },
        other => other.to_string(),
    }
}
