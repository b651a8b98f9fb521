//! Whatever the published schema takes, in any argument and at any depth of its input objects, is within its bounds.

use std::collections::BTreeMap;

use apollo_compiler::ast::{FieldDefinition, Type};
use apollo_compiler::schema::ExtendedType;
use serde_json::{Map, Value, json};

use super::house::{admit_with, real, said};
use crate::graphql::door::catalogue::is_one_of;

/// Input objects inside one another that are looked into.
const DEEPEST: usize = 6;

/// A value that fits, with as little in it as can be.
fn least(ty: &Type) -> Value {
    let name = ty.inner_named_type();
    if ty.is_list() {
        return json!([]);
    }
    match &real().catalogue.schema().types[name] {
        ExtendedType::Enum(choice) => json!(choice.values.keys().next().unwrap().as_str()),
        ExtendedType::InputObject(input) => {
            let needed = input.fields.values().filter(|field| field.is_required());
            let one = input.fields.values().take(usize::from(is_one_of(input)));
            needed.chain(one).map(|field| (field.name.to_string(), least(&field.ty))).collect()
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
fn out_of_bounds(ty: &Type, name: &str, depth: usize) -> Vec<(String, Value)> {
    if ty.is_list() {
        let item = ty.item_type();
        let is_enum = real().catalogue.schema().types[item.inner_named_type()].is_enum();
        let mut all = out_of_bounds(item, &format!("{name}[0]"), depth);
        for (_, value) in &mut all {
            *value = json!([value]);
        }
        if !is_enum {
            let many = |n: usize| match item.inner_named_type().as_str() {
                "UUID" => json!(uuid::Uuid::from_u128(n as u128)),
                _ if least(item).is_string() => json!(n.to_string()),
                _ => least(item),
            };
            all.push((name.to_owned(), (0..101).map(many).collect()));
        }
        return all;
    }
    match &real().catalogue.schema().types[ty.inner_named_type()] {
        ExtendedType::Scalar(scalar) if matches!(scalar.name.as_str(), "String" | "ID") => {
            vec![(name.to_owned(), json!("a\0"))]
        }
        ExtendedType::InputObject(input) if depth < DEEPEST => {
            let mut all = Vec::new();
            for field in input.fields.values() {
                for (at, value) in out_of_bounds(&field.ty, &format!("{name}.{}", field.name), depth + 1) {
                    let mut object = if is_one_of(input) { json!({}) } else { least(ty) };
                    object[field.name.as_str()] = value;
                    all.push((at, object));
                }
            }
            all
        }
        _ => Vec::new(),
    }
}

/// A document that asks for one field, with a variable for each of its arguments.
fn document(operation: &str, field: &FieldDefinition) -> String {
    let arguments = &field.arguments;
    let declared: Vec<_> = arguments.iter().map(|it| format!("${}: {}", it.name, it.ty)).collect();
    let given: Vec<_> = arguments.iter().map(|it| format!("{0}: ${0}", it.name)).collect();
    let selection = if real().catalogue.is_leaf(field.ty.inner_named_type()) { "" } else { "{ __typename }" };
    format!("{operation}({}){{ {}({}){selection} }}", declared.join(" "), field.name, given.join(" "))
}

#[test]
fn no_argument_takes_what_is_out_of_bounds() {
    let mut looked_at = BTreeMap::new();
    for (operation, root) in [("query", "Query"), ("mutation", "Mutation")] {
        let object = real().catalogue.schema().get_object(root).unwrap();
        for field in object.fields.values().filter(|field| !field.arguments.is_empty()) {
            let text = document(operation, field);
            for argument in &field.arguments {
                for (at, value) in out_of_bounds(&argument.ty, &argument.name, 0) {
                    let needed = field.arguments.iter().filter(|it| it.is_required());
                    let mut variables: Map<_, _> =
                        needed.map(|it| (it.name.to_string(), least(&it.ty))).collect();
                    variables.insert(argument.name.to_string(), value);
                    let refusal = admit_with(real(), &text, variables.into()).unwrap_err();
                    let said = said(&refusal);
                    assert!(
                        said.starts_with(&format!("In `{}`, the argument `{at}` has ", field.name)),
                        "{said}"
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
