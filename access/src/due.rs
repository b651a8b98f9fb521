//! What is due: where the clock has brought something about that nobody has written down yet.

use chrono::TimeDelta;
use entity::{
    GrantId, RequestId, SubscriptionId, delegated_admin_grant as grant, relationship_request as request,
    subscription,
};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, Condition, QueryOrder, QuerySelect, QueryTrait};

use super::{Scoped, View};
use crate::Result;
use domain::grant::WARNINGS;

impl View {
    /// Open requests whose time is over, at most `most`, those first that have waited longest.
    pub async fn due_requests(&self, most: u64) -> Result<Vec<RequestId>> {
        let query = self.due::<request::Entity>(request::Column::ExpiresAt.lte(self.at()).into(), most);
        let query = query.order_by_asc(request::Column::ExpiresAt).order_by_asc(request::Column::Id);
        let rows: Vec<request::Model> = self.models(&query.into_query()).await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    /// Grants in force that have come to their end, or so near to it that a warning is due, at most `most`, those first
    /// that have waited longest.
    pub async fn due_grants(&self, most: u64) -> Result<Vec<GrantId>> {
        let is_over = grant::Column::EndsAt.lte(self.at());
        let is_due = WARNINGS.into_iter().fold(Condition::any().add(is_over), |due, days| {
            let is_near = grant::Column::EndsAt.lte(self.at() + TimeDelta::days(days.into()));
            let is_new = grant::Column::WarnedDays.is_null().or(grant::Column::WarnedDays.gt(days));
            due.add(Condition::all().add(is_near).add(grant::Column::StartsAt.lte(self.at())).add(is_new))
        });
        let query = self.due::<grant::Entity>(is_due, most);
        let query = query.order_by_asc(grant::Column::EndsAt).order_by_asc(grant::Column::Id);
        let rows: Vec<grant::Model> = self.models(&query.into_query()).await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    /// Subscriptions whose term has begun, ended or come near to its end, at most `most`, those first that have waited
    /// longest.
    pub async fn due_subscriptions(&self, most: u64) -> Result<Vec<SubscriptionId>> {
        let query = self.due::<subscription::Entity>(subscription::Column::DueAt.lte(self.at()).into(), most);
        let query = query.order_by_asc(subscription::Column::DueAt).order_by_asc(subscription::Column::Id);
        let rows: Vec<subscription::Model> = self.models(&query.into_query()).await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    fn due<E: Scoped>(&self, is_due: Condition, most: u64) -> sea_orm::Select<E> {
        use sea_orm::QueryFilter;
        E::find().filter(E::scope(self)).filter(is_due).limit(most)
    }
}
