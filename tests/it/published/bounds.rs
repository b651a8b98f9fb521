//! Whatever the published schema takes, in any argument and at any depth of its input objects, is within its bounds.

use std::collections::BTreeMap;

use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputObjectType, InputValueDefinition, Type, TypeKind,
};
use serde_json::{Map, Value, json};

use super::{definition, fields, rejected};

/// Input objects inside one another that are looked into.
const DEEPEST: usize = 6;

/// What a type is, if it is not built in.
fn kind(name: &str) -> Option<&'static TypeKind> {
    definition(name).map(|ty| &ty.kind)
}

fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => named(item),
    }
}

fn is_one_of(name: &str) -> bool {
    definition(name).unwrap().directives.iter().any(|directive| directive.node.name.node == "oneOf")
}

fn is_required(value: &InputValueDefinition) -> bool {
    !value.ty.node.nullable && value.default_value.is_none()
}

fn inputs(input: &InputObjectType) -> impl Iterator<Item = &InputValueDefinition> {
    input.fields.iter().map(|field| &field.node)
}

/// A value that fits, with as little in it as can be.
fn least(ty: &Type) -> Value {
    let BaseType::Named(name) = &ty.base else { return json!([]) };
    match kind(name) {
        Some(TypeKind::Enum(choice)) => json!(choice.values[0].node.value.node.as_str()),
        Some(TypeKind::InputObject(input)) => {
            let needed = inputs(input).filter(|field| is_required(field));
            let one = inputs(input).take(usize::from(is_one_of(name)));
            needed.chain(one).map(|field| (field.name.node.to_string(), least(&field.ty.node))).collect()
        }
        _ => match name.as_str() {
            "Int" => json!(1),
            "Boolean" => json!(true),
            "DateTime" => json!("2026-03-01T09:30:00Z"),
            "Duration" => json!("P30D"),
            "UUID" => json!("c0000000-0000-4000-8000-000000000001"),
            _ => json!("a"),
        },
    }
}

/// Values that fit but for one place each, which is named: a string with a NUL, or a list of 101.
fn out_of_bounds(ty: &Type, path: &str, depth: usize) -> Vec<(String, Value)> {
    let name = match &ty.base {
        BaseType::List(item) => return lists_out_of_bounds(item, path, depth),
        BaseType::Named(name) => name,
    };
    match kind(name) {
        None if matches!(name.as_str(), "String" | "ID") => vec![(path.to_owned(), json!("a\0"))],
        Some(TypeKind::InputObject(input)) if depth < DEEPEST => {
            let mut all = Vec::new();
            for field in inputs(input) {
                let path = format!("{path}.{}", field.name.node);
                for (at, value) in out_of_bounds(&field.ty.node, &path, depth + 1) {
                    let mut object = if is_one_of(name) { json!({}) } else { least(ty) };
                    object[field.name.node.as_str()] = value;
                    all.push((at, object));
                }
            }
            all
        }
        _ => Vec::new(),
    }
}

fn lists_out_of_bounds(item: &Type, path: &str, depth: usize) -> Vec<(String, Value)> {
    let mut all = out_of_bounds(item, &format!("{path}[0]"), depth);
    for (_, value) in &mut all {
        *value = json!([value]);
    }
    if !matches!(kind(named(item)), Some(TypeKind::Enum(_))) {
        let many = |n: usize| match named(item) {
            "UUID" => json!(uuid::Uuid::from_u128(n as u128)),
            _ if least(item).is_string() => json!(n.to_string()),
            _ => least(item),
        };
        all.push((path.to_owned(), (0..101).map(many).collect()));
    }
    all
}

/// A document that asks for one field, with a variable for each of its arguments.
fn document(operation: &str, field: &FieldDefinition) -> String {
    let arguments = || field.arguments.iter().map(|argument| &argument.node);
    let declared: Vec<_> = arguments().map(|it| format!("${}: {}", it.name.node, it.ty.node)).collect();
    let given: Vec<_> = arguments().map(|it| format!("{0}: ${0}", it.name.node)).collect();
    let is_leaf = matches!(kind(named(&field.ty.node)), None | Some(TypeKind::Scalar | TypeKind::Enum(_)));
    let selection = if is_leaf { "" } else { "{ __typename }" };
    let (declared, given) = (declared.join(" "), given.join(" "));
    format!("{operation}({declared}){{ {}({given}){selection} }}", field.name.node)
}

#[test]
fn no_argument_takes_what_is_out_of_bounds() {
    let mut looked_at = BTreeMap::new();
    for (operation, root) in [("query", "Query"), ("mutation", "Mutation")] {
        for field in fields(root).filter(|field| !field.arguments.is_empty()) {
            let text = document(operation, field);
            let arguments = || field.arguments.iter().map(|argument| &argument.node);
            for argument in arguments() {
                for (at, value) in out_of_bounds(&argument.ty.node, &argument.name.node, 0) {
                    let needed = arguments().filter(|it| is_required(it));
                    let mut variables: Map<_, _> =
                        needed.map(|it| (it.name.node.to_string(), least(&it.ty.node))).collect();
                    variables.insert(argument.name.node.to_string(), value);
                    let message = rejected(&text, &variables);
                    assert!(
                        message.starts_with(&format!("In `{}`, the argument `{at}` has ", field.name.node)),
                        "{message}"
                    );
                    *looked_at.entry(at).or_insert(0) += 1;
                }
            }
        }
    }
    for place in ["filter.search", "ids", "ids[0]", "input.requests[0].assignments[0].label", "input.reason"]
    {
        assert!(looked_at.contains_key(place), "{looked_at:#?}");
    }
}
