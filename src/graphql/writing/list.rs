//! The items of a list: written at once where nothing has to be loaded, else resolved like the engine's lists.

use std::borrow::{Borrow, Cow};

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerResult, Value};

use super::object::{Hole, can_be_plain, fill};
use super::{Json, Plain, Write};

/// A list of objects, each of which is made when its turn comes.
#[derive(Debug)]
pub struct Items<'o, O, T> {
    owner: &'o O,
    count: usize,
    item: fn(&'o O, usize) -> T,
}

impl<'o, O, T> Items<'o, O, T> {
    /// So many items, which `item` makes by their places.
    pub const fn of(owner: &'o O, count: usize, item: fn(&'o O, usize) -> T) -> Self {
        Self { owner, count, item }
    }

    fn each(&self) -> impl Iterator<Item = T> {
        (0..self.count).map(|place| (self.item)(self.owner, place))
    }
}

impl<O: Sync, T: Plain> Write for Items<'_, O, T> {
    fn write(&self, ctx: &ContextSelectionSet<'_>, json: &mut Json) -> bool {
        can_be_plain::<T>(ctx) && write::<T, _>(self.each(), ctx, json)
    }
}

impl<O: Sync, T: Plain> OutputType for Items<'_, O, T> {
    fn type_name() -> Cow<'static, str> {
        Vec::<T>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<T>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<T>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        let mut json = Json::default();
        let mut holes = Vec::new();
        let can_be_plain = can_be_plain::<T>(ctx);
        json.byte(b'[');
        for (place, item) in self.each().enumerate() {
            if place > 0 {
                json.byte(b',');
            }
            let start = json.len();
            if can_be_plain && item.write(ctx, &mut json) {
                continue;
            }
            json.cut(start);
            let list = ctx.clone();
            let value = Box::pin(async move {
                let ctx = list.with_index(place);
                // As in the engine's own lists, the path of an error ends at the item.
                OutputType::resolve(&item, &ctx, field).await.map_err(|error| ctx.set_error_path(error))
            });
            holes.push(Hole { place: start, value });
        }
        json.byte(b']');
        fill(json, holes).await
    }
}

/// Writes all items; false when one cannot be written at once.
pub(super) fn write<T: Write, I: Borrow<T>>(
    items: impl Iterator<Item = I>,
    ctx: &ContextSelectionSet<'_>,
    json: &mut Json,
) -> bool {
    json.byte(b'[');
    for (place, item) in items.enumerate() {
        if place > 0 {
            json.byte(b',');
        }
        if !item.borrow().write(ctx, json) {
            return false;
        }
    }
    json.byte(b']');
    true
}
