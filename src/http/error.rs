//! What is wrong with a request before GraphQL comes into it, and the status that says so.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_ENCODING, ALLOW, HeaderName};

use super::rate::Refused;
use crate::Error;
use crate::graphql::{Answer, Code};
use access::Outage;

/// A refusal of the transport.
#[derive(Debug)]
pub struct HttpError {
    pub status: StatusCode,
    pub code: Code,
    pub message: String,
    /// The header that says what would have been taken: `Allow` or `Accept-Encoding`.
    pub taken: Option<(HeaderName, &'static str)>,
    /// In how many seconds the same is worth another try, where that is known.
    pub retry_after: Option<u64>,
}

impl HttpError {
    fn new(status: StatusCode, code: Code, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), taken: None, retry_after: None }
    }

    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Code::BadRequest, message)
    }

    pub fn too_large(limit: usize) -> Self {
        let message =
            format!("The body is larger than {limit} bytes. Send less, or use variables and pages.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, Code::BadRequest, message)
    }

    pub fn slow_body(time: Duration) -> Self {
        let message = format!("The body did not arrive within {} seconds.", time.as_secs());
        Self::new(StatusCode::REQUEST_TIMEOUT, Code::Timeout, message)
    }

    pub fn not_json() -> Self {
        let message = "The body must be sent with `Content-Type: application/json`, in UTF-8.";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::BadRequest, message)
    }

    /// A compressed body (RFC 9110, section 15.5.16).
    pub fn encoded() -> Self {
        let message = "The body must be sent as it is: compressed bodies are not read.";
        let refused = Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::BadRequest, message);
        Self { taken: Some((ACCEPT_ENCODING, "identity")), ..refused }
    }

    /// A document by its hash. Clients know this message, and send the document then.
    pub fn no_persisted_queries() -> Self {
        Self::new(StatusCode::BAD_REQUEST, Code::PersistedQueryNotSupported, "PersistedQueryNotSupported")
    }

    /// A document by a hash that is not registered. Clients know this message, and send the document along then.
    pub fn persisted_query_not_found() -> Self {
        Self::new(StatusCode::BAD_REQUEST, Code::PersistedQueryNotFound, "PersistedQueryNotFound")
    }

    /// A document that is not trusted, where only those are run that are.
    pub fn untrusted_document(message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Code::DocumentNotTrusted, message)
    }

    /// The schema, by someone to whom it is not told.
    pub fn no_introspection() -> Self {
        let message = "This server tells its schema to some roles only (`introspection_roles`). Leave `__schema` and `__type` out.";
        Self::new(StatusCode::FORBIDDEN, Code::Forbidden, message)
    }

    pub fn not_acceptable() -> Self {
        let message =
            "Answers come as `application/graphql-response+json` or `application/json`: accept one of them.";
        Self::new(StatusCode::NOT_ACCEPTABLE, Code::BadRequest, message)
    }

    /// A live operation by a client that takes one answer.
    pub fn no_stream() -> Self {
        let message = "This is a live operation: accept `text/event-stream`, or use a WebSocket (graphql-transport-ws).";
        Self::new(StatusCode::NOT_ACCEPTABLE, Code::BadRequest, message)
    }

    /// More at once than one may have.
    pub fn too_many(message: String) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, Code::RateLimited, message)
    }

    /// More than a tenant's share.
    pub fn rate_limited(refused: &Refused) -> Self {
        let (message, seconds) = match refused {
            Refused::Points(limit, seconds) => (
                format!(
                    "This operation costs {} points, and this tenant has {} left. There are enough in {seconds} seconds: try again \
                     then, or ask for less.",
                    limit.cost, limit.remaining
                ),
                *seconds,
            ),
            Refused::Running(most) => (
                format!(
                    "This tenant has {most} operations running already. Try again when one of them is answered."
                ),
                1,
            ),
            Refused::Overloaded => return Self::overloaded(),
            Refused::Uncounted(Error::Unavailable(outage, _)) => return Self::unavailable(*outage),
            Refused::Uncounted(_) => return Self::internal(),
        };
        Self { retry_after: Some(seconds), ..Self::too_many(message) }
    }

    /// Whether what was sent is no GraphQL request.
    pub fn is_malformed(&self) -> bool {
        self.code == Code::BadRequest
    }

    /// A method that this route does not know, or a mutation in a URL.
    pub fn wrong_method(message: &str, allow: &'static str) -> Self {
        Self {
            taken: Some((ALLOW, allow)),
            ..Self::new(StatusCode::METHOD_NOT_ALLOWED, Code::BadRequest, message)
        }
    }

    /// The same for every token that is not good, and for none at all: why is in the log.
    pub fn unauthenticated() -> Self {
        let message = "Send a valid token in the Authorization header: `Authorization: Bearer …`.";
        Self::new(StatusCode::UNAUTHORIZED, Code::Unauthenticated, message)
    }

    /// Whether the token is good cannot be told now. It is the same for every token of its issuer.
    pub fn unverifiable() -> Self {
        let message = "The keys to verify this token with cannot be read right now. Nothing is wrong with the request: try again shortly.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, message)
    }

    /// The database is in a state that passes.
    pub fn unavailable(outage: Outage) -> Self {
        let (code, message) = crate::graphql::unavailable(outage);
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, message)
    }

    /// There is more to do than the server can do.
    fn overloaded() -> Self {
        let message = "The server has as much to do as it can. Nothing has been done: try again in a second.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, message)
    }

    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal, crate::graphql::INTERNAL)
    }

    pub fn timeout(time: Duration) -> Self {
        let message = format!(
            "The request took longer than {} seconds and was given up. Ask for less at once.",
            time.as_secs()
        );
        Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::Timeout, message)
    }

    pub fn answer(&self) -> Answer {
        match self.retry_after {
            Some(seconds) => Answer::rate_limited(self.message.clone(), seconds),
            None => Answer::error(self.code, self.message.clone()),
        }
    }
}
