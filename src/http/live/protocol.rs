//! The messages of graphql-transport-ws, and the codes with which a socket is closed
//! (the protocol's specification: <https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverWebSocket.md>).

use std::borrow::Cow;

use domain::json::{self, JsonError};
use domain::tenant::Barred;
use serde_json::{Map, Value, json};

use crate::http::error::HttpError;
use crate::http::request::{DEEPEST_BODY, GraphqlRequest};

/// The name of the protocol, as a client asks for it.
pub const PROTOCOL: &str = "graphql-transport-ws";

/// The longest id of an operation, in bytes: it is repeated in each message.
const LONGEST_ID: usize = 256;

/// What a client says.
#[derive(Debug)]
pub enum ClientMessage {
    /// Who it is. With a token, or without.
    ConnectionInit(Option<String>),
    /// Asks for a sign of life, perhaps with a fresh token.
    Ping {
        payload: Option<Value>,
        token: Option<String>,
    },
    Pong,
    Subscribe {
        id: String,
        request: Result<GraphqlRequest, HttpError>,
    },
    Complete {
        id: String,
    },
}

/// Why a socket is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closure {
    pub code: u16,
    pub reason: Cow<'static, str>,
}

impl Closure {
    /// The server stops. Clients come back.
    pub const fn going_away() -> Self {
        Self::new(1001, "The server stops. Connect again.")
    }

    /// The client closes.
    pub const fn normal() -> Self {
        Self::new(1000, "")
    }

    /// Not a frame of RFC 6455.
    pub const fn malformed_frame() -> Self {
        Self::new(1002, "That is no WebSocket frame.")
    }

    pub const fn not_utf8() -> Self {
        Self::new(1007, "That is no UTF-8.")
    }

    pub fn too_large(limit: usize) -> Self {
        Self { code: 1009, reason: format!("A message has {limit} bytes at most.").into() }
    }

    /// Whatever passes. Clients come back, each after a time of its own.
    pub const fn try_again_later(reason: &'static str) -> Self {
        Self::new(1013, reason)
    }

    /// The keys of the token's issuer cannot be had now. Clients come back.
    pub const fn unverifiable() -> Self {
        Self::try_again_later("The token cannot be verified right now. Connect again.")
    }

    /// Not a message of this protocol.
    pub fn invalid(reason: impl Into<Cow<'static, str>>) -> Self {
        Self { code: 4400, reason: reason.into() }
    }

    /// An operation before the connection is acknowledged.
    pub const fn unauthorized() -> Self {
        Self::new(4401, "Unauthorized")
    }

    /// The token was revoked, or what it is trusted by. Clients stay away.
    pub const fn revoked() -> Self {
        Self::new(4401, "Unauthorized: the token is not accepted any more.")
    }

    /// The tenant is not let in. Clients come back, and are told again.
    pub const fn barred(barred: Barred) -> Self {
        Self::forbidden(match barred {
            Barred::NotRegistered => "Forbidden: this tenant is not registered here.",
            Barred::Suspended => "Forbidden: this tenant is suspended.",
            Barred::Closed => "Forbidden: this tenant was closed.",
        })
    }

    /// The token is not good, or not any more. Clients come back with another one.
    pub const fn forbidden(reason: &'static str) -> Self {
        Self::new(4403, reason)
    }

    pub const fn unknown_protocol() -> Self {
        Self::new(4406, "Subprotocol not acceptable: ask for graphql-transport-ws.")
    }

    pub const fn init_timeout() -> Self {
        Self::new(4408, "Connection initialisation timeout")
    }

    pub fn repeated_id(id: &str) -> Self {
        Self { code: 4409, reason: format!("Subscriber for {id} already exists").into() }
    }

    pub const fn repeated_init() -> Self {
        Self::new(4429, "Too many initialisation requests")
    }

    const fn new(code: u16, reason: &'static str) -> Self {
        Self { code, reason: Cow::Borrowed(reason) }
    }
}

impl ClientMessage {
    /// # Errors
    ///
    /// What the socket is closed for, when it is not a message of this protocol.
    pub fn read(text: &str) -> Result<Self, Closure> {
        let message = json::read(text.as_bytes(), DEEPEST_BODY).map_err(|error| match error {
            JsonError::Unreadable { .. } => Closure::invalid("Invalid message: it is not JSON."),
            JsonError::RepeatedMember { .. } => {
                Closure::invalid("Invalid message: an object has a member twice.")
            }
        })?;
        let Value::Object(mut message) = message else {
            return Err(Closure::invalid("Invalid message: it is not an object."));
        };
        let payload = message.remove("payload");
        match message.get("type").and_then(Value::as_str) {
            Some("connection_init") => Ok(Self::ConnectionInit(token(object(payload)?.as_ref()))),
            Some("ping") => {
                let payload = object(payload)?;
                let token = token(payload.as_ref());
                Ok(Self::Ping { payload: payload.map(Value::Object).filter(|_| token.is_none()), token })
            }
            Some("pong") => object(payload).map(|_| Self::Pong),
            Some("subscribe") => {
                let Some(payload) = object(payload)? else {
                    return Err(Closure::invalid("Invalid message: `subscribe` has no payload."));
                };
                let request = GraphqlRequest::from_members(payload);
                match request {
                    Err(error) if error.is_malformed() => Err(Closure::invalid(error.message)),
                    request => Ok(Self::Subscribe { id: id(message)?, request }),
                }
            }
            Some("complete") => Ok(Self::Complete { id: id(message)? }),
            _ => Err(Closure::invalid("Invalid message: its type is none that a client sends.")),
        }
    }
}

fn object(payload: Option<Value>) -> Result<Option<Map<String, Value>>, Closure> {
    match payload {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(members)) => Ok(Some(members)),
        Some(_) => Err(Closure::invalid("Invalid message: its payload is not an object.")),
    }
}

fn id(mut message: Map<String, Value>) -> Result<String, Closure> {
    match message.remove("id") {
        Some(Value::String(id)) if (1..=LONGEST_ID).contains(&id.len()) => Ok(id),
        _ => Err(Closure::invalid("Invalid message: its id is not a string of 1 to 256 bytes.")),
    }
}

/// The token in a payload, as an Authorization header would have it.
fn token(payload: Option<&Map<String, Value>>) -> Option<String> {
    let mut members = payload?.iter();
    let (_, token) = members.find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
    token.as_str().map(str::to_owned)
}

/// What the server says. `payload` of a `next` is an answer's JSON.
pub fn next(id: &str, payload: &[u8]) -> Vec<u8> {
    let mut message = format!(r#"{{"id":{},"type":"next","payload":"#, Value::from(id)).into_bytes();
    message.extend_from_slice(payload);
    message.push(b'}');
    message
}

/// An operation that was not executed: the errors of its answer's JSON.
pub fn error(id: &str, answer: &[u8]) -> Vec<u8> {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    json!({ "id": id, "type": "error", "payload": answer["errors"] }).to_string().into_bytes()
}

pub fn complete(id: &str) -> Vec<u8> {
    json!({ "id": id, "type": "complete" }).to_string().into_bytes()
}

pub fn connection_ack(expires_at: &str) -> Vec<u8> {
    json!({ "type": "connection_ack", "payload": { "expiresAt": expires_at } }).to_string().into_bytes()
}

pub fn pong(payload: Option<Value>) -> Vec<u8> {
    let mut message = json!({ "type": "pong" });
    if let Some(payload) = payload {
        message["payload"] = payload;
    }
    message.to_string().into_bytes()
}
