//! How the values of plain fields are written: exactly as the engine would.

use async_graphql::{ContextSelectionSet, ID};
use uuid::Uuid;

use super::{Json, Write};

impl Write for bool {
    fn write(&self, _: &ContextSelectionSet<'_>, json: &mut Json) -> bool {
        json.raw(if *self { "true" } else { "false" });
        true
    }
}

impl Write for i32 {
    fn write(&self, _: &ContextSelectionSet<'_>, json: &mut Json) -> bool {
        json.serialized(self);
        true
    }
}

impl Write for &str {
    fn write(&self, _: &ContextSelectionSet<'_>, json: &mut Json) -> bool {
        json.serialized(self);
        true
    }
}

impl Write for String {
    fn write(&self, ctx: &ContextSelectionSet<'_>, json: &mut Json) -> bool {
        self.as_str().write(ctx, json)
    }
}

/// Ids are base64url.
impl Write for ID {
    fn write(&self, _: &ContextSelectionSet<'_>, json: &mut Json) -> bool {
        json.bare(self.as_str());
        true
    }
}

impl Write for Uuid {
    fn write(&self, _: &ContextSelectionSet<'_>, json: &mut Json) -> bool {
        json.bare(self.hyphenated().encode_lower(&mut Uuid::encode_buffer()));
        true
    }
}

impl<T: Write> Write for Option<T> {
    fn write(&self, ctx: &ContextSelectionSet<'_>, json: &mut Json) -> bool {
        let Some(value) = self else {
            json.raw("null");
            return true;
        };
        value.write(ctx, json)
    }
}

/// An error is left to the engine, which asks the resolver again and reports it.
impl<T: Write, E: Send + Sync> Write for Result<T, E> {
    fn write(&self, ctx: &ContextSelectionSet<'_>, json: &mut Json) -> bool {
        self.as_ref().is_ok_and(|value| value.write(ctx, json))
    }
}

impl<T: Write> Write for Vec<T> {
    fn write(&self, ctx: &ContextSelectionSet<'_>, json: &mut Json) -> bool {
        super::list::write::<T, _>(self.iter(), ctx, json)
    }
}
