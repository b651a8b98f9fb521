//! A GraphQL request as HTTP carries it: a JSON body, or the parameters of a URL (GraphQL over HTTP, section 5).

use std::time::Duration;

use actix_web::web;
use futures_util::StreamExt;
use gate::RequestParameters;
use serde_json::{Map, Value};

use super::error::HttpError;
use domain::json::{self, JsonError};

/// How deep arrays and objects of a body may nest: as deep as values of a document, and what is around them.
pub const DEEPEST_BODY: usize = 127;

/// What a client sent, read but not parsed yet.
#[derive(Debug)]
pub struct GraphqlRequest {
    query: String,
    operation_name: Option<String>,
    variables: Map<String, Value>,
}

impl GraphqlRequest {
    pub fn parameters(&self) -> RequestParameters<'_> {
        RequestParameters {
            query: &self.query,
            operation_name: self.operation_name.as_deref(),
            variables: &self.variables,
        }
    }

    /// Reads a JSON body.
    pub fn from_body(body: &[u8]) -> Result<Self, HttpError> {
        let json = json::read(body, DEEPEST_BODY).map_err(|error| {
            HttpError::bad_request(match error {
                JsonError::Unreadable { line, column } => format!(
                    "The body is not JSON: it breaks off or goes wrong at line {line}, column {column}."
                ),
                JsonError::RepeatedMember { line, column } => format!(
                    "The body has a member twice in one object, at line {line}, column {column}. Send it once."
                ),
            })
        })?;
        match json {
            Value::Object(members) => Self::from_members(members),
            Value::Array(_) => Err(HttpError::bad_request(
                "Batches are not supported. Send one request, or several root fields in one operation.",
            )),
            _ => Err(HttpError::bad_request("The body must be a JSON object with a member `query`.")),
        }
    }

    /// Reads the parameters of a URL, in which `variables` and `extensions` are JSON.
    pub fn from_url(parameters: &str) -> Result<Self, HttpError> {
        let mut members = Map::new();
        for (name, value) in url::form_urlencoded::parse(parameters.as_bytes()) {
            let value = match name.as_ref() {
                "query" | "operationName" => Value::String(value.into_owned()),
                "variables" | "extensions" if value.is_empty() => Value::Null,
                "variables" | "extensions" => serde_json::from_str(&value)
                    .map_err(|_| HttpError::bad_request(format!("The parameter `{name}` is not JSON.")))?,
                _ => continue,
            };
            if members.insert(name.clone().into_owned(), value).is_some() {
                return Err(HttpError::bad_request(format!("The parameter `{name}` is given twice.")));
            }
        }
        Self::from_members(members)
    }

    /// Reads the members of a request.
    pub fn from_members(mut members: Map<String, Value>) -> Result<Self, HttpError> {
        let query = match members.remove("query") {
            Some(Value::String(query)) => query,
            Some(_) => return Err(HttpError::bad_request("`query` must be a string.")),
            None if has_persisted_query(&members) => return Err(HttpError::no_persisted_queries()),
            None => {
                return Err(HttpError::bad_request("`query` is missing: send the GraphQL document in it."));
            }
        };
        let operation_name = match members.remove("operationName") {
            Some(Value::String(name)) if !name.is_empty() => Some(name),
            // No operation can be called nothing.
            None | Some(Value::Null | Value::String(_)) => None,
            Some(_) => return Err(HttpError::bad_request("`operationName` must be a string or null.")),
        };
        let mut object = |name: &str| match members.remove(name) {
            Some(Value::Object(object)) => Ok(object),
            None | Some(Value::Null) => Ok(Map::new()),
            Some(_) => Err(HttpError::bad_request(format!("`{name}` must be an object or null."))),
        };
        let variables = object("variables")?;
        object("extensions")?;
        Ok(Self { query, operation_name, variables })
    }
}

/// Whether a document is meant by its hash, as Apollo's automatic persisted queries do.
fn has_persisted_query(members: &Map<String, Value>) -> bool {
    members.get("extensions").is_some_and(|extensions| extensions.get("persistedQuery").is_some())
}

/// Reads a body of at most `limit` bytes, which must arrive within `time`.
pub async fn read_body(mut body: web::Payload, limit: usize, time: Duration) -> Result<Vec<u8>, HttpError> {
    let read = async {
        let mut bytes = Vec::new();
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|_| HttpError::bad_request("The body breaks off."))?;
            if bytes.len() + chunk.len() > limit {
                return Err(HttpError::too_large(limit));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    };
    tokio::time::timeout(time, read).await.unwrap_or_else(|_| Err(HttpError::slow_body(time)))
}
