//! An answer as one mark: what a person who reads no JSON has to know of it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::world::{Answer, refusal_of};

/// What the page shows of an answer, by JSON pointers.
#[derive(Clone, Copy)]
pub enum Shown {
    /// Whether the object is seen.
    Object,
    /// How many elements a list has, not counting nulls.
    Count(&'static str),
    /// A number that the answer has.
    Number(&'static str),
    /// Yes or no.
    Answer(&'static str),
    /// How many of all actions are available.
    Actions,
}

/// Marks, each with what it means.
pub const MARKS: [(&str, &str); 9] = [
    ("✓", "Sees it, or may do it."),
    ("◐", "Sees it without some of its fields, which stand below the table."),
    ("–", "As if it were not there: the same answer as for an id, a name or a secret that does not exist."),
    ("a number", "How many are seen. 0 is an empty list, not an error."),
    (
        "n/m",
        "Of m actions that there are, n can be done now. Those that the state of the object forbids are not among the n either.",
    ),
    ("K", "Refused: not for this kind of tenant (WRONG_TENANT_KIND)."),
    ("R", "Refused: the role in the own tenant does not allow it (TENANT_ROLE_MISSING)."),
    ("P", "Refused: no role that the customer delegated allows it (PERMISSION_NOT_GRANTED)."),
    ("M", "Refused: it takes a second factor (MFA_REQUIRED)."),
];

const HIDDEN: &str = "–";

/// The letter of a reason to refuse.
fn letter(reason: &str) -> String {
    let form = format!("({reason})");
    let found = MARKS.iter().find(|(_, meaning)| meaning.contains(&form));
    found.unwrap_or_else(|| panic!("{reason} has no letter")).0.to_owned()
}

/// The marks of the answers that all viewers got to one question, and the fields that are empty where a mark says so.
pub fn of_reads(shown: Shown, answers: &[Answer]) -> (Vec<String>, BTreeSet<String>) {
    let found: Vec<_> = answers.iter().map(|answer| answer.json()["data"]["it"].take()).collect();
    let part = |value: &Value| match shown {
        Shown::Count(pointer) => told(value.pointer(pointer).unwrap_or(&Value::Null)),
        _ => told(value),
    };
    let all: BTreeSet<_> = found.iter().flat_map(part).collect();
    let mut empty = BTreeSet::new();
    let marks = answers.iter().zip(&found).map(|(answer, value)| {
        if let Some(reason) = answer.json()["errors"][0]["extensions"]["reasons"][0]["code"].as_str() {
            return letter(reason);
        }
        assert!(answer.code().is_empty(), "{}", answer.text);
        if value.is_null() {
            return HIDDEN.to_owned();
        }
        let lacks: BTreeSet<_> = all.difference(&part(value)).cloned().collect();
        match shown {
            Shown::Object if lacks.is_empty() => "✓".to_owned(),
            Shown::Object => {
                empty.extend(lacks);
                "◐".to_owned()
            }
            Shown::Count(pointer) => {
                let elements = value.pointer(pointer).unwrap().as_array().unwrap();
                let count = elements.iter().filter(|element| !element.is_null()).count();
                if count == 0 || lacks.is_empty() {
                    return count.to_string();
                }
                empty.extend(lacks);
                format!("{count} ◐")
            }
            Shown::Number(pointer) => value.pointer(pointer).unwrap().to_string(),
            Shown::Answer(pointer) => {
                if value.pointer(pointer).unwrap() == true { "yes" } else { "no" }.to_owned()
            }
            Shown::Actions => {
                let actions = value["availableActions"].as_array().unwrap();
                let available = actions.iter().filter(|action| action["reasons"][0].is_null()).count();
                format!("{available}/{}", actions.len())
            }
        }
    });
    (marks.collect(), empty)
}

/// The names of the fields that have a value, in an object or in one of a list.
fn told(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(told).collect(),
        Value::Object(fields) => {
            let has_value = |(_, value): &(&String, &Value)| !value.is_null() && **value != json!([]);
            fields.iter().filter(has_value).map(|(name, _)| name.clone()).collect()
        }
        _ => BTreeSet::new(),
    }
}

/// The mark of what a mutation answered that is refused last of all.
pub fn of_mutation(payload: &Value) -> String {
    match refusal_of(payload).as_str() {
        "FORBIDDEN" => letter(payload["userErrors"][0]["reasons"][0]["code"].as_str().unwrap()),
        "NOT_FOUND" => HIDDEN.to_owned(),
        _ => "✓".to_owned(),
    }
}
