//! What can be done with a relationship request.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::{RequestId, relationship_request as request};

use super::{RelationshipRequest, RelationshipRequestKey};
use crate::command::{
    AcceptRequest, Command, DeclineRequest, RequestName, RequestRelationship, RequestRelationships,
    Requested, RunOptions, WithdrawRequest, Written,
};
use crate::graphql::Result;
use crate::graphql::api::InvitationUrl;
use crate::graphql::customer::CustomerKey;
use crate::graphql::grant::{AccessAssignmentInput, DelegatedAdminGrant, stored_grant};
use crate::graphql::id::TypedId;
use crate::graphql::input::{ChangeInput, RunInput};
use crate::graphql::payload::{UserError, read_back, run_command, user_errors, written};
use crate::graphql::scalar::Duration;
use crate::graphql::vocabulary::{DelegatedRole, rows};
use domain::refusal::{Refusal, RefusalCode};
use domain::request::{Acceptance, Accepted, NewRequest};

/// Which privileges are asked for, of whom, and for how long.
#[derive(Clone, Debug, InputObject)]
pub struct RequestRelationshipInput {
    /// The customer. Leave it out for an open invitation, which the first customer that presents its secret takes up,
    /// once.
    customer: Option<CustomerKey>,
    /// What both parties call it: 1 to 200 characters, and one open request of this name for each customer.
    display_name: String,
    /// The roles that are asked for.
    roles: Vec<DelegatedRole>,
    /// For how long: 1 to 730 days.
    duration: Duration,
    /// Whether the grant shall extend itself by 180 days at each end. Not with GLOBAL_ADMINISTRATOR.
    #[graphql(default)]
    auto_extend: bool,
    /// What to tell the customer: at most 2,000 characters.
    message: Option<String>,
    /// The first assignments; left out: all roles to the tenant role ADMIN_AGENT.
    assignments: Option<Vec<AccessAssignmentInput>>,
    /// How long the customer may take to decide: 1 to 90 days.
    #[graphql(default_with = "Duration { days: 30 }")]
    valid_for: Duration,
    /// Answer as the real call would, and change nothing.
    #[graphql(default)]
    validate_only: bool,
    /// A repeat with this key within 24 hours gets the first answer and does nothing. A repeat does not show the secret
    /// of an open invitation again.
    idempotency_key: Option<String>,
}

/// The request that was made.
#[derive(Clone, Debug, SimpleObject)]
pub struct RequestRelationshipPayload {
    /// The request; null when refused.
    request: Option<RelationshipRequest>,
    /// The secret of an open invitation. It is shown here once, and stored only as a hash: hand it to the customer, and
    /// if it gets lost, withdraw the request and make another. Null after a dry run.
    invitation: Option<String>,
    /// A page at which the customer can take the invitation up, where this server is configured with one.
    invitation_url: Option<String>,
    /// Why it was refused; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Requests to several customers, or several to one, made in one call.
#[derive(Clone, Debug, InputObject)]
pub struct RequestRelationshipsInput {
    /// 1 to 100 requests, without `idempotencyKey` and `validateOnly` of their own.
    requests: Vec<RequestRelationshipInput>,
    #[graphql(flatten)]
    run: RunInput,
}

/// What came of many requests.
#[derive(Clone, Debug, SimpleObject)]
pub struct RequestRelationshipsPayload {
    /// In the order of the input; each stands or falls alone, and the `path` of its `userErrors` has its place:
    /// `["input", "requests", "3", "displayName"]`. Empty when all of it was refused.
    results: Vec<RequestRelationshipPayload>,
    /// Why all of it was refused; empty otherwise.
    user_errors: Vec<UserError>,
}

/// Which request is taken back.
#[derive(Clone, Debug, InputObject)]
pub struct WithdrawRelationshipRequestInput {
    /// The request's id.
    request: ID,
    #[graphql(flatten)]
    change: ChangeInput,
}

/// The request that was taken back.
#[derive(Clone, Debug, SimpleObject)]
pub struct WithdrawRelationshipRequestPayload {
    /// The request; null when refused.
    request: Option<RelationshipRequest>,
    /// Why it was refused; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Which request is accepted. What is left out is accepted as asked.
#[derive(Clone, Debug, InputObject)]
pub struct AcceptRelationshipRequestInput {
    /// The request, by id or by the secret of an open invitation.
    request: RelationshipRequestKey,
    /// Some of the roles that are asked for.
    roles: Option<Vec<DelegatedRole>>,
    /// As long as asked for, or shorter.
    duration: Option<Duration>,
    /// False, for the grant not to extend itself though that is asked for.
    auto_extend: Option<bool>,
    #[graphql(flatten)]
    change: ChangeInput,
}

/// The grant that came of it.
#[derive(Clone, Debug, SimpleObject)]
pub struct AcceptRelationshipRequestPayload {
    /// The grant; null when refused.
    grant: Option<DelegatedAdminGrant>,
    /// The request; null when refused.
    request: Option<RelationshipRequest>,
    /// Why it was refused; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Which request is declined.
#[derive(Clone, Debug, InputObject)]
pub struct DeclineRelationshipRequestInput {
    /// The request, by id or by the secret of an open invitation.
    request: RelationshipRequestKey,
    /// Why, for the partner to read: at most 2,000 characters.
    reason: Option<String>,
    #[graphql(flatten)]
    change: ChangeInput,
}

/// The request that was declined.
#[derive(Clone, Debug, SimpleObject)]
pub struct DeclineRelationshipRequestPayload {
    /// The request; null when refused.
    request: Option<RelationshipRequest>,
    /// Why it was refused; empty when it was done.
    user_errors: Vec<UserError>,
}

#[derive(Debug, Default)]
pub struct RequestMutation;

#[Object]
impl RequestMutation {
    /// Ask a customer to delegate administration privileges, or make an open invitation. For a partner's ADMIN_AGENT or
    /// SALES_AGENT.
    ///
    /// Codes: AUTO_EXTEND_FORBIDDEN_ROLE, DUPLICATE_REQUEST, DURATION_OUT_OF_RANGE, FORBIDDEN,
    /// IDEMPOTENCY_KEY_REUSED, ILLEGAL_TRANSITION, INVALID, LIMIT_EXCEEDED, NOT_FOUND, PARTNER_CANNOT_BE_CUSTOMER.
    async fn request_relationship(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which roles, of whom, and for how long.")] input: RequestRelationshipInput,
    ) -> Result<RequestRelationshipPayload> {
        let options =
            RunOptions { idempotency_key: input.idempotency_key.clone(), dry_run: input.validate_only };
        RequestRelationshipPayload::of(ctx, run_command(ctx, Ok(command(input)), &options).await?, &options)
            .await
    }

