//! Idempotency: a mutation with a key is done once; a repeat within a day gets the first answer and does nothing.
//!
//! A key belongs to the principal that used it. It is claimed in the transaction of the act. Two at once meet at the row
//! of their key: the second waits for the first to end, and then reads its answer.

use chrono::TimeDelta;
use entity::Instant;
use entity::idempotency_record::{Column, Entity, Model};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Expr, ExprTrait};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::core::store::Store;
use crate::core::transaction::Transaction;
use crate::unscoped::idempotency;
use crate::{Error, Result};
use domain::refusal::{Refusal, RefusalCode};

/// For how long a key is remembered.
const REMEMBERED: TimeDelta = TimeDelta::hours(24);

/// The longest key, in characters.
const LONGEST: usize = 200;

/// The key of a mutation, and a digest of what it is to do.
#[derive(Clone, Debug)]
pub struct IdempotencyKey {
    pub(super) key: String,
    input: Vec<u8>,
}

/// Whether a key was free.
pub(super) enum Claimed {
    Free,
    /// It was used, and this is the answer.
    Used(Value),
}

impl Store {
    /// Forgets the keys that no repeat can use any more at `at`. Tells nothing, and no request can reach it.
    pub async fn forget_keys(&self, at: Instant) -> Result<()> {
        self.server_write(idempotency::forget_until(at - REMEMBERED)).await
    }
}

impl IdempotencyKey {
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
    pub(super) async fn claim(&self, transaction: &Transaction<'_>) -> Result<Claimed> {
        let view = transaction.view();
        let subject = view.viewer().identity().subject.clone();
        let row = Model {
            tenant_id: view.viewer().tenant(),
            subject: subject.clone(),
            key: self.key.clone(),
            input_hash: self.input.clone(),
            answer: Value::Null,
            created_at: view.at(),
        };
        let is_forgotten = Expr::col(Column::CreatedAt.as_column_ref()).lte(view.at() - REMEMBERED);
        if transaction.claim_key(row, is_forgotten).await? {
            return Ok(Claimed::Free);
        }
        let own = view.select::<Entity>().eq(Column::Subject, subject).eq(Column::Key, self.key.as_str());
        let Some(first) = transaction.see(own).await? else {
            return Err(Error::Internal("a key is neither free nor taken"));
        };
        if first.input_hash != self.input {
            let message = "The key was used for another input. Give each mutation a key of its own.";
            return Err(Refusal::new(RefusalCode::IdempotencyKeyReused, message).at("idempotencyKey").into());
        }
        Ok(Claimed::Used(first.answer))
    }
}
