//! What can go wrong below the API.
//!
//! [`Error`] deliberately has no `Display`: with one, `?` would turn any error into text that clients read. What a
//! client is told is decided in one place, by the API.

use connection::Outage;
use sea_orm::DbErr;

use domain::{reason::Reason, refusal::Refusal};

/// The result of whatever can fail below the API.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an answer could not be given.
#[derive(Clone, Debug)]
pub enum Error {
    /// The viewer sees the object but may not do this with it.
    Forbidden(Vec<Reason>),
    /// A mutation was refused for a reason that its caller can act on; its payload says so.
    Refused(Box<Refusal>),
    /// The database is in a state that passes. Nothing has been done; trying again may help.
    Unavailable(Outage, DbErr),
    /// The database refused a statement that this server built.
    Database(DbErr),
    /// Something that cannot happen did; the words are for the log.
    Internal(&'static str),
}

impl Error {
    /// The error of reading what a mutation has left. That it may be sent again without a thought must not be said of it.
    #[must_use]
    pub fn of_reading_back(self) -> Self {
        match self {
            Self::Unavailable(_, cause) => Self::Unavailable(Outage::Undecided, cause),
            other => other,
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<connection::Error> for Error {
    fn from(error: connection::Error) -> Self {
        match error {
            connection::Error::Unavailable(outage, cause) => Self::Unavailable(outage, cause),
            connection::Error::Database(cause) => Self::Database(cause),
            connection::Error::Internal(words) => Self::Internal(words),
        }
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        connection::Error::from(error).into()
    }
}
