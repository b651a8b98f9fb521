//! One line of JSON becomes a record, or a reason that says what to change.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, error::Category};

use crate::rules::record::{
    Customer, Grant, KINDS, Kind, Offer, Partner, Record, RelationshipRequest, Subscription,
};

/// How many characters of a reason are shown: it may quote what the line holds.
const LONGEST_REASON: usize = 500;

/// The record that a line holds.
pub(super) fn read(line: &[u8]) -> Result<Record, String> {
    serde_json::from_slice(line).map_err(|error| shown(&explain(line, &error)))
}

/// What is wrong with a line that is not a record. Slower than reading it, and so only done for those.
fn explain(line: &[u8], error: &serde_json::Error) -> String {
    let Ok(value) = serde_json::from_slice::<Value>(line) else { return not_json(line, error) };
    let Value::Object(mut object) = value else { return "is not a JSON object".to_owned() };
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

fn not_json(line: &[u8], error: &serde_json::Error) -> String {
    if std::str::from_utf8(line).is_err() {
        return "is not UTF-8".to_owned();
    }
    let column = error.column();
    match error.classify() {
        Category::Eof => "is not JSON: it ends too early; each line holds one whole object".to_owned(),
        _ => format!("is not JSON: {} at column {column}", without_place(&error.to_string())),
    }
}

/// The reason without `at line 1 column 7`: the file's line has another number, and values have no place.
fn without_place(reason: &str) -> String {
    reason.rsplit_once(" at line ").map_or(reason, |(reason, _)| reason).to_owned()
}

/// The reason as it may appear on a terminal, whatever it quotes.
fn shown(reason: &str) -> String {
    let mut shown = String::new();
    for character in reason.chars().take(LONGEST_REASON) {
        if character.is_control() {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    if reason.chars().nth(LONGEST_REASON).is_some() {
        shown.push('…');
    }
    shown
}
