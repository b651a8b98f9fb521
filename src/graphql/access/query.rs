//! Questions about access.

use async_graphql::{Context, ID, Object};
use entity::Instant;

use super::{AccessDecision, AccessReview};
use crate::access::Asked;
use crate::graphql::id::NodeId;
use crate::graphql::rows::Ask;
use crate::graphql::scalar::DateTime;
use crate::graphql::vocabulary::Permission;
use crate::{Error, Result};

#[derive(Debug, Default)]
pub struct AccessQuery;

#[Object]
impl AccessQuery {
    /// Every check that decides one permission on one object, passed or failed, for the viewer as its token says, now or
    /// at an earlier instant. Of an object that the viewer may not see, only TARGET_NOT_VISIBLE is said, whether or not it
    /// exists; of a customer whose relationship has ended, also what the viewer's own requests and grants tell.
    async fn explain_access(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The id of a customer or a subscription; or of a request or a grant, for its customer."
        )]
        target: ID,
        #[graphql(desc = "What is to be done.")] permission: Permission,
        #[graphql(desc = "As of when: not in the future. Now when left out.")] at: Option<DateTime>,
    ) -> Result<AccessDecision> {
        let at = earlier(ctx, at)?;
        let asked = match NodeId::open(&target) {
            Some(NodeId::Customer(id)) => Asked::Customer(id),
            Some(NodeId::Subscription(id)) => Asked::Subscription(id),
            Some(NodeId::Request(id)) => Asked::Request(id),
            Some(NodeId::Grant(id)) => Asked::Grant(id),
            Some(NodeId::Partner(_) | NodeId::Offer(_) | NodeId::Event(_)) => {
                let message = "`target` is not the id of a customer, a subscription, a relationship request or a grant: \
                               permissions are on these.";
                return Err(Error::BadRequest(message.to_owned()));
            }
            None => Asked::Nothing,
        };
        let checks = ctx.view().explain(asked, permission.into(), at).await?;
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
