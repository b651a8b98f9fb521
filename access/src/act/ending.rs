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
    /// Begins an act that changes one row at most, first without locks. What is [contended](crate::Outage::Contended) is to be
    /// [begun](Self::begin) again.
    pub async fn begin_optimistically(&self) -> Result<Box<Transaction<'_>>> {
        Ok(Box::new(self.optimistic_transaction().await?))
    }

    /// Begins to act; with a key, once for each key.
    pub async fn begin<T: DeserializeOwned>(&self, key: Option<&IdempotencyKey>) -> Result<Begun<'_, T>> {
        let mut transaction = self.transaction().await?;
        let Some(key) = key else { return Ok(Begun::First(Box::new(transaction))) };
        match key.claim(&transaction).await {
            Ok(Claimed::Free) => {
                // What is refused is rolled back to here, and the key is kept.
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
        let stored = match (&outcome, key) {
            (Ok(done), Some(_)) => Some(serde_json::to_value(Ok::<_, &Refusal>(done))),
            (Ok(_), None) => None,
            (Err(Error::Refused(refusal)), Some(_)) if is_remembered(refusal) => {
                self.roll_back_to_savepoint().await?;
                Some(serde_json::to_value(Err::<&T, _>(refusal)))
            }
            (Err(_), _) => return self.undo(outcome).await,
        };
        self.append_regardless().await?;
        if let (Some(key), Some(stored)) = (key, stored) {
            let stored = stored.map_err(|_| Error::Internal("an answer cannot be stored"))?;
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

    /// Ends an act of which nothing is to have happened: a dry run, whose answer is the act's, or what was refused. What is
    /// told whatever comes of it is told in a transaction of its own, of a dry run too: the answer is the same.
    pub async fn undo<T>(mut self, outcome: Result<T>) -> Result<T> {
        let (view, regardless) = (self.view(), std::mem::take(&mut self.regardless));
        self.roll_back().await;
        // What failed may be tried once more.
        let has_failed = !matches!(outcome, Ok(_) | Err(Error::Refused(_)));
        if !has_failed && !regardless.is_empty() {
            let mut telling = view.transaction().await?;
            telling.regardless = regardless;
            telling.append_regardless().await?;
            telling.commit().await?;
        }
        outcome
    }

    async fn append_regardless(&mut self) -> Result<()> {
        for entry in std::mem::take(&mut self.regardless) {
            self.append(entry).await?;
        }
        Ok(())
    }
}

/// Whether a repeat is refused for the same, too.
fn is_remembered(refusal: &Refusal) -> bool {
    !matches!(refusal.code, RefusalCode::Forbidden | RefusalCode::NotFound)
}
