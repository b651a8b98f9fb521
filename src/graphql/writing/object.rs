//! An object: its plain fields are written one after another, and what has to be loaded is put into its place later.

use std::pin::Pin;

use async_graphql::parser::types::{Field, Selection};
use async_graphql::{ContextSelectionSet, Positioned, ServerResult, Value};
use futures_util::future::try_join_all;

use super::{Json, Plain, Write};

/// What is not known yet, and its place in the text.
pub(super) struct Hole<'a> {
    pub(super) place: usize,
    pub(super) value: Pin<Box<dyn Future<Output = ServerResult<Value>> + Send + 'a>>,
}

/// The fields that are selected. None where there is a fragment, which the gate leaves only below abstract types: that is
/// for the engine.
fn fields<'a>(
    ctx: &ContextSelectionSet<'a>,
) -> Option<impl Iterator<Item = &'a Positioned<Field>> + use<'a>> {
    let items = &ctx.item.node.items;
    let is_plain = items.iter().all(|item| matches!(item.node, Selection::Field(_)));
    is_plain.then(|| {
        items.iter().filter_map(|item| match &item.node {
            Selection::Field(field) => Some(field),
            Selection::FragmentSpread(_) | Selection::InlineFragment(_) => None,
        })
    })
}

/// Whether there is no field among the selected ones that is never plain.
pub(super) fn can_be_plain<T: Plain>(ctx: &ContextSelectionSet<'_>) -> bool {
    fields(ctx).is_some_and(|mut fields| {
        fields.all(|field| {
            let name = field.node.name.node.as_str();
            name == TYPENAME || T::plain(name).is_some()
        })
    })
}

const TYPENAME: &str = "__typename";

/// Writes the value of a field; false when it has to be loaded.
fn write_field<T: Plain>(
    object: &T,
    ctx: &ContextSelectionSet<'_>,
    field: &Positioned<Field>,
    json: &mut Json,
) -> bool {
    let name = field.node.name.node.as_str();
    if name == TYPENAME {
        json.bare(&object.introspection_type_name());
        return true;
    }
    T::plain(name).is_some_and(|write| write(object, &ctx.with_field(field), json))
}

fn begin_field(is_first: bool, field: &Positioned<Field>, json: &mut Json) {
    if !is_first {
        json.byte(b',');
    }
    json.key(&field.node.response_key().node);
}

impl<T: Plain> Write for T {
    fn write(&self, ctx: &ContextSelectionSet<'_>, json: &mut Json) -> bool {
        let Some(fields) = fields(ctx) else { return false };
        json.byte(b'{');
        for (index, field) in fields.enumerate() {
            begin_field(index == 0, field, json);
            if !write_field(self, ctx, field, json) {
                return false;
            }
        }
        json.byte(b'}');
        true
    }
}

/// Stands in for the engine's function of this name: all fields concurrently, as there, but without a future for each that
/// is plain.
pub async fn resolve_container<'a, T: Plain>(
    ctx: &ContextSelectionSet<'a>,
    object: &'a T,
) -> ServerResult<Value> {
    let Some(fields) = fields(ctx) else {
        return async_graphql::resolver_utils::resolve_container(ctx, object).await;
    };
    let mut json = Json::default();
    let mut holes = Vec::new();
    json.byte(b'{');
    for (index, field) in fields.enumerate() {
        begin_field(index == 0, field, &mut json);
        let start = json.len();
        if write_field(object, ctx, field, &mut json) {
            continue;
        }
        json.cut(start);
        let ctx = ctx.clone();
        let value = Box::pin(async move {
            let ctx = ctx.with_field(field);
            Ok(object.resolve_field(&ctx).await?.unwrap_or_default())
        });
        holes.push(Hole { place: start, value });
    }
    json.byte(b'}');
    fill(json, holes).await
}

/// The text with what was not known yet.
pub(super) async fn fill(json: Json, holes: Vec<Hole<'_>>) -> ServerResult<Value> {
    if holes.is_empty() {
        return Ok(json.into_value());
    }
    let places: Vec<_> = holes.iter().map(|hole| hole.place).collect();
    let values = try_join_all(holes.into_iter().map(|hole| hole.value)).await?;
    Ok(json.filled(places.into_iter().zip(values)).into_value())
}
