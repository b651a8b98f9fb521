//! What can be done with a grant.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::GrantId;

use super::{AccessAssignmentInput, DelegatedAdminGrant, GrantImpact};
use crate::command::{
    AssignAccess, Command, ForceTerminateGrant, GrantChange, NarrowGrant, RenewGrant, RunOptions,
    SetAutoExtend, TerminateGrant, UnassignAccess,
};
use crate::graphql::Result;
use crate::graphql::id::TypedId;
use crate::graphql::input::{ChangeInput, RunInput};
use crate::graphql::payload::{UserError, read_back, run_command, written};
use crate::graphql::request::RequestRelationshipPayload;
use crate::graphql::scalar::{DateTime, Duration};
use crate::graphql::vocabulary::{AssigneeKind, DelegatedRole, rows};
use domain::assignment::canonical_assignee;
use domain::grant::Narrowing;
use domain::refusal::Refusal;

/// How a grant is to become narrower; what is left out stays.
#[derive(Clone, Debug, InputObject)]
pub struct NarrowGrantInput {
    /// The grant's id.
    grant: ID,
    /// The roles that stay: some of those that the grant has.
    roles: Option<Vec<DelegatedRole>>,
    /// The new end, in the future and not after `endsAt`. An earlier end switches `autoExtend` off.
    ends_at: Option<DateTime>,
    /// False, for the grant to end at its end for good.
    auto_extend: Option<bool>,
    #[graphql(flatten)]
    change: ChangeInput,
}

/// The narrower grant.
#[derive(Clone, Debug, SimpleObject)]
pub struct NarrowGrantPayload {
    /// The grant; null when refused.
    grant: Option<DelegatedAdminGrant>,
    /// What is taken away; null when refused.
    impact: Option<GrantImpact>,
    /// Why it was refused; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Which grant is to extend itself, or not.
#[derive(Clone, Debug, InputObject)]
pub struct SetGrantAutoExtendInput {
    /// The grant's id.
    grant: ID,
    /// Whether it goes on for another 180 days at its end, again and again.
    auto_extend: bool,
    #[graphql(flatten)]
    change: ChangeInput,
}

/// The grant.
#[derive(Clone, Debug, SimpleObject)]
pub struct GrantPayload {
    /// The grant; null when refused.
    grant: Option<DelegatedAdminGrant>,
    /// Why it was refused; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Which grant is to end.
#[derive(Clone, Debug, InputObject)]
pub struct TerminateGrantInput {
    /// The grant's id.
    grant: ID,
    /// Why, for the other party to read.
    reason: Option<String>,
    #[graphql(flatten)]
    change: ChangeInput,
}

/// Which grant the operator ends, and why.
#[derive(Clone, Debug, InputObject)]
pub struct ForceTerminateGrantInput {
    /// The grant's id.
    grant: ID,
    /// Why, for both parties to read: a court's order, a fraud.
    reason: String,
    #[graphql(flatten)]
    change: ChangeInput,
}

/// The ended grant.
#[derive(Clone, Debug, SimpleObject)]
pub struct TerminateGrantPayload {
    /// The grant; null when refused.
    grant: Option<DelegatedAdminGrant>,
    /// What is taken away; null when refused, and for the operator, who is not told.
    impact: Option<GrantImpact>,
    /// Why it was refused; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Which grant is to be continued, and for how long.
#[derive(Clone, Debug, InputObject)]
pub struct RenewGrantInput {
    /// The grant's id. It must be ACTIVE and not extend itself.
    grant: ID,
    /// For how long from the end of this one: 1 to 730 days.
    duration: Duration,
    /// What to tell the customer.
    message: Option<String>,
    /// How long the customer may take to decide: 1 to 90 days.
    #[graphql(default_with = "Duration { days: 30 }")]
    valid_for: Duration,
    #[graphql(flatten)]
    run: RunInput,
}

/// Who is to hold which of a grant's roles.
#[derive(Clone, Debug, InputObject)]
pub struct AssignAccessInput {
    /// The grant's id.
    grant: ID,
    /// The assignee, and all that it is to hold of this grant.
    assignment: AccessAssignmentInput,
    #[graphql(flatten)]
    change: ChangeInput,
}

/// The grant with its assignments.
#[derive(Clone, Debug, SimpleObject)]
pub struct AssignAccessPayload {
    /// The grant; null when refused.
    grant: Option<DelegatedAdminGrant>,
    /// Why it was refused; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Who is to hold nothing of a grant any more.
#[derive(Clone, Debug, InputObject)]
pub struct UnassignAccessInput {
    /// The grant's id.
    grant: ID,
    /// What `assignee` names.
    assignee_kind: AssigneeKind,
    /// A TenantRole's name, or the object id of a security group: a UUID in either case.
    assignee: String,
    #[graphql(flatten)]
    change: ChangeInput,
}

/// The grant with its assignments.
#[derive(Clone, Debug, SimpleObject)]
pub struct UnassignAccessPayload {
    /// The grant; null when refused.
    grant: Option<DelegatedAdminGrant>,
    /// What is taken away; null when refused.
    impact: Option<GrantImpact>,
    /// Why it was refused; empty when it was done.
    user_errors: Vec<UserError>,
}

#[derive(Debug, Default)]
pub struct GrantMutation;

#[Object]
impl GrantMutation {
    /// Ask to continue a grant without a gap: on acceptance a new grant starts at the instant at which this one ends,
    /// with its assignments. For a partner's ADMIN_AGENT or SALES_AGENT.
    ///
    /// Codes: DUPLICATE_REQUEST, DURATION_OUT_OF_RANGE, FORBIDDEN, GRANT_NOT_ACTIVE, IDEMPOTENCY_KEY_REUSED, INVALID,
    /// LIMIT_EXCEEDED, NOT_FOUND.
    async fn renew_grant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which grant, and for how long.")] input: RenewGrantInput,
    ) -> Result<RequestRelationshipPayload> {
        let RenewGrantInput { grant, duration, message, valid_for, run } = input;
        let command = grant_id(&grant).map(|grant| RenewGrant {
            grant,
            duration_days: duration.days,
            message,
            valid_days: valid_for.days,
        });
        let options = run.into();
        RequestRelationshipPayload::of(ctx, run_command(ctx, command, &options).await?, &options).await
    }

