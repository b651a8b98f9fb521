//! What an answer says of its mutation.

use serde_json::Value;
use uuid::Uuid;

use crate::world::{Answer, row};

/// What is said where nobody knows whether a mutation is stored.
pub const UNDECIDED: &str = "it is stored whole, or not at all";

/// What an answer says.
#[derive(Debug, PartialEq)]
pub enum Said {
    Done(Value),
    Refused(String),
    /// It is unavailable: with these words, unless the object is there all the same.
    Unavailable(Option<String>),
}

/// Reads an answer, in which nothing may be our mistake, and which says when to try again.
pub fn said(answer: &Answer) -> Said {
    let mut json = answer.json();
    if let Some(errors) = json["errors"].as_array() {
        assert!(errors.iter().all(|error| error["extensions"]["code"] == "UNAVAILABLE"), "{json:#}");
        if !json["data"]["it"].is_null() {
            return Said::Unavailable(None);
        }
        assert_eq!(answer.status, 503, "{json:#}");
        assert_eq!(answer.headers["retry-after"], "1");
        return Said::Unavailable(json["errors"][0]["message"].as_str().map(str::to_owned));
    }
    let payload = json["data"]["it"].take();
    match refusal(&payload) {
        Some(code) => Said::Refused(code),
        None => Said::Done(payload),
    }
}

/// The first refusal in a payload, or in one of its results.
fn refusal(payload: &Value) -> Option<String> {
    let results = payload["results"].as_array().into_iter().flatten();
    let mut refusals = results.chain([payload]).filter_map(|part| part["userErrors"][0]["code"].as_str());
    refusals.next().map(str::to_owned)
}

/// The rows that a payload names.
pub fn ids(payload: &Value) -> impl Iterator<Item = Uuid> {
    let results = payload["results"].as_array().into_iter().flatten();
    let objects = results.chain([payload]).filter_map(Value::as_object).flat_map(|payload| payload.values());
    objects.filter_map(|object| Some(row(object["id"].as_str()?)))
}
