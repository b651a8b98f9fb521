//! Answers, written as JSON while they are resolved.
//!
//! The engine makes a boxed future of each field, even of one that only reads a member of a row, and a tree of values out
//! of all of them. Objects under `#[plain]` write their plain fields (resolvers that are no `async fn`) straight into
//! JSON; only what has to be loaded is a future, whose text is put into its place when it is there. What comes out is the
//! same, in the same order, with the same errors.
//!
//! An object that was written goes on as [`Value::Binary`], which no type of the schema has, and which `answer.rs` takes
//! over as it stands. That nothing looks into it rests on the gate: it merges fields with the same response key.
//!
//! Deliberately absent: the root and what is below `Node` or `__schema`, which are the engine's; extensions and directives
//! that are called at each field, of which there are none.
//!
//! [`Value::Binary`]: async_graphql::Value::Binary

pub mod engine;
mod json;
mod leaf;
mod list;
mod object;
mod reference;

use async_graphql::{ContainerType, Context, ContextSelectionSet};

pub use json::Json;
pub use list::Items;
pub use reference::Reference;

/// What can be written without waiting, at least sometimes.
pub trait Write: Send + Sync {
    /// Writes it with what is selected of it. When something has to be loaded first it returns false, and the text is to be
    /// cut back to where it began.
    #[must_use]
    fn write(&self, ctx: &ContextSelectionSet<'_>, json: &mut Json) -> bool;
}

/// An object of the API that knows its plain fields: `#[plain]` implements it.
pub trait Plain: ContainerType {
    /// The plain field of this name.
    fn plain(name: &str) -> Option<PlainField<Self>>;
}

/// Writes one field of an object, or returns false as [`Write::write`] does.
pub type PlainField<T> = fn(&T, &Context<'_>, &mut Json) -> bool;

/// The context of what is selected of a field's value.
pub fn below<'a>(ctx: &Context<'a>) -> ContextSelectionSet<'a> {
    ctx.with_selection_set(&ctx.item.node.selection_set)
}
