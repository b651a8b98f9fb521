//! What the clock has brought about, written down: by the timer alone.

use entity::{
    EventKind, GrantId, RequestId, SubscriptionId, delegated_admin_grant as grant,
    relationship_request as request, subscription,
};
use serde::Serialize;

use super::Command;
use crate::Result;
use access::Transaction;
use domain::action::Action;
use domain::grant::{advance, warning};
use domain::request::expire;
use domain::subscription as term;

/// Write down that nobody decided a request in time.
#[derive(Clone, Debug, Serialize)]
pub struct ExpireRequest(pub RequestId);

impl Command for ExpireRequest {
    const NAME: &'static str = "expireRequest";
    /// Whether there was anything to write down.
    type Done = bool;

    fn action(&self) -> Action {
        Action::KeepTime
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<bool> {
        let permit = tx.permit_time::<request::Entity>(self.0).await?;
        let Some(row) = expire(permit.row(), tx.view().at()) else { return Ok(false) };
        drop(tx.advance(permit, row, EventKind::RelationshipRequestExpired).await?);
        Ok(true)
    }
}

/// Write down that a grant has ended or has extended itself, or tell its parties that it is about to.
#[derive(Clone, Debug, Serialize)]
pub struct AdvanceGrant(pub GrantId);

impl Command for AdvanceGrant {
    const NAME: &'static str = "advanceGrant";
    /// Whether there was anything to write down.
    type Done = bool;

    fn action(&self) -> Action {
        Action::KeepTime
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<bool> {
        let permit = tx.permit_time::<grant::Entity>(self.0).await?;
        let at = tx.view().at();
        if let Some((row, event)) = advance(permit.row(), at) {
            drop(tx.advance(permit, row, event).await?);
            return Ok(true);
        }
        let Some(days) = warning(permit.row(), at) else { return Ok(false) };
        tx.warn(permit, days).await?;
        Ok(true)
    }
}

/// Write down that a subscription has started, been renewed or expired, or tell its parties that its term is about to
/// end.
#[derive(Clone, Debug, Serialize)]
pub struct AdvanceSubscription(pub SubscriptionId);

impl Command for AdvanceSubscription {
    const NAME: &'static str = "advanceSubscription";
    /// Whether there was anything to write down.
    type Done = bool;

    fn action(&self) -> Action {
        Action::KeepTime
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<bool> {
        let at = tx.view().at();
        let mut permit = tx.permit_time::<subscription::Entity>(self.0).await?;
        let mut has_passed = false;
        while let Some((row, event)) = term::advance(permit.row(), at) {
            permit = tx.advance(permit, row, event).await?;
            has_passed = true;
        }
        let Some((row, days)) = term::warning(permit.row(), at) else { return Ok(has_passed) };
        tx.remind(permit, row, days).await?;
        Ok(true)
    }
}