    /// Say who in the partner's tenant holds which of the grant's roles. Replaces what this assignee holds of the
    /// grant. For a partner's ADMIN_AGENT. Users need a second factor, applications only where their issuer asks them
    /// for it.
    ///
    /// Codes: FORBIDDEN, GRANT_NOT_ACTIVE, IDEMPOTENCY_KEY_REUSED, INVALID, LIMIT_EXCEEDED, NOT_FOUND,
    /// ROLES_NOT_SUBSET, VERSION_CONFLICT.
    async fn assign_access(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Which grant, who of the partner's tenant, and all roles that this one is to hold."
        )]
        input: AssignAccessInput,
    ) -> Result<AssignAccessPayload> {
        let AssignAccessInput { grant, assignment, change } = input;
        let expected_version = change.expected_version;
        let assignment = assignment.into();
        let command = grant_id(&grant).map(|grant| AssignAccess { grant, assignment, expected_version });
        let (grant, _, user_errors) = changed(ctx, command, &change.run.into()).await?;
        Ok(AssignAccessPayload { grant, user_errors })
    }

    /// Take from an assignee whatever it holds of the grant. For a partner's ADMIN_AGENT. Users need a second factor,
    /// applications only where their issuer asks them for it.
    ///
    /// Codes: FORBIDDEN, GRANT_NOT_ACTIVE, IDEMPOTENCY_KEY_REUSED, INVALID, NOT_FOUND, VERSION_CONFLICT.
    async fn unassign_access(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which grant, and who is to hold nothing of it any more.")]
        input: UnassignAccessInput,
    ) -> Result<UnassignAccessPayload> {
        let UnassignAccessInput { grant, assignee, change, .. } = input;
        let assignee_kind = input.assignee_kind.into();
        let command = grant_id(&grant).map(|grant| UnassignAccess {
            grant,
            assignee_kind,
            assignee: canonical_assignee(assignee),
            expected_version: change.expected_version,
        });
        let (grant, impact, user_errors) = changed(ctx, command, &change.run.into()).await?;
        Ok(UnassignAccessPayload { grant, impact, user_errors })
    }

    /// Make a grant narrower: fewer roles, an earlier end, no auto-extension; never wider. For either party: a
    /// partner's ADMIN_AGENT or a CUSTOMER_ADMINISTRATOR. Users need a second factor, applications only where their
    /// issuer asks them for it.
    ///
    /// Codes: FORBIDDEN, GRANT_NOT_ACTIVE, IDEMPOTENCY_KEY_REUSED, INVALID, NOT_FOUND, ROLES_NOT_SUBSET,
    /// VERSION_CONFLICT, WIDENING_FORBIDDEN.
    async fn narrow_grant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which grant, and how.")] input: NarrowGrantInput,
    ) -> Result<NarrowGrantPayload> {
        let expected_version = input.change.expected_version;
        let narrowing = Narrowing {
            roles: input.roles.as_deref().map(rows),
            ends_at: input.ends_at.map(|end| end.0),
            auto_extend: input.auto_extend,
        };
        let command = grant_id(&input.grant).map(|grant| NarrowGrant { grant, narrowing, expected_version });
        let (grant, impact, user_errors) = changed(ctx, command, &input.change.run.into()).await?;
        Ok(NarrowGrantPayload { grant, impact, user_errors })
    }

