//! How long the lists of the introspection are (GraphQL, "Schema Introspection").
//!
//! The schema does not change while the server runs, so its lists have known lengths. Their means estimate what an
//! introspection answers with, where a constant would either let a few nested lists ask for millions of objects or reject
//! the tools that ask for everything once.

use apollo_compiler::Schema;
use apollo_compiler::schema::ExtendedType;

/// Mean lengths, rounded up and at least 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MeanLengths {
    types: u64,
    directives: u64,
    fields: u64,
    args: u64,
    input_fields: u64,
    enum_values: u64,
    interfaces: u64,
    possible_types: u64,
}

impl MeanLengths {
    pub(crate) fn of(schema: &Schema) -> Self {
        let types = || schema.types.values();
        let fields = || {
            types().flat_map(|ty| match ty {
                ExtendedType::Object(object) => object.fields.values().collect::<Vec<_>>(),
                ExtendedType::Interface(interface) => interface.fields.values().collect(),
                _ => Vec::new(),
            })
        };
        let objects = || types().filter_map(ExtendedType::as_object);
        let implementing = objects().map(|object| object.implements_interfaces.len());
        let with_fields = types().filter(|ty| ty.is_object() || ty.is_interface()).count();
        let abstract_types = types().filter(|ty| ty.is_interface() || ty.is_union()).count();
        let members =
            types().filter_map(ExtendedType::as_union).map(|union| union.members.len()).sum::<usize>();
        Self {
            types: mean(schema.types.len(), 1),
            directives: mean(schema.directive_definitions.len(), 1),
            fields: mean(fields().count(), with_fields),
            args: mean(fields().map(|field| field.arguments.len()).sum(), fields().count()),
            input_fields: mean_of(
                types().filter_map(ExtendedType::as_input_object).map(|input| input.fields.len()),
            ),
            enum_values: mean_of(types().filter_map(ExtendedType::as_enum).map(|ty| ty.values.len())),
            interfaces: mean_of(objects().map(|object| object.implements_interfaces.len())),
            possible_types: mean(implementing.sum::<usize>() + members, abstract_types),
        }
    }

    /// The expected length of a list field of one of the introspection's types.
    pub(crate) fn length(&self, field: &str) -> u64 {
        match field {
            "types" => self.types,
            "directives" => self.directives,
            "fields" => self.fields,
            "args" => self.args,
            "inputFields" => self.input_fields,
            "enumValues" => self.enum_values,
            "interfaces" => self.interfaces,
            "possibleTypes" => self.possible_types,
            _ => 1,
        }
    }
}

fn mean(total: usize, of: usize) -> u64 {
    total.div_ceil(of.max(1)).max(1) as u64
}

fn mean_of(lengths: impl Iterator<Item = usize> + Clone) -> u64 {
    mean(lengths.clone().sum(), lengths.count())
}
