//! The feed, which is the log in the order of commits, as the server follows it: where it ends, and whom its entries concern. What they
//! say is read by a view.

use entity::{EventId, event_feed};
use sea_orm::DbBackend;

use crate::Result;
use crate::core::store::Store;
use crate::unscoped::feed;
use crate::viewer::Principal;

/// A place in the feed. It tells how much others do, so that no client is told one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FeedPosition(pub(crate) i64);

/// That there is an entry in the log, and whom it concerns.
#[derive(Clone, Debug)]
pub struct FeedEntry(event_feed::Model);

impl FeedEntry {
    #[must_use]
    pub fn position(&self) -> FeedPosition {
        FeedPosition(self.0.position)
    }

    pub(crate) fn event(&self) -> EventId {
        self.0.event_id
    }

    /// Whether the tenant is a party to it, without which it sees nothing of it.
    #[must_use]
    pub fn concerns(&self, principal: &Principal) -> bool {
        match principal {
            Principal::Partner(own) => self.0.partner_id == Some(own.id),
            Principal::Customer(own) => self.0.customer_id == Some(own.id),
            Principal::Operator | Principal::Timer => self.0.customer_id.is_none(),
        }
    }
}

impl Store {
    /// Where the feed ends.
    pub async fn feed_end(&self) -> Result<FeedPosition> {
        let newest = self.server_read(feed::end()).await?;
        Ok(FeedPosition(newest.first().map_or(0, |newest| newest.position)))
    }

    /// The next entries of the feed, which have their positions, at most `most`.
    pub async fn feed_after(&self, after: FeedPosition, most: u64) -> Result<Vec<FeedEntry>> {
        let later = self.server_read(feed::after(after.0, most)).await?;
        Ok(later.into_iter().map(FeedEntry).collect())
    }

    /// Gives committed entries their positions. Whoever comes second finds none left to place.
    pub async fn place_events(&self) -> Result<()> {
        if self.backend() != DbBackend::Postgres {
            return Ok(());
        }
        if !self.server_read(feed::waiting()).await?.iter().any(|waiting| waiting.is_waiting) {
            return Ok(());
        }
        let transaction = self.server_transaction().await?;
        transaction.write(feed::lock()).await?;
        transaction.write(feed::place()).await?;
        transaction.commit().await
    }
}
