//! The bounds of argument values, for all fields alike.
//!
//! They are checked on the value that an argument finally has, so that it makes no difference whether it was written in the
//! document, came as a variable, or is a default. A custom scalar is bounded by its format; one of unknown format is not
//! checked.

use std::collections::HashSet;

use apollo_compiler::ast::Type;
use apollo_compiler::schema::ExtendedType;
use async_graphql::Value;

use crate::conventions::{InputRules, StringRule, TextForm};
use crate::path::{Path, Segment};
use crate::policy::Policy;
use crate::text::check_characters;

/// Enforces the bounds on the arguments of one field, and counts the elements of their lists.
#[derive(Debug)]
pub(crate) struct InputBounds<'a> {
    policy: &'a Policy,
    /// What the elements of all lists cost.
    pub(crate) elements_cost: u64,
}

impl<'a> InputBounds<'a> {
    pub(crate) fn new(policy: &'a Policy) -> Self {
        Self { policy, elements_cost: 0 }
    }

    /// Removes duplicates from lists that are sets, and checks all lists and strings in a value.
    ///
    /// The error is a sentence without its beginning; it names the path of the value that is out of bounds.
    pub(crate) fn enforce(&mut self, ty: &Type, value: &mut Value, path: Path<'_>) -> Result<(), String> {
        match value {
            Value::List(items) if ty.is_list() => self.list(ty.item_type(), items, path),
            Value::Object(fields) => {
                let definition = self.policy.schema.definition(ty.inner_named_type());
                let Some(input) = definition.and_then(ExtendedType::as_input_object) else { return Ok(()) };
                for (name, field) in fields {
                    let Some(definition) = input.fields.get(name.as_str()) else { continue };
                    self.enforce(&definition.ty, field, path.then(Segment::Field(name)))?;
                }
                Ok(())
            }
            Value::String(text) if matches!(ty.inner_named_type().as_str(), "String" | "ID") => self
                .policy
                .conventions
                .input
                .check_string(text, path.name())
                .map_err(|violation| format!("`{path}` {violation}")),
            _ => Ok(()),
        }
    }

    fn list(&mut self, item: &Type, items: &mut Vec<Value>, path: Path<'_>) -> Result<(), String> {
        if self.is_set(item) {
            remove_duplicates(items);
        }
        let (count, most) = (items.len(), self.policy.conventions.input.max_elements);
        if count > most {
            return Err(format!(
                "`{path}` has {count} elements; at most {most} are taken. Split the request."
            ));
        }
        let cost = self.policy.conventions.cost.elements(path, count);
        self.elements_cost = self.elements_cost.saturating_add(cost);
        items
            .iter_mut()
            .enumerate()
            .try_for_each(|(index, value)| self.enforce(item, value, path.then(Segment::Index(index))))
    }

    /// Whether a list of this type is a set: of enum values, of strings, or of scalars that are written as strings. Ids
    /// are not, because they are answered one by one, in their order.
    fn is_set(&self, item: &Type) -> bool {
        let name = item.inner_named_type().as_str();
        !item.is_list()
            && (name == "String"
                || self.policy.scalar(name).is_some()
                || self.policy.schema.definition(name).is_some_and(ExtendedType::is_enum))
    }
}

/// Keeps the first of each.
fn remove_duplicates(items: &mut Vec<Value>) {
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

impl InputRules {
    fn check_string(&self, text: &str, name: &str) -> Result<(), String> {
        let rule = self.strings.iter().find(|rule| rule.name == name).copied();
        let StringRule { form, max_characters, .. } = rule.unwrap_or(StringRule {
            name: "",
            form: TextForm::Line,
            max_characters: self.max_characters,
        });
        check_characters(text, form)?;
        // No text has more characters than bytes.
        if text.len() > max_characters {
            let length = text.chars().count();
            if length > max_characters {
                return Err(format!(
                    "has {length} characters; at most {max_characters} are taken. Shorten it."
                ));
            }
        }
        Ok(())
    }
}