    /// Ask up to 100 customers; each request has its own outcome. For a partner's ADMIN_AGENT or SALES_AGENT.
    ///
    /// Codes: AUTO_EXTEND_FORBIDDEN_ROLE, DUPLICATE_REQUEST, DURATION_OUT_OF_RANGE, FORBIDDEN,
    /// IDEMPOTENCY_KEY_REUSED, ILLEGAL_TRANSITION, INVALID, LIMIT_EXCEEDED, NOT_FOUND, PARTNER_CANNOT_BE_CUSTOMER.
    async fn request_relationships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The requests, each as `requestRelationship` takes it.")]
        input: RequestRelationshipsInput,
    ) -> Result<RequestRelationshipsPayload> {
        let has_own =
            |request: &RequestRelationshipInput| request.idempotency_key.is_some() || request.validate_only;
        let commands = if input.requests.iter().any(has_own) {
            let message = "`idempotencyKey` and `validateOnly` are for all requests together. Give them beside \
                           `requests`, and none within.";
            Err(Refusal::new(RefusalCode::Invalid, message).at("requests").into())
        } else {
            Ok(RequestRelationships(input.requests.into_iter().map(command).collect()))
        };
        let options = input.run.into();
        let done = match run_command(ctx, commands, &options).await? {
            Ok(done) => done,
            Err(user_errors) => {
                return Ok(RequestRelationshipsPayload { results: Vec::new(), user_errors });
            }
        };
        let results = done
            .into_iter()
            .map(|one| RequestRelationshipPayload::of(ctx, one.map_err(user_errors), &options));
        let results = futures_util::future::try_join_all(results).await?;
        Ok(RequestRelationshipsPayload { results, user_errors: Vec::new() })
    }

    /// Take a request back before the customer has decided. For a partner's ADMIN_AGENT or SALES_AGENT.
    ///
    /// Codes: FORBIDDEN, IDEMPOTENCY_KEY_REUSED, INVALID, NOT_FOUND, REQUEST_EXPIRED, REQUEST_NOT_OPEN,
    /// VERSION_CONFLICT.
    async fn withdraw_relationship_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which request is taken back.")] input: WithdrawRelationshipRequestInput,
    ) -> Result<WithdrawRelationshipRequestPayload> {
        let WithdrawRelationshipRequestInput { request, change } = input;
        let expected_version = change.expected_version;
        let command = request_id(&request).map(|request| WithdrawRequest { request, expected_version });
        let (request, user_errors) = decided(ctx, command, &change.run.into()).await?;
        Ok(WithdrawRelationshipRequestPayload { request, user_errors })
    }

