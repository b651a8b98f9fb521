//! The engine, as `#[Object]` sees it under `#[plain]`: the same, but for how an object is put together and a field's
//! future is kept.

pub use async_graphql::*;

pub mod resolver_utils {
    use std::pin::Pin;

    use async_graphql::{Context, Error, OutputType, ServerResult, Value};

    pub use async_graphql::resolver_utils::*;

    pub use super::super::object::resolve_container;

    type FieldFuture<'a> = Pin<Box<dyn Future<Output = ServerResult<Option<Value>>> + Send + 'a>>;

    /// A field whose resolver waits. Its future stands on the heap, so that its object's other fields do not carry the room
    /// that the largest of them needs.
    pub fn resolve_field_async<'a, T, E, F>(ctx: &'a Context<'a>, resolver: F) -> FieldFuture<'a>
    where
        T: OutputType + Send,
        E: Into<Error> + Send + Sync,
        F: Future<Output = Result<T, E>> + Send + 'a,
    {
        Box::pin(async_graphql::resolver_utils::resolve_field_async(ctx, resolver))
    }

    /// A plain field that has something to load below it.
    pub async fn resolve_simple_field_value<T: OutputType + ?Sized>(
        ctx: &Context<'_>,
        value: &T,
    ) -> ServerResult<Option<Value>> {
        // Unlike the engine's, it leaves the path of an error as it is: that of the field that failed.
        OutputType::resolve(value, &super::super::below(ctx), ctx.item).await.map(Some)
    }
}
