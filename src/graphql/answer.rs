//! What a client gets back, before the transport has chosen a status and a media type.

use async_graphql::{Pos, Response, ServerError, Value};
use gate::Rejection;

use super::error::Code;
use super::live::EndReason;
use super::writing::Json;
use domain::reason::Reason;

/// A response, and how far the request got.
#[derive(Debug)]
pub struct Answer {
    response: Response,
    stage: Stage,
}

/// How far a request got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Refused before it was executed: the response has no `data`.
    Refused(Code),
    /// Executed, perhaps with errors in some fields.
    Executed,
}

impl Answer {
    pub(super) fn executed(response: Response) -> Self {
        Self { response, stage: Stage::Executed }
    }

    /// A refusal before execution: a sentence for the client, with its code.
    #[must_use]
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        let response = Response::from_errors(vec![error(code, message, Vec::new())]);
        Self { response, stage: Stage::Refused(code) }
    }

    /// More than the tenant's share: another try is worth it in so many seconds.
    #[must_use]
    pub fn rate_limited(message: String, retry_after: u64) -> Self {
        let mut error = error(Code::RateLimited, message, Vec::new());
        error.extensions.get_or_insert_default().set("retryAfter", retry_after);
        Self { response: Response::from_errors(vec![error]), stage: Stage::Refused(Code::RateLimited) }
    }

    /// A live operation that was not opened, for the errors of this response.
    #[must_use]
    pub(super) fn not_begun(response: Response) -> Self {
        Self { response, stage: Stage::Refused(Code::BadRequest) }
    }

    /// The last result of a stream that ends.
    #[must_use]
    pub fn ended(reason: EndReason, last: Option<&str>) -> Self {
        let (name, message) = reason.words();
        let mut error = error(Code::StreamEnded, message, Vec::new());
        let extensions = error.extensions.get_or_insert_default();
        extensions.set("reason", name);
        extensions.set("lastEventId", last);
        Self { response: Response::from_errors(vec![error]), stage: Stage::Refused(Code::StreamEnded) }
    }

    /// The gate did not admit the request.
    #[must_use]
    pub fn rejected(rejection: &Rejection) -> Self {
        let code = match rejection {
            Rejection::Parse(_) => Code::ParseFailed,
            Rejection::Validation(_) | Rejection::Variables(_) => Code::ValidationFailed,
            Rejection::Operation(_) => Code::BadRequest,
            Rejection::TooComplex(_) => Code::TooComplex,
        };
        let errors = rejection.errors().into_iter();
        let errors = errors.map(|found| error(code, found.message, found.locations)).collect();
        Self { response: Response::from_errors(errors), stage: Stage::Refused(code) }
    }

    /// The viewer may do nothing here, for these reasons.
    #[must_use]
    pub fn forbidden(reasons: &[Reason]) -> Self {
        Self::refused(super::Error::forbidden(reasons.to_vec()), Code::Forbidden)
    }

    /// A refusal of the whole request, for an error that is of this kind.
    pub(super) fn refused(error: super::Error, code: Code) -> Self {
        let mut error = async_graphql::Error::from(error).into_server_error(Pos::default());
        error.locations.clear();
        Self { response: Response::from_errors(vec![error]), stage: Stage::Refused(code) }
    }

    #[must_use]
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// Whether there is no data, and only because the database is unavailable: the same request may be answered later.
    #[must_use]
    pub fn is_nothing_for_now(&self) -> bool {
        let is_null = |value: &Value| *value == Value::Null;
        let has_nothing = match &self.response.data {
            Value::Object(fields) => fields.values().all(is_null),
            data => is_null(data),
        };
        let unavailable = Value::String(Code::Unavailable.name().to_owned());
        let errors = &self.response.errors;
        has_nothing
            && !errors.is_empty()
            && errors.iter().all(|error| {
                error.extensions.as_ref().and_then(|extensions| extensions.get("code")) == Some(&unavailable)
            })
    }

    /// The code of the first error, if there is any.
    #[must_use]
    pub fn code(&self) -> Option<String> {
        let first = self.response.errors.first()?;
        match first.extensions.as_ref()?.get("code")? {
            Value::String(code) => Some(code.clone()),
            _ => None,
        }
    }

    /// The answer as JSON, each error with the request's id.
    #[must_use]
    pub fn to_json(mut self, request_id: &str) -> Vec<u8> {
        for error in &mut self.response.errors {
            let extensions = error.extensions.get_or_insert_default();
            // An error of the engine's own: a value that only the engine parses, such as an instant.
            if extensions.get("code").is_none() {
                extensions.set("code", Code::BadRequest.name());
            }
            extensions.set("requestId", request_id);
        }
        let Self { response, stage } = self;
        let mut json = Json::default();
        json.byte(b'{');
        if !response.errors.is_empty() {
            json.key("errors");
            json.serialized(&response.errors);
        }
        // A request that was not executed has no data, not even null (GraphQL, section "Response Format").
        if stage == Stage::Executed {
            if !response.errors.is_empty() {
                json.byte(b',');
            }
            json.key("data");
            json.value(&response.data);
        }
        if !response.extensions.is_empty() {
            json.byte(b',');
            json.key("extensions");
            json.serialized(&response.extensions);
        }
        json.byte(b'}');
        json.into_bytes()
    }
}

fn error(code: Code, message: impl Into<String>, locations: Vec<Pos>) -> ServerError {
    let mut error = ServerError::new(message, None);
    error.locations = locations;
    error.extensions.get_or_insert_default().set("code", code.name());
    error
}
