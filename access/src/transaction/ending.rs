//! How an act ends, a part of it, and a rehearsal.

use sea_orm::ConnectionTrait;
use serde::Serialize;

use super::Transaction;
use crate::{Error, Result};
use domain::refusal::{Refusal, RefusalCode};

impl Transaction<'_> {
    /// Ends the act: what was done stays, what was refused has not happened, and either is the answer to a repeat. Whoever
    /// may not do it, or names what is not there, is not remembered: with other rights it may be answered differently.
    pub async fn end<T: Serialize>(mut self, outcome: Result<T>) -> Result<T> {
        let stored = match &outcome {
            Ok(done) => Some(serde_json::to_value(Ok::<_, &Refusal>(done))),
            Err(Error::Refused(refusal)) => {
                self.connection.execute_unprepared("ROLLBACK TO SAVEPOINT act").await?;
                // Its locks went with it.
                self.held.clear();
                let depends_on_rights =
                    matches!(refusal.code, RefusalCode::Forbidden | RefusalCode::NotFound);
                (!depends_on_rights).then(|| serde_json::to_value(Err::<&T, _>(refusal)))
            }
            Err(_) => {
                self.connection.roll_back().await;
                return outcome;
            }
        };
        if stored.is_none() && self.asides.is_empty() {
            self.connection.roll_back().await;
            return outcome;
        }
        for entry in std::mem::take(&mut self.asides) {
            self.log(entry).await?;
        }
        match (&self.once, stored) {
            (Some(once), Some(stored)) => {
                let stored = stored.map_err(|_| Error::Internal("an answer cannot be stored"))?;
                once.settle(self.view, &self.connection, stored).await?;
            }
            (Some(once), None) => once.give_back(self.view, &self.connection).await?,
            (None, _) => {}
        }
        self.connection.commit().await?;
        outcome
    }

    /// Begins a part of the act that stands or falls alone.
    pub async fn begin_part(&mut self) -> Result<()> {
        self.connection.execute_unprepared("SAVEPOINT part").await?;
        self.held_before_part.clone_from(&self.held);
        Ok(())
    }

    /// Ends a part: what was refused in it has not happened, and the act goes on.
    pub async fn end_part<T>(&mut self, outcome: Result<T>) -> Result<Result<T, Refusal>> {
        match outcome {
            Ok(done) => {
                self.connection.execute_unprepared("RELEASE SAVEPOINT part").await?;
                Ok(Ok(done))
            }
            Err(Error::Refused(refusal)) => {
                self.connection.execute_unprepared("ROLLBACK TO SAVEPOINT part").await?;
                self.held.clone_from(&self.held_before_part);
                Ok(Err(*refusal))
            }
            Err(error) => Err(error),
        }
    }

    /// Ends a rehearsal: the answer is the act's, and nothing of it has happened. What is told whatever comes of the act
    /// is told of a rehearsal too: the answer is the same.
    pub async fn undo<T>(mut self, outcome: Result<T>) -> Result<T> {
        // After a statement that failed nothing more can be told, and the act may be tried once more.
        let has_failed = !matches!(outcome, Ok(_) | Err(Error::Refused(_)));
        if has_failed || self.asides.is_empty() {
            self.connection.roll_back().await;
            return outcome;
        }
        self.connection.execute_unprepared("ROLLBACK TO SAVEPOINT act").await?;
        self.held.clear();
        for entry in std::mem::take(&mut self.asides) {
            self.log(entry).await?;
        }
        self.connection.commit().await?;
        outcome
    }
}
