//! The idempotency keys of the viewer itself: claimed when an act begins, and given their answer when it ends.

use entity::idempotency_record;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, TryInsertResult};

use crate::core::transaction::Transaction;
use crate::{Error, Result};

impl Transaction<'_> {
    /// Adds the viewer's own idempotency key, or takes the place of one that is forgotten; false when it is in use.
    pub(crate) async fn claim_key(&self, row: idempotency_record::Model, forgotten: Expr) -> Result<bool> {
        use idempotency_record::Column;
        let viewer = self.view.viewer();
        if (row.tenant_id, &row.subject) != (viewer.tenant(), &viewer.identity().subject) {
            return Err(Error::Internal("a key is claimed for someone else"));
        }
        let replace = OnConflict::columns([Column::TenantId, Column::Subject, Column::Key])
            .update_columns([Column::InputHash, Column::Answer, Column::CreatedAt])
            .action_and_where(forgotten)
            .to_owned();
        let insert = idempotency_record::Entity::insert(row.into_active_model()).on_conflict(replace);
        let inserted = insert.try_insert().exec_without_returning(&self.connection).await?;
        Ok(matches!(inserted, TryInsertResult::Inserted(1..)))
    }

    /// Sets the answer of the viewer's own idempotency key.
    pub(crate) async fn settle_key(&self, key: &str, answer: serde_json::Value) -> Result<()> {
        use idempotency_record::{Column, Entity};
        let viewer = self.view.viewer();
        let own = Condition::all()
            .add(Column::TenantId.eq(viewer.tenant()))
            .add(Column::Subject.eq(viewer.identity().subject.as_str()))
            .add(Column::Key.eq(key));
        let update = Entity::update_many().col_expr(Column::Answer, Expr::value(answer)).filter(own);
        update.exec(&self.connection).await?;
        Ok(())
    }
}
