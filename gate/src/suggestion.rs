//! "Did you mean": the names of the schema that are similar to one that it does not have.
//!
//! The message of the validator has the name between backticks, and the type, field or directive that lacks it; a message
//! of another form gets no suggestion. A gate suggests only if its limits say so: whoever guesses names learns them from the
//! answers.

use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Schema};
use strsim::damerau_levenshtein;

/// How many names are suggested at most.
const MAX_NAMES: usize = 3;

/// A question to append to the message, if there is a name that may have been meant.
pub(crate) fn suggest(message: &str, schema: &Schema) -> Option<String> {
    let quoted: Vec<_> = message.split('`').skip(1).step_by(2).collect();
    let (meant, names) = match *quoted.as_slice() {
        [ty, field] if message.ends_with(&format!("does not have a field `{field}`")) => {
            (field, fields(schema.types.get(ty)?))
        }
        [argument, coordinate] if message.contains("is not supported by") => {
            (argument, arguments(schema, coordinate)?)
        }
        [value, ty] if message.contains("does not exist on") => (value, members(schema.types.get(ty)?)),
        [ty] | [ty, ..] if is_about_a_type(message) => (ty, types(schema)),
        [directive] if message.starts_with("cannot find directive") => {
            let names = schema.directive_definitions.keys().map(Name::as_str);
            (directive.strip_prefix('@')?, names.collect())
        }
        _ => return None,
    };
    let similar = similar(meant, names);
    (!similar.is_empty()).then(|| format!("Did you mean `{}`?", similar.join("` or `")))
}

fn is_about_a_type(message: &str) -> bool {
    message.starts_with("cannot find type") || message.starts_with("type condition")
}

fn fields(ty: &ExtendedType) -> Vec<&str> {
    match ty {
        ExtendedType::Object(object) => object.fields.keys().map(Name::as_str).collect(),
        ExtendedType::Interface(interface) => interface.fields.keys().map(Name::as_str).collect(),
        _ => Vec::new(),
    }
}

/// The values of an enum, or the fields of an input object.
fn members(ty: &ExtendedType) -> Vec<&str> {
    match ty {
        ExtendedType::Enum(ty) => ty.values.keys().map(Name::as_str).collect(),
        ExtendedType::InputObject(input) => input.fields.keys().map(Name::as_str).collect(),
        _ => Vec::new(),
    }
}

/// The arguments of a field or a directive, by its schema coordinate.
fn arguments<'s>(schema: &'s Schema, coordinate: &str) -> Option<Vec<&'s str>> {
    let names = |arguments: &'s [apollo_compiler::Node<apollo_compiler::ast::InputValueDefinition>]| {
        arguments.iter().map(|argument| argument.name.as_str()).collect()
    };
    if let Some(directive) = coordinate.strip_prefix('@') {
        return Some(names(&schema.directive_definitions.get(directive)?.arguments));
    }
    let (ty, field) = coordinate.split_once('.')?;
    Some(names(&schema.type_field(ty, field).ok()?.arguments))
}

fn types(schema: &Schema) -> Vec<&str> {
    schema.types.keys().map(Name::as_str).filter(|name| !name.starts_with("__")).collect()
}

/// The names within a small edit distance, regardless of case, the nearest first.
fn similar<'s>(meant: &str, names: Vec<&'s str>) -> Vec<&'s str> {
    let folded = meant.to_lowercase();
    let distance = |name: &str| damerau_levenshtein(&name.to_lowercase(), &folded);
    let mut near: Vec<_> = names
        .into_iter()
        .map(|name| (distance(name), name))
        .filter(|(distance, name)| *distance <= 1 + meant.len().min(name.len()) / 6)
        .collect();
    near.sort_unstable();
    near.into_iter().take(MAX_NAMES).map(|(_, name)| name).collect()
}
