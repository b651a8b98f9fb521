//! What can go wrong below the API.
//!
//! [`Error`] deliberately has no `Display`: with one, `?` would turn any error into text that clients read. What a
//! client is told is decided in one place, `graphql::fault`.

use sea_orm::{DbErr, RuntimeErr, sqlx};

use crate::rules::{reason::Reason, refusal::Refusal};

/// The result of whatever can fail below the API.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an answer could not be given.
#[derive(Clone, Debug)]
pub enum Error {
    /// The client asked for something that cannot be; the sentence says what to do and is shown to it.
    BadRequest(String),
    /// The viewer sees the object but may not do this with it.
    Forbidden(Vec<Reason>),
    /// A mutation was refused for a reason that its caller can act on; its payload says so.
    Refused(Box<Refusal>),
    /// The database cannot be reached, or had no connection free in time. Trying again may help.
    Unavailable(DbErr),
    /// The database refused a statement that this server built.
    Database(DbErr),
    /// Something that cannot happen did; the words are for the log.
    Internal(&'static str),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        if is_away(&error) { Self::Unavailable(error) } else { Self::Database(error) }
    }
}

/// Whether the database could not be talked to, as opposed to having answered no.
fn is_away(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
            match error.as_ref() {
                sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed => true,
                // Classes 57 (the server is being shut down) and 53 (it is out of something), PostgreSQL's appendix A.
                sqlx::Error::Database(refusal) => {
                    refusal.code().is_some_and(|code| code.starts_with("57P") || code.starts_with("53"))
                }
                _ => false,
            }
        }
        _ => false,
    }
}