    /// Let a grant extend itself by 180 days at each end, or not. Switching on is for a partner's ADMIN_AGENT, within
    /// what the customer accepted, and refused for roles that never extend themselves; switching off is for either
    /// party, and when the customer does it, only the customer's acceptance of a new request brings it back: so a
    /// customer may do it also to a grant that does not extend itself now but may. What it is already, it is not
    /// switched to: ILLEGAL_TRANSITION. Users need a second factor, applications only where their issuer asks them for
    /// it.
    ///
    /// Codes: AUTO_EXTEND_FORBIDDEN_ROLE, FORBIDDEN, GRANT_NOT_ACTIVE, IDEMPOTENCY_KEY_REUSED, ILLEGAL_TRANSITION,
    /// INVALID, NOT_FOUND, VERSION_CONFLICT, WIDENING_FORBIDDEN.
    async fn set_grant_auto_extend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which grant, and whether.")] input: SetGrantAutoExtendInput,
    ) -> Result<GrantPayload> {
        let SetGrantAutoExtendInput { grant, auto_extend, change } = input;
        let (expected_version, options) = (change.expected_version, change.run.into());
        let command = grant_id(&grant).map(|grant| SetAutoExtend { grant, auto_extend, expected_version });
        match run_command(ctx, command, &options).await? {
            Ok(done) => {
                let row = written(ctx, done).await?;
                Ok(GrantPayload { grant: Some(row.into()), user_errors: Vec::new() })
            }
            Err(user_errors) => Ok(GrantPayload { grant: None, user_errors }),
        }
    }

    /// End a grant at once, without precondition. For either party: a partner's ADMIN_AGENT or a
    /// CUSTOMER_ADMINISTRATOR. Users need a second factor, applications only where their issuer asks them for it. The
    /// next request of the partner sees nothing through it.
    ///
    /// Codes: FORBIDDEN, GRANT_NOT_ACTIVE, IDEMPOTENCY_KEY_REUSED, INVALID, NOT_FOUND, VERSION_CONFLICT.
    async fn terminate_grant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which grant, and why.")] input: TerminateGrantInput,
    ) -> Result<TerminateGrantPayload> {
        let TerminateGrantInput { grant, reason, change } = input;
        let expected_version = change.expected_version;
        let command = grant_id(&grant).map(|grant| TerminateGrant { grant, reason, expected_version });
        let (grant, impact, user_errors) = changed(ctx, command, &change.run.into()).await?;
        Ok(TerminateGrantPayload { grant, impact, user_errors })
    }

    /// End a grant at once, whatever its parties want: in the name of a court, or against a fraud. Both read the reason. For
    /// the OPERATOR. Users need a second factor, applications only where their issuer asks them for it. The next request of
    /// the partner sees nothing through the grant.
    ///
    /// Codes: FORBIDDEN, GRANT_NOT_ACTIVE, IDEMPOTENCY_KEY_REUSED, INVALID, NOT_FOUND, VERSION_CONFLICT.
    async fn force_terminate_grant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which grant, and why.")] input: ForceTerminateGrantInput,
    ) -> Result<TerminateGrantPayload> {
        let ForceTerminateGrantInput { grant, reason, change } = input;
        let (expected_version, options) = (change.expected_version, change.run.into());
        let command = grant_id(&grant).map(|grant| ForceTerminateGrant { grant, reason, expected_version });
        Ok(match run_command(ctx, command, &options).await? {
            Ok(done) => {
                let grant = Some(written(ctx, done).await?.into());
                TerminateGrantPayload { grant, impact: None, user_errors: Vec::new() }
            }
            Err(user_errors) => TerminateGrantPayload { grant: None, impact: None, user_errors },
        })
    }
}

/// The id of a grant, as an argument `grant` names it.
fn grant_id(id: &ID) -> Result<GrantId> {
    GrantId::decode(id).ok_or_else(|| Refusal::not_found("grant").into())
}

/// The grant as it is now.
pub async fn stored_grant(ctx: &Context<'_>, id: GrantId) -> Result<DelegatedAdminGrant> {
    read_back(ctx, id).await.map(DelegatedAdminGrant::from)
}

/// The parts of a payload: the grant as it is now, or as it would be.
async fn changed<C: Command<Done = GrantChange>>(
    ctx: &Context<'_>,
    command: Result<C>,
    options: &RunOptions,
) -> Result<(Option<DelegatedAdminGrant>, Option<GrantImpact>, Vec<UserError>)> {
    let done = match run_command(ctx, command, options).await? {
        Ok(done) => done,
        Err(user_errors) => return Ok((None, None, user_errors)),
    };
    let grant = match done.rows {
        Some(rows) => rows.into(),
        None => stored_grant(ctx, done.grant).await?,
    };
    Ok((Some(grant), Some(done.impact.into()), Vec::new()))
}