    /// Accept a request, or less than it asks for: a grant comes of it at once. Nothing of what the customer bought
    /// changes, and the log proves it. For a CUSTOMER_ADMINISTRATOR who is signed in with a second factor: a person,
    /// never an application.
    ///
    /// Codes: AUTO_EXTEND_FORBIDDEN_ROLE, CLOUD_MISMATCH, DURATION_OUT_OF_RANGE, FORBIDDEN, IDEMPOTENCY_KEY_REUSED,
    /// INVALID, NOT_FOUND, REQUEST_EXPIRED, REQUEST_NOT_OPEN, ROLES_NOT_SUBSET, VERSION_CONFLICT, WIDENING_FORBIDDEN.
    async fn accept_relationship_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which request, and what of it.")] input: AcceptRelationshipRequestInput,
    ) -> Result<AcceptRelationshipRequestPayload> {
        let (expected_version, options) = (input.change.expected_version, input.change.run.into());
        let acceptance = Acceptance {
            roles: input.roles.as_deref().map(rows),
            duration_days: input.duration.map(|duration| duration.days),
            auto_extend: input.auto_extend,
        };
        let command =
            named(input.request).map(|request| AcceptRequest { request, acceptance, expected_version });
        let done = match run_command(ctx, command, &options).await? {
            Ok(done) => done,
            Err(user_errors) => {
                return Ok(AcceptRelationshipRequestPayload { grant: None, request: None, user_errors });
            }
        };
        let (grant, request) = match done.rows {
            Some(Accepted { request, grant }) => (grant.into(), Arc::new(request).into()),
            None => (stored_grant(ctx, done.grant).await?, stored(ctx, done.request).await?),
        };
        let (grant, request) = (Some(grant), Some(request));
        Ok(AcceptRelationshipRequestPayload { grant, request, user_errors: Vec::new() })
    }

    /// Decline a request. For a CUSTOMER_ADMINISTRATOR who is signed in with a second factor: a person, never an
    /// application.
    ///
    /// Codes: FORBIDDEN, IDEMPOTENCY_KEY_REUSED, INVALID, NOT_FOUND, REQUEST_EXPIRED, REQUEST_NOT_OPEN,
    /// VERSION_CONFLICT.
    async fn decline_relationship_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which request, and why.")] input: DeclineRelationshipRequestInput,
    ) -> Result<DeclineRelationshipRequestPayload> {
        let DeclineRelationshipRequestInput { request, reason, change } = input;
        let expected_version = change.expected_version;
        let command = named(request).map(|request| DeclineRequest { request, reason, expected_version });
        let (request, user_errors) = decided(ctx, command, &change.run.into()).await?;
        Ok(DeclineRelationshipRequestPayload { request, user_errors })
    }
}

impl RequestRelationshipPayload {
    /// What came of one request.
    pub async fn of(
        ctx: &Context<'_>,
        outcome: Result<Requested, Vec<UserError>>,
        options: &RunOptions,
    ) -> Result<Self> {
        Ok(match outcome {
            Ok(Requested { request, invitation, rows }) => {
                // A dry run makes no secret that would open anything.
                let invitation = invitation.filter(|_| !options.dry_run);
                let url = |secret| ctx.data_unchecked::<InvitationUrl>().with(secret);
                let request = match rows {
                    Some(rows) => rows.into(),
                    None => stored(ctx, request).await?,
                };
                Self {
                    request: Some(request),
                    invitation_url: invitation.as_deref().and_then(url),
                    invitation,
                    user_errors: Vec::new(),
                }
            }
            Err(user_errors) => Self { request: None, invitation: None, invitation_url: None, user_errors },
        })
    }
}

fn command(input: RequestRelationshipInput) -> RequestRelationship {
    let customer = input.customer.map(CustomerKey::name);
    let assignments = input.assignments.map(|assignments| assignments.into_iter().map(Into::into).collect());
    let asked = NewRequest {
        display_name: input.display_name,
        message: input.message,
        roles: rows(&input.roles),
        duration_days: input.duration.days,
        auto_extend: input.auto_extend,
        assignments,
        renews: None,
        valid_days: input.valid_for.days,
    };
    RequestRelationship { customer, asked }
}

/// The id of a request, as an argument `request` names it.
fn request_id(id: &ID) -> Result<RequestId> {
    RequestId::decode(id).ok_or_else(|| Refusal::not_found("request").into())
}

fn named(key: RelationshipRequestKey) -> Result<RequestName> {
    match key {
        RelationshipRequestKey::Id(id) => request_id(&id).map(RequestName::Id),
        RelationshipRequestKey::Invitation(secret) => Ok(RequestName::Invitation(secret)),
    }
}

/// The request as it is now.
async fn stored(ctx: &Context<'_>, id: RequestId) -> Result<RelationshipRequest> {
    read_back(ctx, id).await.map(RelationshipRequest::from)
}

/// The parts of a payload: the request as it is now, or as it would be.
async fn decided<C: Command<Done = Written<RequestId, request::Model>>>(
    ctx: &Context<'_>,
    command: Result<C>,
    options: &RunOptions,
) -> Result<(Option<RelationshipRequest>, Vec<UserError>)> {
    match run_command(ctx, command, options).await? {
        Ok(done) => {
            let row = written(ctx, done).await?;
            Ok((Some(row.into()), Vec::new()))
        }
        Err(user_errors) => Ok((None, user_errors)),
    }
}
