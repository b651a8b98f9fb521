//! The fields that an object is asked for, in the order of the answer.
//!
//! This is `CollectFields` (GraphQL, "Field Collection"), done before execution: skipped selections are gone, fragments are
//! opened, and fields with one response key are together.

use std::collections::HashSet;

use apollo_compiler::collections::IndexMap;
use apollo_compiler::executable::{Directive, DirectiveList, Field, Selection, SelectionSet};
use apollo_compiler::{ExecutableDocument, Node};
use async_graphql::Value;

use crate::line_index::LineIndex;
use crate::rejection::{Rejection, RequestError};
use crate::schema_index::SchemaIndex;
use crate::variables::Variables;

/// All fields by their response key, in the order in which the keys appear first.
pub(crate) type Fields<'a> = IndexMap<&'a str, Vec<&'a Node<Field>>>;

/// Which type the object has whose fields are collected.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RuntimeType<'a> {
    /// This object type.
    Object(&'a str),
    /// Any object type of this interface or union.
    AnyOf(&'a str),
}

/// Collects fields of one document, for one operation with its variables.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FieldCollector<'a> {
    pub(crate) document: &'a ExecutableDocument,
    pub(crate) schema: &'a SchemaIndex,
    pub(crate) variables: &'a Variables<'a>,
    pub(crate) line_index: &'a LineIndex,
}

impl<'a> FieldCollector<'a> {
    /// The fields of several selection sets, merged; `None` if they depend on the object type, and it is not given.
    pub(crate) fn collect(
        &self,
        runtime_type: RuntimeType<'_>,
        sets: &[&'a SelectionSet],
    ) -> Result<Option<Fields<'a>>, Rejection> {
        let mut collected = Collected { fields: Fields::default(), visited: HashSet::new() };
        for set in sets {
            if !self.collect_into(&mut collected, runtime_type, set)? {
                return Ok(None);
            }
        }
        Ok(Some(collected.fields))
    }

    /// Whether it was possible with what is known of the object type.
    fn collect_into(
        &self,
        collected: &mut Collected<'a>,
        runtime_type: RuntimeType<'_>,
        set: &'a SelectionSet,
    ) -> Result<bool, Rejection> {
        for selection in &set.selections {
            if !self.is_included(selection.directives())? {
                continue;
            }
            let (condition, set) = match selection {
                Selection::Field(field) => {
                    collected.fields.entry(field.response_key().as_str()).or_default().push(field);
                    continue;
                }
                Selection::InlineFragment(inline) => (inline.type_condition.as_ref(), &inline.selection_set),
                Selection::FragmentSpread(spread) => {
                    let Some(fragment) = self.document.fragments.get(&spread.fragment_name) else { continue };
                    if !collected.visited.insert(&fragment.name) {
                        continue;
                    }
                    (Some(fragment.type_condition()), &fragment.selection_set)
                }
            };
            let applies = match (runtime_type, condition) {
                (_, None) => true,
                (RuntimeType::Object(object), Some(condition)) => {
                    self.schema.possible_types(condition).is_some_and(|types| types.contains(object))
                }
                (RuntimeType::AnyOf(declared), Some(condition)) if condition == declared => true,
                (RuntimeType::AnyOf(_), Some(_)) => return Ok(false),
            };
            if applies && !self.collect_into(collected, runtime_type, set)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether `@skip` and `@include`, if they are there, both include the selection.
    fn is_included(&self, directives: &DirectiveList) -> Result<bool, Rejection> {
        for directive in directives {
            let included = match directive.name.as_str() {
                "skip" => !self.condition(directive)?,
                "include" => self.condition(directive)?,
                _ => true,
            };
            if !included {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn condition(&self, directive: &Node<Directive>) -> Result<bool, Rejection> {
        let condition = directive.specified_argument_by_name("if");
        let decided = condition.and_then(|value| match value.as_variable() {
            Some(name) => match self.variables.get(name) {
                Some(Value::Boolean(boolean)) => Some(*boolean),
                _ => None,
            },
            None => value.to_bool(),
        });
        decided.ok_or_else(|| {
            // This is a nullable variable with a default, for which the request gives null.
            let message = format!("The condition of `@{}` is null; it takes true or false.", directive.name);
            Rejection::Variables(vec![RequestError::new(
                message,
                self.line_index.position(directive.location()),
            )])
        })
    }
}

struct Collected<'a> {
    fields: Fields<'a>,
    /// Named fragments that were opened: a second spread of one adds nothing.
    visited: HashSet<&'a str>,
}
