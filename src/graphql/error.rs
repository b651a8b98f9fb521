//! What a client is told when something fails: the one place where an error becomes text.

use async_graphql::ErrorExtensions;

use access::{Error as AccessError, Outage};
use domain::reason::Reason;

/// The result of whatever can fail in the API.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an answer cannot be given.
///
/// It deliberately has no `Display`: with one, `?` would turn any error into text that clients read.
#[derive(Clone, Debug)]
pub enum Error {
    /// The client asked for something that cannot be; the sentence says what to do and is shown to it.
    BadRequest(String),
    /// What the wall answered: someone may not, the domain refuses, or the database failed.
    Access(AccessError),
}

impl Error {
    /// Something that cannot happen did; the words are for the log.
    #[must_use]
    pub const fn internal(cause: &'static str) -> Self {
        Self::Access(AccessError::Internal(cause))
    }

    /// The viewer sees the object but may not do this with it.
    #[must_use]
    pub const fn forbidden(reasons: Vec<Reason>) -> Self {
        Self::Access(AccessError::Forbidden(reasons))
    }

    /// The error of reading what a mutation has written: it must not say that nothing was changed.
    #[must_use]
    pub fn of_reading_back(self) -> Self {
        match self {
            Self::Access(error) => Self::Access(error.of_reading_back()),
            Self::BadRequest(_) => self,
        }
    }
}

impl<E: Into<AccessError>> From<E> for Error {
    fn from(error: E) -> Self {
        Self::Access(error.into())
    }
}

/// The codes of top-level errors, in `extensions.code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    Unauthenticated,
    Forbidden,
    BadRequest,
    ParseFailed,
    ValidationFailed,
    TooComplex,
    PersistedQueryNotSupported,
    PersistedQueryNotFound,
    DocumentNotTrusted,
    RateLimited,
    StreamEnded,
    Timeout,
    Unavailable,
    Internal,
}

impl Code {
    /// The code as clients see it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::BadRequest => "BAD_REQUEST",
            Self::ParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::ValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Self::TooComplex => "QUERY_TOO_COMPLEX",
            Self::PersistedQueryNotSupported => "PERSISTED_QUERY_NOT_SUPPORTED",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::DocumentNotTrusted => "DOCUMENT_NOT_TRUSTED",
            Self::RateLimited => "RATE_LIMITED",
            Self::StreamEnded => "STREAM_ENDED",
            Self::Timeout => "TIMEOUT",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }
}

/// The error's text for clients, with its code. What is not the client's business goes to the log instead.
impl From<Error> for async_graphql::Error {
    fn from(error: Error) -> Self {
        let (code, message) = match &error {
            Error::BadRequest(message) => (Code::BadRequest, message.clone()),
            Error::Access(AccessError::Forbidden(reasons)) => {
                let messages: Vec<_> = reasons.iter().map(|reason| reason.message.as_str()).collect();
                (Code::Forbidden, messages.join(" "))
            }
            Error::Access(AccessError::Refused(refusal)) => (Code::BadRequest, refusal.message.clone()),
            Error::Access(AccessError::Unavailable(outage, cause)) => {
                tracing::error!(?outage, ?cause, "the database is unavailable");
                let (code, message) = unavailable(*outage);
                (code, message.to_owned())
            }
            Error::Access(AccessError::Database(cause)) => {
                tracing::error!(?cause, "the database refused a statement");
                (Code::Internal, INTERNAL.to_owned())
            }
            Error::Access(AccessError::Internal(cause)) => {
                tracing::error!(cause, "an invariant does not hold");
                (Code::Internal, INTERNAL.to_owned())
            }
        };
        let reasons = match &error {
            Error::Access(AccessError::Forbidden(reasons)) => serde_json::to_value(reasons).ok(),
            _ => None,
        };
        Self::new(message).extend_with(|_, extensions| {
            extensions.set("code", code.name());
            if let Some(reasons) = reasons.and_then(|reasons| async_graphql::Value::from_json(reasons).ok()) {
                extensions.set("reasons", reasons);
            }
        })
    }
}

/// What a client is told of an internal error.
pub const INTERNAL: &str = "Something went wrong on our side. It is in the log under this request's id, which you can give to the operator.";

/// What a client is told of an outage, which passes, with its code.
#[must_use]
pub const fn unavailable(outage: Outage) -> (Code, &'static str) {
    match outage {
        Outage::Away => (
            Code::Unavailable,
            "The database cannot be reached right now. Nothing is wrong with the request: try again shortly.",
        ),
        Outage::Busy | Outage::Contended => (
            Code::Unavailable,
            "The database is busy with something else right now. Nothing was changed: try again shortly.",
        ),
        Outage::ReadOnly => (
            Code::Unavailable,
            "The database cannot be written to right now. Nothing was changed: try again later.",
        ),
        Outage::Slow => {
            (Code::Timeout, "The database took too long and was stopped: ask for less at once, or try again.")
        }
        Outage::Undecided => (
            Code::Unavailable,
            "The database failed before the change could be shown: it is stored whole, or not at all. Look which, or send \
             it again with the same idempotency key.",
        ),
    }
}
