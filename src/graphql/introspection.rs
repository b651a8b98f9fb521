//! The schema's own description, for which the engine has no place: it answers `__schema { description }` with words
//! about schemas as such.

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use async_graphql::{Name, Value};

/// What the schema is for, as the SDL and the introspection tell it.
pub const DESCRIPTION: &str = "Customers who buy from several resale partners at once, and what they delegate to each of \
     them. Who is asking follows from the token alone; every list, count, field and error means: of these, what the viewer \
     may see, and what it may not see is as if it were not there. What a mutation refuses is in `userErrors` of its payload.";

/// Where in an answer the description belongs: the response keys of `__schema` and of its `description`.
pub(super) type Places = Vec<(Name, Name)>;

/// The places in the answer to an operation whose fragments are opened.
pub(super) fn places(document: &ExecutableDocument) -> Places {
    document.operations.iter().flat_map(|(_, operation)| within(&operation.node.selection_set.node)).collect()
}

fn within(root: &SelectionSet) -> Places {
    let mut places = Places::new();
    for (schema, set) in fields(root, "__schema") {
        places
            .extend(fields(set, "description").map(|(description, _)| (schema.clone(), description.clone())));
    }
    places
}

/// The fields of this name, each with its response key.
fn fields<'a>(set: &'a SelectionSet, name: &'a str) -> impl Iterator<Item = (&'a Name, &'a SelectionSet)> {
    set.items.iter().filter_map(move |selection| match &selection.node {
        Selection::Field(field) if field.node.name.node == name => {
            Some((&field.node.response_key().node, &field.node.selection_set.node))
        }
        _ => None,
    })
}

/// Writes the description into its places.
pub(super) fn describe(data: &mut Value, places: &Places) {
    let Value::Object(root) = data else { return };
    for (schema, description) in places {
        if let Some(Value::Object(schema)) = root.get_mut(schema)
            && let Some(value) = schema.get_mut(description)
        {
            *value = DESCRIPTION.into();
        }
    }
}
