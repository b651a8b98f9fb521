//! The bounds of what is given to an argument, for all fields at once.
//!
//! A list has at most [`LONGEST_LIST`] elements, and one of words is a set: repeats fall away before anything is
//! counted, and the first keeps its place. A string has no character that the databases would take differently, and no
//! more characters than its name allows.
//!
//! Looked at is what an argument finally holds, so that it is all the same whether it was written in the document,
//! came as a variable, or is a default. Custom scalars have a form of their own, which bounds them already; in one of
//! which no form is known, anything goes.

use std::collections::HashSet;

use apollo_compiler::ast::Type;
use apollo_compiler::schema::ExtendedType;
use async_graphql::Value;

use super::catalogue::Catalogue;
use super::cost;
use super::path::{Path, Step};
use domain::text::{unfit, unfit_in_a_line, unfit_in_a_message};

/// How many elements a list has at most.
const LONGEST_LIST: usize = 100;

/// The names of free texts: what people write to each other, in lines of its own and in any direction.
const MESSAGES: [&str; 2] = ["message", "reason"];

/// How many characters a string of this name has at most. What an object may be called is bounded more narrowly, by its
/// own rules.
fn longest(name: &str) -> usize {
    match name {
        "search" => 200,
        // A cursor has the name at which its page ends in it.
        "after" | "before" => 4_000,
        name if MESSAGES.contains(&name) => 10_000,
        _ => 1_000,
    }
}

/// Holds the values of one field's arguments to their bounds, and counts the elements of their lists.
#[derive(Debug)]
pub(super) struct Bounds<'a> {
    catalogue: &'a Catalogue,
    /// What the elements of all lists cost.
    pub(super) elements: u64,
}

impl<'a> Bounds<'a> {
    pub(super) fn new(catalogue: &'a Catalogue) -> Self {
        Self { catalogue, elements: 0 }
    }

    /// Takes repeats out of sets. What is beyond a bound is told as a sentence that begins with `of`, the argument's
    /// place in its document.
    pub(super) fn hold(&mut self, ty: &Type, value: &mut Value, path: Path<'_>) -> Result<(), String> {
        match value {
            Value::List(items) if ty.is_list() => self.list(ty.item_type(), items, path),
            Value::Object(fields) => {
                let kind = self.catalogue.kind(ty.inner_named_type());
                let Some(input) = kind.and_then(ExtendedType::as_input_object) else { return Ok(()) };
                for (name, field) in fields {
                    let Some(definition) = input.fields.get(name.as_str()) else { continue };
                    self.hold(&definition.ty, field, path.then(Step::Field(name)))?;
                }
                Ok(())
            }
            Value::String(text) if matches!(ty.inner_named_type().as_str(), "String" | "ID") => {
                check(text, path.name()).map_err(|flaw| format!("`{path}` {flaw}"))
            }
            _ => Ok(()),
        }
    }

    fn list(&mut self, item: &Type, items: &mut Vec<Value>, path: Path<'_>) -> Result<(), String> {
        if self.is_of_words(item) {
            take_repeats_out(items);
        }
        let count = items.len();
        if count > LONGEST_LIST {
            return Err(format!(
                "`{path}` has {count} elements; at most {LONGEST_LIST} are taken. Split the request."
            ));
        }
        self.elements = self.elements.saturating_add(cost::of_elements(path, count));
        items
            .iter_mut()
            .enumerate()
            .try_for_each(|(index, value)| self.hold(item, value, path.then(Step::Index(index))))
    }

    /// Whether a list of this type is a set: of enum values, of strings, or of scalars that are written as such. Ids
    /// are answered one by one, in their order.
    fn is_of_words(&self, item: &Type) -> bool {
        let name = item.inner_named_type().as_str();
        !item.is_list()
            && (name == "String"
                || self.catalogue.scalar(name).is_some()
                || self.catalogue.kind(name).is_some_and(ExtendedType::is_enum))
    }
}

fn take_repeats_out(items: &mut Vec<Value>) {
    let mut seen = HashSet::new();
    let are_new: Vec<_> = items
        .iter()
        .map(|item| match item {
            Value::Enum(name) => seen.insert(Some(name.as_str())),
            Value::String(text) => seen.insert(Some(text.as_str())),
            Value::Null => seen.insert(None),
            _ => true,
        })
        .collect();
    let mut are_new = are_new.into_iter();
    items.retain(|_| are_new.next().unwrap_or(true));
}

/// What is wrong with a text under this name.
fn check(text: &str, name: &str) -> Result<(), String> {
    let is_message = MESSAGES.contains(&name);
    if let Some(character) = if is_message { unfit_in_a_message(text) } else { unfit_in_a_line(text) } {
        return Err(format!("{}.", unfit(character)));
    }
    let longest = longest(name);
    // No text has more characters than bytes.
    if text.len() > longest {
        let length = text.chars().count();
        if length > longest {
            return Err(format!("has {length} characters; at most {longest} are taken. Shorten it."));
        }
    }
    Ok(())
}
