//! The schema as clients read it, with what its lists, its mutations and its arguments cost in the words of the GraphQL Cost
//! Directives specification (`@cost` and `@listSize`, the draft of 2021).
//!
//! What is written follows from the [`CostModel`], which is what operations are charged by. Nothing is written where the
//! specification's default holds: an object has the weight 1, a leaf 0.

use std::borrow::Cow;
use std::collections::HashSet;

use apollo_compiler::ast::{
    Argument, Definition, Directive, Document, FieldDefinition, InputValueDefinition, Value,
};
use apollo_compiler::{Name, Node, name};
use async_graphql::parser::types::Directive as ExecutableDirective;
use async_graphql::registry::{
    __DirectiveLocation as DirectiveLocation, MetaDirective, MetaInputValue, Registry,
};
use async_graphql::{
    ContextDirective, CustomDirective, CustomDirectiveFactory, SchemaBuilder, ServerError, ServerResult,
};

use crate::conventions::CostModel;
use crate::cost::{IDS, is_paged};
use crate::schema_index::{SchemaError, SchemaIndex};

/// Tells the engine of the directives, so that its SDL and its introspection have their definitions.
struct CostDirectives;

impl CustomDirectiveFactory for CostDirectives {
    fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed("cost")
    }

    fn register(&self, registry: &mut Registry) {
        registry.add_directive(cost_definition());
        registry.add_directive(list_size_definition());
    }

    fn create(
        &self,
        _: &ContextDirective<'_>,
        directive: &ExecutableDirective,
    ) -> ServerResult<Box<dyn CustomDirective>> {
        let message = format!("`@{}` has no place in an operation.", directive.name.node);
        Err(ServerError::new(message, Some(directive.name.pos)))
    }
}

fn cost_definition() -> MetaDirective {
    use DirectiveLocation as At;
    let description = "What an operation costs besides its objects, as often as it has this field or gives this argument: `weight` is a \
         decimal number. A list that is given counts it once for each element.";
    let locations = vec![
        At::ARGUMENT_DEFINITION,
        At::ENUM,
        At::FIELD_DEFINITION,
        At::INPUT_FIELD_DEFINITION,
        At::OBJECT,
        At::SCALAR,
    ];
    definition(
        "cost",
        description,
        locations,
        vec![MetaInputValue::new("weight".to_owned(), "String!".to_owned())],
    )
}

fn list_size_definition() -> MetaDirective {
    let description = "How many objects a list counts as when the cost of an operation is foretold: what one of \
         `slicingArguments` says, of several the largest, and where none is given `assumedSize`. A slicing argument that is a list \
         says its length. `sizedFields` are the lists in the object that the field answers with, which have the size instead of \
         the field itself. `requireOneSlicingArgument` says whether exactly one of the slicing arguments has to be given.";
    let argument = |name: &str, ty: &str| MetaInputValue::new(name.to_owned(), ty.to_owned());
    let mut one = argument("requireOneSlicingArgument", "Boolean");
    one.default_value = Some("true".to_owned());
    let arguments = vec![
        argument("assumedSize", "Int"),
        argument("slicingArguments", "[String!]"),
        argument("sizedFields", "[String!]"),
        one,
    ];
    definition("listSize", description, vec![DirectiveLocation::FIELD_DEFINITION], arguments)
}

fn definition(
    name: &str,
    description: &str,
    locations: Vec<DirectiveLocation>,
    arguments: Vec<MetaInputValue>,
) -> MetaDirective {
    MetaDirective {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        locations,
        args: arguments.into_iter().map(|argument| (argument.name.clone(), argument)).collect(),
        is_repeatable: false,
        visible: None,
        composable: None,
    }
}

/// Defines `@cost` and `@listSize` in a schema.
#[must_use]
pub fn with_cost_directives<Q, M, S>(schema: SchemaBuilder<Q, M, S>) -> SchemaBuilder<Q, M, S> {
    schema.directive(CostDirectives)
}

