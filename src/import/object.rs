//! A JSON object becomes a record, or a reason that says what to change.

use serde::de::{Deserialize, DeserializeOwned};
use serde_json::{Map, Value};

use super::reason::without_place;
use domain::record::{
    Customer, Grant, KINDS, Kind, Offer, Partner, Record, RelationshipRequest, Subscription,
};

/// The record that an object is.
pub(super) fn read(object: Map<String, Value>) -> Result<Record, String> {
    Record::deserialize(&object).map_err(|error| explain(object, &error))
}

/// What is wrong with an object that is not a record. Slower than reading it, and so only done for those.
pub(super) fn explain(mut object: Map<String, Value>, error: &serde_json::Error) -> String {
    let kind = object.shift_remove("type");
    let kind = KINDS.into_iter().find(|known| kind.as_ref().and_then(Value::as_str) == Some(known.name()));
    let Some(kind) = kind else {
        let names: Vec<_> = KINDS.iter().map(|kind| kind.name()).collect();
        return format!("type is not one of {}", names.join(", "));
    };
    let fault = match kind {
        Kind::Partner => fault::<Partner>(object),
        Kind::Customer => fault::<Customer>(object),
        Kind::Offer => fault::<Offer>(object),
        Kind::Grant => fault::<Grant>(object),
        Kind::RelationshipRequest => fault::<RelationshipRequest>(object),
        Kind::Subscription => fault::<Subscription>(object),
    };
    // What only the first reading sees is a field that is there twice.
    fault.unwrap_or_else(|| without_place(&error.to_string()))
}

/// What is wrong with the fields of a `T`, and with which of them.
fn fault<T: DeserializeOwned>(object: Map<String, Value>) -> Option<String> {
    let error = serde_path_to_error::deserialize::<_, T>(Value::Object(object)).err()?;
    let path = error.path().to_string();
    let reason = without_place(&error.inner().to_string());
    // A missing or an unknown field is named by the reason itself.
    let names_itself =
        path == "." || reason.starts_with("unknown field") || reason.starts_with("missing field");
    Some(if names_itself { reason } else { format!("{path}: {reason}") })
}
