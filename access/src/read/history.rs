//! The past: what was delegated, and how what was sold stood, at an earlier instant. Rows as they are and the log of
//! their changes say it together.

use chrono::TimeDelta;
use entity::{
    CustomerId, Instant, SubscriptionId, access_assignment as assignment, delegated_admin_grant as grant,
    delegated_admin_grant_role as grant_role, event, subscription,
};
use std::collections::HashMap;
use uuid::Uuid;

use crate::core::view::View;
use crate::unscoped::own;
use crate::{Error, Result};
use domain::grant::GrantRows;
use domain::history::{FieldChange, grant_at, subscription_at};

impl View {
    /// The grants at a customer to which the viewer's tenant is a party, as they were at `at`, the oldest first.
    pub(crate) async fn grants_at(&self, customer: CustomerId, at: Instant) -> Result<Vec<GrantRows>> {
        let mut grants = self.select::<grant::Entity>().eq(grant::Column::CustomerId, customer).all().await?;
        if grants.is_empty() {
            return Ok(Vec::new());
        }
        grants.sort_unstable_by_key(|grant| (grant.created_at, grant.id));
        let ids: Vec<Uuid> = grants.iter().map(|grant| grant.id.0).collect();
        let roles = self.select::<grant_role::Entity>();
        let roles = roles.all_by(grant_role::Column::GrantId, ids.clone()).await?;
        let assignments = self.select::<assignment::Entity>();
        let assignments = assignments.all_by(assignment::Column::GrantId, ids.clone()).await?;
        // Read last: what has changed meanwhile is among these, and is taken back.
        let entries =
            self.select::<event::Entity>().between(event::Column::OccurredAt, Some(after(at)), None);
        let mut later = by_subject(entries.all_by(event::Column::SubjectId, ids).await?)?;
        let then = GrantRows::gather(grants, roles, assignments).into_iter().filter_map(|rows| {
            let entries = later.remove(&rows.grant.id.0).unwrap_or_default();
            grant_at(&rows, &entries, at)
        });
        Ok(then.collect())
    }

    /// A subscription that the viewer's tenant sold or bought, as it was at `at`, whether or not the viewer may see it:
    /// whoever asks decides that.
    pub(crate) async fn own_subscription_at(
        &self,
        id: SubscriptionId,
        at: Instant,
    ) -> Result<Option<subscription::Model>> {
        let Some(own) = own::subscription(self.viewer(), id) else { return Ok(None) };
        let Some(now) = self.unscoped(own).await?.pop() else { return Ok(None) };
        let changes = self.unscoped(own::changes(&now, at)).await?;
        let entries = by_subject(changes)?.remove(&id.0).unwrap_or_default();
        Ok(subscription_at(now.row(), &entries, at))
    }
}

/// The first instant after `at` that is told from it.
pub(crate) fn after(at: Instant) -> Instant {
    at + TimeDelta::milliseconds(1)
}

/// What became of each row, the newest change first.
fn by_subject(mut events: Vec<event::Model>) -> Result<HashMap<Uuid, Vec<FieldChange>>> {
    events.sort_unstable_by_key(|event| std::cmp::Reverse(event.sequence));
    let mut by_subject: HashMap<_, Vec<_>> = HashMap::new();
    for event in events {
        let changes: Vec<FieldChange> = serde_json::from_value(event.changes)
            .map_err(|_| Error::Internal("an entry's changes cannot be read"))?;
        by_subject.entry(event.subject_id).or_default().extend(changes);
    }
    Ok(by_subject)
}
