//! A mutation with a key is done once: a repeat within a day gets the first answer and does nothing.
//!
//! A key belongs to the principal that used it. It is claimed in the transaction of the act. Two at once meet at the row
//! of their key: the second waits for the first to end, and then reads its answer.

use std::sync::Arc;

use chrono::TimeDelta;
use entity::Instant;
use entity::idempotency_record::{Column, Entity, Model};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, TryInsertResult};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::sql_transaction::SqlTransaction;
use super::{Store, View};
use crate::{Error, Result};
use domain::refusal::{Refusal, RefusalCode};

/// For how long a key is remembered.
const REMEMBERED: TimeDelta = TimeDelta::hours(24);

/// The longest key, in characters.
const LONGEST: usize = 200;

/// The key of a mutation, and a digest of what it is to do.
#[derive(Clone, Debug)]
pub struct Once {
    key: String,
    input: Vec<u8>,
}

/// Whether a key was free.
pub(super) enum Claim {
    Free,
    /// It was used, and this is the answer.
    Taken(Value),
}

impl Store {
    /// Forgets the keys that no repeat can use any more at `at`. Tells nothing, and no request can reach it.
    pub async fn forget_keys(&self, at: Instant) -> Result<()> {
        let old = Column::CreatedAt.lte(at - REMEMBERED);
        let transaction = self.begin(Arc::default()).await?;
        Entity::delete_many().filter(old).exec(&transaction).await?;
        transaction.commit().await
    }
}

impl Once {
    /// The key, for an act of this name that is spelled out by `input`.
    pub fn new(key: String, name: &str, input: &impl Serialize) -> Result<Self> {
        let length = key.chars().count();
        if length == 0 || length > LONGEST {
            let message = format!("An idempotency key has 1 to {LONGEST} characters; this one has {length}.");
            return Err(Refusal::new(RefusalCode::Invalid, message).at("idempotencyKey").into());
        }
        let input = serde_json::to_string(&(name, input))
            .map_err(|_| Error::Internal("an input cannot be written as JSON"))?;
        Ok(Self { key, input: Sha256::digest(input).to_vec() })
    }

    /// Takes the key, or says what came of it when it was taken before.
    pub(super) async fn claim(&self, view: &View, connection: &SqlTransaction) -> Result<Claim> {
        let (tenant_id, subject, at) = (view.viewer().tenant(), &view.viewer().identity().subject, view.at());
        let row = Model {
            tenant_id,
            subject: subject.clone(),
            key: self.key.clone(),
            input_hash: self.input.clone(),
            answer: Value::Null,
            created_at: at,
        };
        let forgotten = Expr::col(Column::CreatedAt.as_column_ref()).lte(at - REMEMBERED);
        let replace = OnConflict::columns([Column::TenantId, Column::Subject, Column::Key])
            .update_columns([Column::InputHash, Column::Answer, Column::CreatedAt])
            .action_and_where(forgotten)
            .to_owned();
        let insert = Entity::insert(row.into_active_model()).on_conflict(replace);
        match insert.try_insert().exec_without_returning(connection).await? {
            TryInsertResult::Inserted(1..) => return Ok(Claim::Free),
            TryInsertResult::Inserted(0) | TryInsertResult::Conflicted | TryInsertResult::Empty => {}
        }
        let Some(first) =
            Entity::find_by_id((tenant_id, subject.clone(), self.key.clone())).one(connection).await?
        else {
            return Err(Error::Internal("a key is neither free nor taken"));
        };
        if first.input_hash != self.input {
            let message = "The key was used for another input. Give each mutation a key of its own.";
            return Err(Refusal::new(RefusalCode::IdempotencyKeyReused, message).at("idempotencyKey").into());
        }
        Ok(Claim::Taken(first.answer))
    }

    /// Remembers the answer.
    pub(super) async fn settle(&self, view: &View, connection: &SqlTransaction, answer: Value) -> Result<()> {
        Entity::update_many()
            .col_expr(Column::Answer, Expr::value(answer))
            .filter(self.own(view))
            .exec(connection)
            .await?;
        Ok(())
    }

    /// Forgets that the key was claimed.
    pub(super) async fn give_back(&self, view: &View, connection: &SqlTransaction) -> Result<()> {
        Entity::delete_many().filter(self.own(view)).exec(connection).await?;
        Ok(())
    }

    /// The key's row.
    fn own(&self, view: &View) -> Condition {
        Condition::all()
            .add(Column::TenantId.eq(view.viewer().tenant()))
            .add(Column::Subject.eq(view.viewer().identity().subject.as_str()))
            .add(Column::Key.eq(self.key.as_str()))
    }
}
