//! What is due: where the clock has brought something about that nobody has written down yet.

use chrono::TimeDelta;
use entity::{
    GrantId, RequestId, SubscriptionId, delegated_admin_grant as grant, relationship_request as request,
    subscription,
};
use sea_orm::sea_query::{ExprTrait, Order};
use sea_orm::{ColumnTrait, Condition};

use crate::Result;
use crate::core::view::ScopedSelect;
use crate::core::view::View;
use crate::scope::scoped::Scoped;
use crate::scope::selection::of;
use domain::grant::WARNINGS;

impl View {
    /// Open requests whose time is over, at most `most`, those first that have waited longest.
    pub async fn due_requests(&self, most: u64) -> Result<Vec<RequestId>> {
        let query = self.select::<request::Entity>().narrowed(request::Column::ExpiresAt.lte(self.at()));
        let rows = query.oldest(request::Column::ExpiresAt, request::Column::Id, most).all().await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    /// Grants in force that have come to their end, or so near to it that a warning is due, at most `most`, those first
    /// that have waited longest.
    pub async fn due_grants(&self, most: u64) -> Result<Vec<GrantId>> {
        let ends_within = |days: i32| grant::Column::EndsAt.lte(self.at() + TimeDelta::days(days.into()));
        let is_due = WARNINGS.into_iter().fold(Condition::any().add(ends_within(0)), |due, days| {
            let is_new = grant::Column::WarnedDays.is_null().or(grant::Column::WarnedDays.gt(days));
            due.add(
                Condition::all()
                    .add(ends_within(days))
                    .add(grant::Column::StartsAt.lte(self.at()))
                    .add(is_new),
            )
        });
        // One bound on what the index goes by: of alternatives it makes none, and would be read whole.
        let is_near = ends_within(WARNINGS.into_iter().fold(0, Ord::max));
        let query = self.select::<grant::Entity>().narrowed(is_near).narrowed(is_due);
        let rows = query.oldest(grant::Column::EndsAt, grant::Column::Id, most).all().await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    /// Subscriptions whose term has begun, ended or come near to its end, at most `most`, those first that have waited
    /// longest.
    pub async fn due_subscriptions(&self, most: u64) -> Result<Vec<SubscriptionId>> {
        let query =
            self.select::<subscription::Entity>().narrowed(subscription::Column::DueAt.lte(self.at()));
        let rows = query.oldest(subscription::Column::DueAt, subscription::Column::Id, most).all().await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }
}

impl<E: Scoped> ScopedSelect<'_, E> {
    /// The first `most` rows by an instant and then the id.
    fn oldest(self, instant: E::Column, id: E::Column, most: u64) -> Self {
        self.ordered(of(instant), Order::Asc).ordered(of(id), Order::Asc).first(most)
    }
}
