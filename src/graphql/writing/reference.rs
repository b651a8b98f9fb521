//! An object that another one refers to.

use std::marker::PhantomData;
use std::sync::Arc;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerResult, Value};

use super::{Json, Plain, Write};
use crate::graphql::Error;
use crate::graphql::loader::{ContextExt, Load};

/// An object by the key that names it: written at once where the request knows it already, else loaded.
#[derive(Clone, Copy, Debug)]
pub struct Reference<N, K> {
    key: K,
    /// What is told to the log when it is not there.
    missing: &'static str,
    object: PhantomData<fn() -> N>,
}

impl<N, K> Reference<N, K> {
    /// An object that is there by the rules of the domain; `missing` says that it is not.
    pub const fn to(key: K, missing: &'static str) -> Self {
        Self { key, missing, object: PhantomData }
    }
}

impl<N, K, Row> Write for Reference<N, K>
where
    K: Load<Value = Option<Arc<Row>>>,
    N: Plain + From<Arc<Row>>,
{
    fn write(&self, ctx: &ContextSelectionSet<'_>, json: &mut Json) -> bool {
        ctx.known(&self.key).flatten().is_some_and(|row| N::from(row).write(ctx, json))
    }
}

impl<N, K, Row> OutputType for Reference<N, K>
where
    K: Load<Value = Option<Arc<Row>>>,
    N: OutputType + From<Arc<Row>>,
    Row: Send + Sync,
{
    fn type_name() -> std::borrow::Cow<'static, str> {
        N::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        N::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        let row = ctx.load(self.key.clone()).await.and_then(|row| row.ok_or(Error::internal(self.missing)));
        let object = row.map(N::from).map_err(|error| {
            ctx.set_error_path(async_graphql::Error::from(error).into_server_error(field.pos))
        })?;
        object.resolve(ctx, field).await
    }
}
