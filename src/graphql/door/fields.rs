//! The fields that an object is asked for, in the order of the answer.
//!
//! `CollectFields` of the specification, ahead of time: skipped selections are gone, fragments are opened, and fields
//! of one response key are together.

use std::collections::HashSet;

use apollo_compiler::collections::IndexMap;
use apollo_compiler::executable::{Directive, DirectiveList, Field, Selection, SelectionSet};
use apollo_compiler::{ExecutableDocument, Node};
use async_graphql::Value;

use super::catalogue::Catalogue;
use super::lines::Lines;
use super::refusal::{Complaint, Refusal};
use super::variables::Variables;

/// By response key, in the order of first appearance, all fields that share it.
pub(super) type Fields<'a> = IndexMap<&'a str, Vec<&'a Node<Field>>>;

/// For which values fields are collected.
#[derive(Clone, Copy, Debug)]
pub(super) enum For<'a> {
    /// Values of this object type.
    Object(&'a str),
    /// Values of whatever object type this interface or union may have.
    Any(&'a str),
}

/// A document and what decides about its selections.
#[derive(Clone, Copy, Debug)]
pub(super) struct Collector<'a> {
    pub(super) document: &'a ExecutableDocument,
    pub(super) catalogue: &'a Catalogue,
    pub(super) variables: &'a Variables<'a>,
    pub(super) lines: &'a Lines,
}

impl<'a> Collector<'a> {
    /// The fields of some selection sets together; `None` if they depend on the object type and it is not given.
    pub(super) fn fields(
        &self,
        whose: For<'_>,
        sets: &[&'a SelectionSet],
    ) -> Result<Option<Fields<'a>>, Refusal> {
        let mut collected = Collected { fields: Fields::default(), visited: HashSet::new() };
        for set in sets {
            if !self.collect(whose, set, &mut collected)? {
                return Ok(None);
            }
        }
        Ok(Some(collected.fields))
    }

    /// Whether it could be done without knowing the object type.
    fn collect(
        &self,
        whose: For<'_>,
        set: &'a SelectionSet,
        into: &mut Collected<'a>,
    ) -> Result<bool, Refusal> {
        for selection in &set.selections {
            if !self.is_included(selection.directives())? {
                continue;
            }
            let (condition, set) = match selection {
                Selection::Field(field) => {
                    into.fields.entry(field.response_key().as_str()).or_default().push(field);
                    continue;
                }
                Selection::InlineFragment(inline) => (inline.type_condition.as_ref(), &inline.selection_set),
                Selection::FragmentSpread(spread) => {
                    let Some(fragment) = self.document.fragments.get(&spread.fragment_name) else { continue };
                    if !into.visited.insert(&fragment.name) {
                        continue;
                    }
                    (Some(fragment.type_condition()), &fragment.selection_set)
                }
            };
            let applies = match (whose, condition) {
                (_, None) => true,
                (For::Object(object), Some(condition)) => {
                    self.catalogue.possible(condition).is_some_and(|possible| possible.contains(object))
                }
                (For::Any(declared), Some(condition)) if condition == declared => true,
                (For::Any(_), Some(_)) => return Ok(false),
            };
            if applies && !self.collect(whose, set, into)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What `@skip` and `@include` say; both must let it pass.
    fn is_included(&self, directives: &DirectiveList) -> Result<bool, Refusal> {
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

    fn condition(&self, directive: &Node<Directive>) -> Result<bool, Refusal> {
        let condition = directive.specified_argument_by_name("if");
        let truth = condition.and_then(|value| match value.as_variable() {
            Some(name) => match self.variables.get(name) {
                Some(Value::Boolean(truth)) => Some(*truth),
                _ => None,
            },
            None => value.to_bool(),
        });
        truth.ok_or_else(|| {
            // Only a nullable variable with a default comes here, given as null.
            let message = format!("The condition of `@{}` is null; it takes true or false.", directive.name);
            Refusal::Variables(vec![Complaint::new(message, self.lines.of_span(directive.location()))])
        })
    }
}

struct Collected<'a> {
    fields: Fields<'a>,
    /// Named fragments that were opened; a second spread adds nothing and moves nothing.
    visited: HashSet<&'a str>,
}
