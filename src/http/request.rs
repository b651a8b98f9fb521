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
    /// The document's text; None where it is meant by its id.
    query: Option<String>,
    document_id: Option<DocumentId>,
    operation_name: Option<String>,
    variables: Map<String, Value>,
}

/// By what a document is meant, besides or instead of its text.
#[derive(Debug)]
enum DocumentId {
    /// `documentId` (GraphQL over HTTP, appendix on persisted documents).
    Id(String),
    /// A hash of the text, where Apollo's clients put it.
    Hash(String),
}

impl GraphqlRequest {
    pub fn parameters(&self) -> RequestParameters<'_> {
        RequestParameters {
            query: self.query.as_deref().unwrap_or_default(),
            operation_name: self.operation_name.as_deref(),
            variables: &self.variables,
        }
    }

    pub fn text(&self) -> Option<&str> {
        self.query.as_deref()
    }

    /// By what id the document is meant, besides or instead of its text.
    pub fn document_id(&self) -> Option<&str> {
        match &self.document_id {
            Some(DocumentId::Id(id) | DocumentId::Hash(id)) => Some(id),
            None => None,
        }
    }

    /// By what hash it is meant, which registers it where that is allowed.
    pub fn document_hash(&self) -> Option<&str> {
        match &self.document_id {
            Some(DocumentId::Hash(hash)) => Some(hash),
            Some(DocumentId::Id(_)) | None => None,
        }
    }

    pub fn with_text(self, text: String) -> Self {
        Self { query: Some(text), ..self }
    }

    pub fn no_document() -> HttpError {
        HttpError::bad_request("`query` is missing: send the GraphQL document in it.")
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
                "query" | "operationName" | "documentId" => Value::String(value.into_owned()),
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
            Some(Value::String(query)) => Some(query),
            Some(_) => return Err(HttpError::bad_request("`query` must be a string.")),
            None => None,
        };
        let document_id = document_id(&mut members)?;
        if query.is_none() && document_id.is_none() {
            return Err(Self::no_document());
        }
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
        Ok(Self { query, document_id, operation_name, variables })
    }
}

fn document_id(members: &mut Map<String, Value>) -> Result<Option<DocumentId>, HttpError> {
    match members.remove("documentId") {
        Some(Value::String(id)) => return Ok(Some(DocumentId::Id(id))),
        None | Some(Value::Null) => {}
        Some(_) => return Err(HttpError::bad_request("`documentId` must be a string or null.")),
    }
    let persisted = members.get("extensions").and_then(|extensions| extensions.get("persistedQuery"));
    let Some(persisted) = persisted else { return Ok(None) };
    let hash = persisted.get("sha256Hash").and_then(Value::as_str);
    hash.map(|hash| Some(DocumentId::Hash(hash.to_owned()))).ok_or_else(|| {
        HttpError::bad_request("`extensions.persistedQuery` has no `sha256Hash` that is a string.")
    })
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
