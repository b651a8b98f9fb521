//! The API as a whole: its schema, and the way of a request through it.

use std::panic::AssertUnwindSafe;

use async_graphql::{EmptyMutation, EmptySubscription, MergedObject, Schema, ValidationMode};
use futures_util::FutureExt;

use super::answer::Answer;
use super::cursor::CursorKey;
use super::customer::CustomerQuery;
use super::door::{Admitted, Ask, Door, Limits, Refusal, SchemaFlaw};
use super::fault::Code;
use super::grant::GrantQuery;
use super::loader::Loader;
use super::node::NodeQuery;
use super::offer::OfferQuery;
use super::partner::PartnerQuery;
use super::request::RequestQuery;
use super::role::RoleQuery;
use super::scalar::SCALARS;
use super::subscription::SubscriptionQuery;
use super::viewer::ViewerQuery;
use crate::access::View;

/// What can be read. Every list and every field means: of these, what the viewer may see.
#[derive(Debug, Default, MergedObject)]
pub struct Query(
    ViewerQuery,
    NodeQuery,
    CustomerQuery,
    SubscriptionQuery,
    GrantQuery,
    RequestQuery,
    PartnerQuery,
    OfferQuery,
    RoleQuery,
);

type ApiSchema = Schema<Query, EmptyMutation, EmptySubscription>;

/// The API: one for all worker threads. It knows no viewer; each request brings its own.
pub struct Api {
    schema: ApiSchema,
    door: Door,
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Api").field("limits", self.door.limits()).finish_non_exhaustive()
    }
}

impl Api {
    /// # Errors
    ///
    /// When the schema is not one, which no configuration can bring about.
    pub fn new(limits: Limits, cursors: CursorKey) -> Result<Self, SchemaFlaw> {
        // The door bounds every document; this bound only has to lie above it.
        let depth = usize::try_from(limits.depth.max(limits.introspection_depth)).unwrap_or(usize::MAX);
        let schema = build(depth.saturating_mul(3), cursors);
        let door = Door::new(&schema.sdl(), SCALARS, limits)?;
        Ok(Self { schema, door })
    }

    /// Lets an operation pass to the engine, or says why not.
    ///
    /// # Errors
    ///
    /// What the client has to change. Nothing has been executed.
    pub fn admit(&self, ask: Ask<'_>) -> Result<Admitted, Refusal> {
        self.door.admit(ask)
    }

    /// Executes what was admitted, for one viewer. A panic below becomes an answer.
    pub async fn execute(&self, admitted: Admitted, view: View) -> Answer {
        let loader = Loader::default();
        let request = admitted.into_request().data(view).data(loader.clone());
        // What could go on must not look as if it could not, which the runtime's budget for a task would make it do.
        let execution = tokio::task::unconstrained(loader.drive(self.schema.execute(request)));
        match AssertUnwindSafe(execution).catch_unwind().await {
            Ok(response) => Answer::executed(response),
            Err(panic) => {
                let cause = panic.downcast_ref::<&str>().copied().map(str::to_owned);
                let cause = cause.or_else(|| panic.downcast_ref::<String>().cloned());
                tracing::error!(cause, "a resolver panicked");
                Answer::fault(Code::Internal, super::INTERNAL)
            }
        }
    }
}

fn build(depth: usize, cursors: CursorKey) -> ApiSchema {
    Schema::build(Query::default(), EmptyMutation, EmptySubscription)
        .validation_mode(ValidationMode::Fast)
        .limit_recursive_depth(depth)
        .disable_suggestions()
        .data(cursors)
        .finish()
}

/// The schema in GraphQL's own language.
#[must_use]
pub fn sdl() -> String {
    let options = async_graphql::SDLExportOptions::new().include_specified_by();
    Schema::build(Query::default(), EmptyMutation, EmptySubscription).finish().sdl_with_options(options)
}
