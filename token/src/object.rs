//! The JSON objects that tokens and key sets are made of.

use domain::json::{JsonError, read};
use serde_json::{Map, Value};

/// How deep arrays and objects may nest, the outermost object counted.
const MAX_DEPTH: usize = 16;

/// Why bytes are not one JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ObjectError {
    /// Not JSON, not an object, or nested too deeply.
    Unreadable,
    /// An object in it has a member twice.
    RepeatedMember,
}

/// Reads exactly one object.
pub(super) fn read_object(bytes: &[u8]) -> Result<Map<String, Value>, ObjectError> {
    match read(bytes, MAX_DEPTH) {
        Ok(Value::Object(object)) => Ok(object),
        Err(JsonError::RepeatedMember { .. }) => Err(ObjectError::RepeatedMember),
        Ok(_) | Err(JsonError::Unreadable { .. }) => Err(ObjectError::Unreadable),
    }
}
