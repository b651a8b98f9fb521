//! Subscriptions.

use std::collections::HashMap;

use entity::subscription::{Column, Entity, Model};

use super::{
    Loading, Outcome,
    outcome::{Placed, Plan},
};
use crate::Result;
use domain::{
    flaw::Flaw,
    record::{Kind, Subscription},
};

impl Loading {
    pub(super) async fn put_subscriptions(
        &mut self,
        subscriptions: Vec<Placed<Subscription>>,
        outcome: &mut Outcome,
    ) -> Result<()> {
        if subscriptions.is_empty() {
            return Ok(());
        }
        let ids = subscriptions.iter().map(|(_, subscription)| subscription.id.0).collect();
        let rows = self.bulk.read::<Entity, _>(Column::Id, ids).await?;
        let stored: HashMap<_, _> = rows.into_iter().map(|row| (row.id, row)).collect();
        let mut plan = Plan::of(Kind::Subscription);
        for (index, subscription) in subscriptions {
            let stored = stored.get(&subscription.id);
            let row = self.subscription(index, &subscription, stored);
            plan.file(index, stored, row, outcome);
        }
        let version = |row: &Model| (row.id.0, row.version);
        let changed = plan.changed().map(|row| row.id.0).collect();
        let held = self.bulk.hold::<Entity>((Column::Id, Column::Version), changed).await?;
        plan.drop_outrun(&held, version, outcome);
        let (new, mut changed) = plan.into_rows(outcome);
        for row in &mut changed {
            row.version += 1;
            row.updated_at = self.at;
        }
        self.bulk.insert::<Entity>(new).await?;
        self.bulk.update::<Entity>(changed).await
    }

    fn subscription(
        &self,
        index: usize,
        subscription: &Subscription,
        stored: Option<&Model>,
    ) -> Result<Model, Flaw> {
        let customer = self.known.customer(subscription.customer, index)?;
        let partner = self.known.partner("partnerOfRecord", subscription.partner_of_record, index)?;
        let offer = self.known.offer(&subscription.offer, index)?;
        subscription.onto(stored, partner, customer, offer, self.at)
    }
}
