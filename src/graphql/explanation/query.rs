//! Questions about access.

use async_graphql::{Context, ID, InputObject, Object};
use entity::Instant;
use uuid::Uuid;

use super::{AccessDecision, AccessReview};
use crate::graphql::id::NodeId;
use crate::graphql::loader::ContextExt;
use crate::graphql::scalar::DateTime;
use crate::graphql::vocabulary::{Permission, TenantRole, rows};
use crate::graphql::{Error, Result};
use access::{Colleague, ExplanationTarget};

/// A colleague, as its token would say: what stands in for the viewer's own roles, groups and factor. The tenant stays
/// the viewer's.
#[derive(Clone, Debug, InputObject)]
pub struct PrincipalInput {
    /// Its roles in the viewer's tenant.
    #[graphql(default)]
    roles: Vec<TenantRole>,
    /// The object ids of the security groups that it belongs to.
    #[graphql(default)]
    groups: Vec<Uuid>,
    /// Whether it has signed in with a second factor.
    #[graphql(default = true)]
    mfa: bool,
    /// Whether it is an application, without a user.
    #[graphql(default)]
    is_application: bool,
}

impl From<PrincipalInput> for Colleague {
    fn from(PrincipalInput { roles, groups, mfa, is_application }: PrincipalInput) -> Self {
        Self { roles: rows(&roles), groups, mfa, is_application }
    }
}

#[derive(Debug, Default)]
pub struct AccessQuery;

#[Object]
impl AccessQuery {
    /// Every check that decides one permission on one object, passed or failed, for the viewer as its token says, now or
    /// at an earlier instant. Of an object that the viewer may not see, only TARGET_NOT_VISIBLE is said, whether or not it
    /// exists; of a customer whose relationship has ended, also what the viewer's own requests and grants tell.
    ///
    /// With `principal`, for a colleague: for a tenant's ADMIN_AGENT, CUSTOMER_ADMINISTRATOR or OPERATOR. It is told about
    /// what the viewer itself sees or saw, and nothing else; "you" in the reasons is the colleague.
    async fn explain_access(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The id of a customer or a subscription; or of a request or a grant, for its customer."
        )]
        target: ID,
        #[graphql(desc = "The permission that it takes; `roleDefinitions` says which roles give it.")]
        permission: Permission,
        #[graphql(desc = "As of when: not in the future. Now when left out.")] at: Option<DateTime>,
        #[graphql(desc = "For whom in the viewer's tenant. The viewer itself when left out.")]
        principal: Option<PrincipalInput>,
    ) -> Result<AccessDecision> {
        let at = earlier(ctx, at)?;
        let asked = match NodeId::decode(&target) {
            Some(NodeId::Customer(id)) => ExplanationTarget::Customer(id),
            Some(NodeId::Subscription(id)) => ExplanationTarget::Subscription(id),
            Some(NodeId::Request(id)) => ExplanationTarget::Request(id),
            Some(NodeId::Grant(id)) => ExplanationTarget::Grant(id),
            Some(NodeId::Partner(_) | NodeId::Offer(_) | NodeId::Event(_) | NodeId::Webhook(_)) => {
                let message = "`target` is not the id of a customer, a subscription, a relationship request or a grant: \
                               permissions are on these.";
                return Err(Error::BadRequest(message.to_owned()));
            }
            None => ExplanationTarget::Nothing,
        };
        let checks = match principal.map(Colleague::from) {
            None => ctx.view().explain(asked, permission.into(), at).await?,
            Some(colleague) => ctx.view().explain_for(&colleague, asked, permission.into(), at).await?,
        };
        Ok(AccessDecision::of(permission, at, checks))
    }

    /// For customers: which partner can do what here, now or at an earlier instant, through which grants and
    /// assignments. Null with a FORBIDDEN error for anyone else.
    async fn access_review(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "As of when: not in the future. Now when left out.")] at: Option<DateTime>,
    ) -> Option<Result<AccessReview>> {
        Some(review(ctx, at).await)
    }
}

async fn review(ctx: &Context<'_>, at: Option<DateTime>) -> Result<AccessReview> {
    let at = earlier(ctx, at)?;
    Ok(AccessReview::of(at, ctx.view().review(at).await?))
}

/// The instant that is asked about: nobody knows what will be delegated.
fn earlier(ctx: &Context<'_>, at: Option<DateTime>) -> Result<Instant> {
    let now = ctx.view().at();
    match at {
        None => Ok(now),
        Some(DateTime(at)) if at <= now => Ok(at),
        Some(_) => Err(Error::BadRequest("`at` lies in the future. Ask about now, or earlier.".to_owned())),
    }
}
