//! A document that has been read and found valid.
//!
//! All that does not depend on a request's variables is done here once, and kept for the next request with the same
//! text.

use apollo_compiler::ast::{Document, OperationType};
use apollo_compiler::diagnostic::ToCliReport;
use apollo_compiler::executable::Operation;
use apollo_compiler::parser::Parser;
use apollo_compiler::validation::{DiagnosticList, Valid};
use apollo_compiler::{ExecutableDocument, Node, Schema};
use async_graphql::parser::types as engine;
use async_graphql::{Name, Positioned};
use serde_json::{Map, Value as Json};

use super::admitted::{Admitted, OperationKind};
use super::catalogue::Catalogue;
use super::fields::Collector;
use super::limits::{Limits, Measure};
use super::lines::Lines;
use super::refusal::{Complaint, Refusal};
use super::variables::Variables;
use super::writer::Writer;
use super::{scan, suggestion, syntax, usage, weight};

/// A valid document within the limits.
#[derive(Debug)]
pub(super) struct Prepared {
    document: Valid<ExecutableDocument>,
    lines: Lines,
    /// Length of the text it was read from, in bytes.
    pub(super) length: usize,
}

impl Prepared {
    pub(super) fn read(text: &str, catalogue: &Catalogue, limits: &Limits) -> Result<Self, Refusal> {
        let lines = Lines::of(text);
        scan::scan(text, &lines, limits)?;
        let document = parse(text, &lines, limits)?;
        weight::weigh(&document, &lines, limits)?;
        let hints = limits.suggestions.then(|| catalogue.schema());
        let document = document
            .to_executable_validate(catalogue.schema())
            .map_err(|invalid| Refusal::Validation(complaints(&invalid.errors, &lines, hints)))?;
        usage::check(&document, catalogue, &lines)?;
        Ok(Self { document, lines, length: text.len() })
    }

    /// What the engine is to execute.
    pub(super) fn admit(
        &self,
        name: Option<&str>,
        variables: &Map<String, Json>,
        (catalogue, limits): (&Catalogue, &Limits),
    ) -> Result<Admitted, Refusal> {
        let operation = self.operation(name)?;
        let Self { document, lines, .. } = self;
        let variables = Variables::coerce(operation, variables, (catalogue, lines, limits))?;
        let collector = Collector { document, catalogue, variables: &variables, lines };
        let written = Writer::new(collector, limits).write(operation)?;
        let kind = match operation.operation_type {
            OperationType::Query => OperationKind::Query,
            OperationType::Mutation => OperationKind::Mutation,
            OperationType::Subscription => OperationKind::Subscription,
        };
        let definition = engine::OperationDefinition {
            ty: kind.into(),
            variable_definitions: Vec::new(),
            directives: Vec::new(),
            selection_set: written.selections,
        };
        let definition = Positioned::new(definition, lines.of_span(operation.location()).unwrap_or_default());
        let operations = match &operation.name {
            Some(name) => engine::DocumentOperations::Multiple([(Name::new(name), definition)].into()),
            None => engine::DocumentOperations::Single(definition),
        };
        Ok(Admitted {
            document: engine::ExecutableDocument { operations, fragments: [].into() },
            kind,
            name: operation.name.as_ref().map(ToString::to_string),
            cost: written.cost,
            introspects: written.introspects,
        })
    }

    /// `GetOperation` of the specification.
    fn operation(&self, name: Option<&str>) -> Result<&Node<Operation>, Refusal> {
        let mut chosen = self.document.operations.iter().filter(|operation| match name {
            Some(name) => operation.name.as_ref().is_some_and(|own| own == name),
            None => true,
        });
        let message = match (chosen.next(), chosen.next(), name) {
            (Some(operation), None, _) => return Ok(operation),
            (Some(_), Some(_), _) => {
                "The document has several operations; name one of them as operationName.".into()
            }
            (None, _, Some(name)) => format!("The document has no operation named `{name}`."),
            (None, _, None) => "The document has no operation.".into(),
        };
        Err(Refusal::Operation(Complaint::new(message, None)))
    }
}

fn parse(text: &str, lines: &Lines, limits: &Limits) -> Result<Document, Refusal> {
    // The scan has bounded the nesting already; the parser's own bound is there for what the scan may not see.
    let nesting = usize::try_from(limits.allowed(Measure::Nesting)).unwrap_or(usize::MAX);
    let parsed = Parser::new().recursion_limit(nesting).parse_ast(text, "query");
    parsed.map_err(|unreadable| {
        // What follows the first mistake is mostly its consequence.
        let first = unreadable.errors.iter().next();
        let (message, span) = first.map_or_else(Default::default, |mistake| {
            (syntax::explain(&mistake.error.to_string()), mistake.error.location())
        });
        Refusal::Parse(vec![Complaint::new(message, lines.of_span(span))])
    })
}

/// What the validator found, with the names that may have been meant if they are to be told.
fn complaints(errors: &DiagnosticList, lines: &Lines, hints: Option<&Valid<Schema>>) -> Vec<Complaint> {
    let said = errors.iter().map(|mistake| (mistake.error.to_string(), mistake.error.location()));
    let (mut mistakes, bare): (Vec<_>, Vec<_>) = said.partition(|(message, _)| message != syntax::BARE);
    if mistakes.is_empty() {
        // Else they are mostly fields whose selections were dropped for the other mistakes.
        mistakes = bare;
    }
    let complain = |(message, span): (String, _)| {
        let hint = hints.and_then(|schema| suggestion::suggest(&message, schema));
        let sentence = syntax::sentence(&message);
        let told = hint.map_or(sentence.clone(), |hint| format!("{sentence} {hint}"));
        Complaint::new(told, lines.of_span(span))
    };
    mistakes.into_iter().take(Complaint::MOST).map(complain).collect()
}
