//! A document that is parsed and valid.
//!
//! All that does not depend on a request's variables is done here once, and kept for the next request with the same text.

use apollo_compiler::ast::{Document, OperationType};
use apollo_compiler::diagnostic::ToCliReport;
use apollo_compiler::executable::Operation;
use apollo_compiler::parser::Parser;
use apollo_compiler::validation::{DiagnosticList, Valid};
use apollo_compiler::{ExecutableDocument, Node, Schema};
use async_graphql::parser::types as engine;
use async_graphql::{Name, Positioned};
use serde_json::{Map, Value as Json};

use crate::admitted::{AdmittedOperation, OperationKind};
use crate::expanded_size::check_expanded_size;
use crate::fields::FieldCollector;
use crate::limits::{Limit, Limits};
use crate::line_index::LineIndex;
use crate::policy::Policy;
use crate::rejection::{Rejection, RequestError};
use crate::scan::scan;
use crate::value_rules::check_values;
use crate::variables::Variables;
use crate::writer::DocumentWriter;
use crate::{messages, suggestion};

/// A valid document within the limits.
#[derive(Debug)]
pub(crate) struct PreparedDocument {
    document: Valid<ExecutableDocument>,
    line_index: LineIndex,
    /// Length of the text it was parsed from, in bytes.
    pub(crate) length: usize,
}

impl PreparedDocument {
    pub(crate) fn new(text: &str, policy: &Policy) -> Result<Self, Rejection> {
        let Policy { schema, limits, .. } = policy;
        let line_index = LineIndex::new(text);
        scan(text, &line_index, limits)?;
        let document = parse(text, &line_index, limits)?;
        check_expanded_size(&document, &line_index, limits)?;
        let names = limits.suggestions.then(|| schema.apollo());
        let document = document.to_executable_validate(schema.apollo()).map_err(|invalid| {
            Rejection::Validation(validation_errors(&invalid.errors, &line_index, names))
        })?;
        check_values(&document, &line_index, policy)?;
        Ok(Self { document, line_index, length: text.len() })
    }

    /// The operation that a request chooses, for the engine.
    pub(crate) fn admit(
        &self,
        name: Option<&str>,
        variables: &Map<String, Json>,
        policy: &Policy,
    ) -> Result<AdmittedOperation, Rejection> {
        let operation = self.operation(name)?;
        let Self { document, line_index, .. } = self;
        let variables = Variables::coerce(operation, variables, line_index, policy)?;
        let schema = &policy.schema;
        let collector = FieldCollector { document, schema, variables: &variables, line_index };
        let written = DocumentWriter::new(collector, policy).write(operation)?;
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
        let position = line_index.position(operation.location()).unwrap_or_default();
        let definition = Positioned::new(definition, position);
        let operations = match &operation.name {
            Some(name) => engine::DocumentOperations::Multiple([(Name::new(name), definition)].into()),
            None => engine::DocumentOperations::Single(definition),
        };
        Ok(AdmittedOperation {
            document: engine::ExecutableDocument { operations, fragments: [].into() },
            kind,
            name: operation.name.as_ref().map(ToString::to_string),
            cost: written.cost,
            introspection_cost: written.introspection_cost,
        })
    }

    /// `GetOperation` (GraphQL, "Executing Requests").
    fn operation(&self, name: Option<&str>) -> Result<&Node<Operation>, Rejection> {
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
        Err(Rejection::Operation(RequestError::new(message, None)))
    }
}

fn parse(text: &str, line_index: &LineIndex, limits: &Limits) -> Result<Document, Rejection> {
    // The scan has bounded the nesting already; the parser's own bound holds should the two count differently.
    let nesting = usize::try_from(limits.allowed(Limit::Nesting)).unwrap_or(usize::MAX);
    let parsed = Parser::new().recursion_limit(nesting).parse_ast(text, "query");
    parsed.map_err(|invalid| {
        // The errors after the first are mostly its consequences.
        let first = invalid.errors.iter().next();
        let (message, span) = first.map_or_else(Default::default, |error| {
            (messages::syntax_error(&error.error.to_string()), error.error.location())
        });
        Rejection::Parse(vec![RequestError::new(message, line_index.position(span))])
    })
}

/// The validator's errors, with suggestions if there are names to suggest.
fn validation_errors(
    errors: &DiagnosticList,
    line_index: &LineIndex,
    names: Option<&Valid<Schema>>,
) -> Vec<RequestError> {
    let errors = errors.iter().map(|error| (error.error.to_string(), error.error.location()));
    let (mut errors, missing_selections): (Vec<_>, Vec<_>) =
        errors.partition(|(message, _)| message != messages::MISSING_SELECTION);
    if errors.is_empty() {
        // Beside other errors they are mostly fields whose selections were dropped because of these.
        errors = missing_selections;
    }
    let to_request_error = |(message, span): (String, _)| {
        let suggestion = names.and_then(|schema| suggestion::suggest(&message, schema));
        let sentence = messages::sentence(&message);
        let message = match suggestion {
            Some(suggestion) => format!("{sentence} {suggestion}"),
            None => sentence,
        };
        RequestError::new(message, line_index.position(span))
    };
    errors.into_iter().take(RequestError::MAX_ERRORS).map(to_request_error).collect()
}
