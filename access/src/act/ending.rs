//! How an act begins and ends, a part of it, and a dry run.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::idempotency::{Claimed, IdempotencyKey};
use crate::core::transaction::Transaction;
use crate::core::view::View;
use crate::{Error, Result};
use domain::refusal::{Refusal, RefusalCode};

/// What there is to do for a mutation.
#[derive(Debug)]
pub enum Begun<'v, T> {
    /// The act itself.
    First(Box<Transaction<'v>>),
    /// Nothing: it was done under the same key before, and this came of it.
    Repeat(T),
}

impl View {
    /// Begins to act; with a key, once for each key.
    pub async fn begin<T: DeserializeOwned>(&self, key: Option<&IdempotencyKey>) -> Result<Begun<'_, T>> {
        let mut transaction = self.transaction().await?;
        let claimed = match key {
            Some(key) => key.claim(&transaction).await,
            None => Ok(Claimed::Free),
        };
        match claimed {
            Ok(Claimed::Free) => {
                transaction.savepoint().await?;
                Ok(Begun::First(Box::new(transaction)))
            }
            Ok(Claimed::Used(answer)) => {
                transaction.roll_back().await;
                let outcome: Result<T, Refusal> = serde_json::from_value(answer)
                    .map_err(|_| Error::Internal("a stored answer cannot be read"))?;
                Ok(Begun::Repeat(outcome?))
            }
            Err(error) => {
                transaction.roll_back().await;
                Err(error)
            }
        }
    }
}

impl Transaction<'_> {
    /// Ends the act: what was done stays, what was refused has not happened, and either is the answer to a repeat. Whoever
    /// may not do it, or names what is not there, is not remembered: with other rights it may be answered differently.
    pub async fn end<T: Serialize>(mut self, outcome: Result<T>, key: Option<&IdempotencyKey>) -> Result<T> {
        let stored = match &outcome {
            Ok(done) => Some(serde_json::to_value(Ok::<_, &Refusal>(done))),
            Err(Error::Refused(refusal)) => {
                self.roll_back_to_savepoint().await?;
                let depends_on_rights =
                    matches!(refusal.code, RefusalCode::Forbidden | RefusalCode::NotFound);
                (!depends_on_rights).then(|| serde_json::to_value(Err::<&T, _>(refusal)))
            }
            Err(_) => {
                self.roll_back().await;
                return outcome;
            }
        };
        if stored.is_none() && self.regardless.is_empty() {
            self.roll_back().await;
            return outcome;
        }
        self.append_regardless().await?;
        if let Some(key) = key {
            let stored = stored.transpose().map_err(|_| Error::Internal("an answer cannot be stored"))?;
            self.settle_key(&key.key, stored).await?;
        }
        self.commit().await?;
        outcome
    }

    /// Begins a part of the act that stands or falls alone.
    pub async fn begin_part(&mut self) -> Result<()> {
        self.savepoint().await
    }

    /// Ends a part: what was refused in it has not happened, and the act goes on.
    pub async fn end_part<T>(&mut self, outcome: Result<T>) -> Result<Result<T, Refusal>> {
        match outcome {
            Ok(done) => {
                self.release().await?;
                Ok(Ok(done))
            }
            Err(Error::Refused(refusal)) => {
                self.roll_back_to_savepoint().await?;
                Ok(Err(*refusal))
            }
            Err(error) => Err(error),
        }
    }

    /// Ends a dry run: the answer is the act's, and nothing of it has happened. What is told whatever comes of the act is
    /// told of a dry run too: the answer is the same.
    pub async fn undo<T>(mut self, outcome: Result<T>) -> Result<T> {
        // After a statement that failed nothing more can be told, and the act may be tried once more.
        let has_failed = !matches!(outcome, Ok(_) | Err(Error::Refused(_)));
        if has_failed || self.regardless.is_empty() {
            self.roll_back().await;
            return outcome;
        }
        self.roll_back_to_savepoint().await?;
        self.append_regardless().await?;
        self.commit().await?;
        outcome
    }

    async fn append_regardless(&mut self) -> Result<()> {
        for entry in std::mem::take(&mut self.regardless) {
            self.append(entry).await?;
        }
        Ok(())
    }
}
