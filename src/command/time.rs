//! What the clock has brought about, written down: by the timer alone.

use entity::{
    EventKind, GrantId, RequestId, delegated_admin_grant as grant, relationship_request as request,
};
use serde::Serialize;

use super::Command;
use crate::Result;
use crate::access::Transaction;
use crate::rules::action::Action;
use crate::rules::grant::{pass_time, warning};
use crate::rules::request::expire;

/// Write down that nobody decided a request in time.
#[derive(Debug, Serialize)]
pub struct ExpireRequest(pub RequestId);

impl Command for ExpireRequest {
    const NAME: &'static str = "expireRequest";
    /// Whether there was anything to write down.
    type Done = bool;

    async fn act(self, act: &mut Transaction<'_>) -> Result<bool> {
        let permit = act.permit::<request::Entity>(self.0, Action::KeepTime, None).await?;
        let Some(row) = expire(permit.row(), act.view().at()) else { return Ok(false) };
        act.apply(permit, row, EventKind::RelationshipRequestExpired).await?;
        Ok(true)
    }
}

/// Write down that a grant has ended or has extended itself, or tell its parties that it is about to.
#[derive(Debug, Serialize)]
pub struct PassTime(pub GrantId);

impl Command for PassTime {
    const NAME: &'static str = "passTime";
    /// Whether there was anything to write down.
    type Done = bool;

    async fn act(self, act: &mut Transaction<'_>) -> Result<bool> {
        let permit = act.permit::<grant::Entity>(self.0, Action::KeepTime, None).await?;
        let at = act.view().at();
        if let Some((row, kind)) = pass_time(permit.row(), at) {
            act.apply(permit, row, kind).await?;
            return Ok(true);
        }
        let Some(days) = warning(permit.row(), at) else { return Ok(false) };
        act.warn(permit, days).await?;
        Ok(true)
    }
}
