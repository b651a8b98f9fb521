//! The API as a whole: its schema, and the way of a request through it.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, LazyLock};

use async_graphql::{MergedObject, MergedSubscription, Schema, SchemaBuilder, ValidationMode};
use futures_util::FutureExt;
use gate::{
    AdmittedOperation, Gate, Limits, Rejection, RequestParameters, SchemaError, published_schema,
    with_cost_directives,
};

use super::answer::Answer;
use super::conventions::CONVENTIONS;
use super::cursor::CursorKey;
use super::customer::{CustomerMutation, CustomerQuery};
use super::error::Code;
use super::event::{EventQuery, EventSubscription};
use super::explanation::AccessQuery;
use super::grant::{GrantMutation, GrantQuery};
use super::introspection;
use super::issuer::{IssuerMutation, IssuerQuery};
use super::loader::Loader;
use super::node::NodeQuery;
use super::offer::{OfferMutation, OfferQuery};
use super::partner::{PartnerMutation, PartnerQuery};
use super::rate::{RateLimit, RateQuery};
use super::request::{RequestMutation, RequestQuery};
use super::role::RoleQuery;
use super::subscription::{SubscriptionMutation, SubscriptionQuery};
use super::tenant::TenantMutation;
use super::viewer::ViewerQuery;
use super::webhook::{WebhookMutation, WebhookQuery};
use access::View;
use domain::webhook::WebhookRules;
use token::Verifier;

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
    EventQuery,
    RoleQuery,
    AccessQuery,
    WebhookQuery,
    IssuerQuery,
    RateQuery,
);

/// What can be done. Each mutation is one transaction, and is in the log with who did it; what it refuses for a reason
/// that the caller can act on is in its payload's `userErrors`. The fields of one operation run one after another.
#[derive(Debug, Default, MergedObject)]
pub struct Mutation(
    RequestMutation,
    GrantMutation,
    SubscriptionMutation,
    PartnerMutation,
    CustomerMutation,
    OfferMutation,
    TenantMutation,
    IssuerMutation,
    WebhookMutation,
);

/// What is told as it happens, over a WebSocket (graphql-transport-ws) or as server-sent events (graphql-sse).
#[derive(Debug, Default, MergedSubscription)]
pub struct Subscription(EventSubscription);

type ApiSchema = Schema<Query, Mutation, Subscription>;

/// Where a customer takes up an open invitation: a page's address with `{invitation}` in it, or none.
#[derive(Clone, Debug, Default)]
pub struct InvitationUrl(pub Option<String>);

impl InvitationUrl {
    /// The address for one secret.
    #[must_use]
    pub fn with(&self, secret: &str) -> Option<String> {
        self.0.as_ref().map(|template| template.replace("{invitation}", secret))
    }
}

/// What resolvers need besides the viewer, and what does not change while the server runs.
#[derive(Debug)]
pub struct ApiData {
    pub cursors: CursorKey,
    pub invitations: InvitationUrl,
    pub webhooks: WebhookRules,
    pub verifier: Arc<Verifier>,
}

/// What an operation is charged with, in points. The schema is in memory: a hundred of its objects are as much work as one that is
/// read.
#[must_use]
pub fn price(admitted: &AdmittedOperation) -> u64 {
    admitted.cost.saturating_add(admitted.introspection_cost.div_ceil(100))
}

/// The API: one for all worker threads. It knows no viewer; each request brings its own.
pub struct Api {
    schema: ApiSchema,
    gate: Gate,
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Api").field("limits", self.gate.limits()).finish_non_exhaustive()
    }
}

impl Api {
    /// # Errors
    ///
    /// When the schema is not one, which no configuration can bring about.
    pub fn new(limits: Limits, data: ApiData) -> Result<Self, SchemaError> {
        // The gate bounds every document; this bound only has to lie above it.
        let depth = usize::try_from(limits.depth.max(limits.introspection_depth)).unwrap_or(usize::MAX);
        let schema = build(depth.saturating_mul(3));
        let ApiData { cursors, invitations, webhooks, verifier } = data;
        let schema = schema.data(cursors).data(invitations).data(webhooks).data(verifier).finish();
        Ok(Self { schema, gate: gate(limits)? })
    }

    /// What every document passes.
    #[must_use]
    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    /// Lets an operation pass to the engine, or says why not.
    ///
    /// # Errors
    ///
    /// What the client has to change. Nothing has been executed.
    pub fn admit(&self, request: RequestParameters<'_>) -> Result<AdmittedOperation, Rejection> {
        self.gate.admit(request)
    }

    /// Executes what was admitted, for one viewer, whose tenant has this much left. A panic below becomes an answer.
    pub async fn execute(&self, admitted: AdmittedOperation, view: View, limit: RateLimit) -> Answer {
        let loader = Loader::default();
        let places = introspection::places(&admitted.document);
        let cost = price(&admitted);
        let request = admitted.into_request().data(view).data(loader.clone()).data(limit);
        // Tokio's cooperative budget would make a ready future look pending, and so split a batch.
        let execution = tokio::task::unconstrained(loader.drive(self.schema.execute(request)));
        match AssertUnwindSafe(execution).catch_unwind().await {
            Ok(mut response) => {
                introspection::describe(&mut response.data, &places);
                Answer::executed(response.extension("cost", cost.into()))
            }
            Err(panic) => Self::of_panic(panic.as_ref()),
        }
    }

    /// The answer instead of one whose resolver panicked.
    pub(super) fn of_panic(panic: &(dyn Any + Send)) -> Answer {
        let cause = panic.downcast_ref::<&str>().copied().map(str::to_owned);
        let cause = cause.or_else(|| panic.downcast_ref::<String>().cloned());
        tracing::error!(cause, "a resolver panicked");
        Answer::error(Code::Internal, super::INTERNAL)
    }

    pub(super) fn schema(&self) -> &ApiSchema {
        &self.schema
    }
}

/// What every document passes.
///
/// # Errors
///
/// When the schema is not one, which no configuration can bring about.
pub fn gate(limits: Limits) -> Result<Gate, SchemaError> {
    Gate::new(sdl().map_err(Clone::clone)?, CONVENTIONS, limits)
}

fn build(depth: usize) -> SchemaBuilder<Query, Mutation, Subscription> {
    with_cost_directives(Schema::build(Query::default(), Mutation::default(), Subscription::default()))
        .validation_mode(ValidationMode::Fast)
        .limit_recursive_depth(depth)
        .disable_suggestions()
}

/// The schema in GraphQL's own language, with what operations cost. It is written once.
///
/// # Errors
///
/// When the schema is not one, which no configuration can bring about.
pub fn sdl() -> Result<&'static str, &'static SchemaError> {
    static SDL: LazyLock<Result<String, SchemaError>> = LazyLock::new(|| {
        let options = async_graphql::SDLExportOptions::new().include_specified_by();
        let sdl = build(usize::MAX).finish().sdl_with_options(options);
        let described = format!("\n\"\"\"\n{}\n\"\"\"\nschema {{", introspection::DESCRIPTION);
        published_schema(&sdl.replacen("\nschema {", &described, 1), &CONVENTIONS.cost)
    });
    SDL.as_deref()
}