/// A schema that has these directives, with the weights and the sizes by which [`AdmittedOperation::cost`](crate::AdmittedOperation::cost) is counted.
///
/// # Errors
///
/// If the text is not a valid schema (GraphQL, "Type System").
pub fn published_schema(sdl: &str, model: &CostModel) -> Result<String, SchemaError> {
    let schema = SchemaIndex::read(sdl)?;
    let document = Document::parse(sdl, "schema.graphql");
    let mut document = document.map_err(|invalid| SchemaError::of(&invalid.errors))?;
    let answering = schema.fields().filter(|field| is_paged(field) && !field.ty.is_list());
    let pages = answering.map(|field| field.ty.inner_named_type().as_str()).collect();
    let prices = Prices { schema: &schema, model, pages };
    for definition in &mut document.definitions {
        match definition {
            Definition::ObjectTypeDefinition(object) => {
                let object = object.make_mut();
                for field in &mut object.fields {
                    prices.mark_field(&object.name, field.make_mut());
                }
            }
            Definition::InterfaceTypeDefinition(interface) => {
                let interface = interface.make_mut();
                for field in &mut interface.fields {
                    prices.mark_field(&interface.name, field.make_mut());
                }
            }
            Definition::InputObjectTypeDefinition(input) => {
                for field in &mut input.make_mut().fields {
                    prices.mark_list(field.make_mut());
                }
            }
            _ => {}
        }
    }
    Ok(document.to_string())
}

struct Prices<'a> {
    schema: &'a SchemaIndex,
    model: &'a CostModel,
    /// The types of pages, whose lists have the size that was given to the page.
    pages: HashSet<&'a str>,
}

impl Prices<'_> {
    fn mark_field(&self, parent: &Name, field: &mut FieldDefinition) {
        let size = if self.pages.contains(parent.as_str()) { None } else { self.list_size(field) };
        for argument in &mut field.arguments {
            // The objects that are asked for by their ids are counted, and not the ids.
            if argument.name != IDS {
                self.mark_list(argument.make_mut());
            }
        }
        if self.schema.is_mutation_root(parent) {
            field.directives.push(cost(self.model.mutation));
        }
        if let Some(size) = size {
            field.directives.push(size);
        }
    }

    fn mark_list(&self, input: &mut InputValueDefinition) {
        if input.ty.is_list() {
            input.directives.push(cost(self.model.element(&input.name)));
        }
    }

    fn list_size(&self, field: &FieldDefinition) -> Option<Directive> {
        if self.schema.is_leaf(field.ty.inner_named_type()) {
            return None;
        }
        let any_or_none = argument(name!(requireOneSlicingArgument), Value::Boolean(false));
        let arguments = if is_paged(field) {
            let mut arguments = vec![
                argument(name!(assumedSize), number(self.model.default_page)),
                argument(name!(slicingArguments), strings(&["first", "last"])),
            ];
            if !field.ty.is_list() {
                arguments.push(argument(name!(sizedFields), strings(&self.lists_of(field))));
            }
            arguments.push(any_or_none);
            arguments
        } else if !field.ty.is_list() {
            return None;
        } else if field.argument_by_name(IDS).is_some() {
            vec![argument(name!(slicingArguments), strings(&[IDS])), any_or_none]
        } else {
            vec![argument(name!(assumedSize), number(self.model.unpaged_list))]
        };
        Some(Directive { name: name!(listSize), arguments })
    }

    /// The lists of objects among the fields of the page that a field answers with.
    fn lists_of(&self, page: &FieldDefinition) -> Vec<&str> {
        let fields = self.schema.fields_of(page.ty.inner_named_type());
        let lists =
            fields.filter(|field| field.ty.is_list() && !self.schema.is_leaf(field.ty.inner_named_type()));
        lists.map(|field| field.name.as_str()).collect()
    }
}

fn cost(weight: u64) -> Directive {
    Directive {
        name: name!(cost),
        arguments: vec![argument(name!(weight), weight.to_string().as_str().into())],
    }
}

fn argument(name: Name, value: Value) -> Node<Argument> {
    Argument { name, value: value.into() }.into()
}

fn number(number: u64) -> Value {
    i32::try_from(number).unwrap_or(i32::MAX).into()
}

fn strings(strings: &[&str]) -> Value {
    Value::List(strings.iter().map(|string| Value::from(*string).into()).collect())
}
