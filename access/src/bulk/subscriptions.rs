//! Subscriptions.

use std::collections::HashMap;

use entity::subscription::{Column, Entity, Model};

use super::{
    BatchOutcome, BulkLoad,
    outcome::{Indexed, Plan},
    record::RecordKind,
};
use crate::Result;
use domain::{
    field_error::FieldError,
    subscription::{SubscriptionRecord, SubscriptionReferences},
};

impl BulkLoad {
    pub(super) async fn put_subscriptions(
        &mut self,
        subscriptions: Vec<Indexed<SubscriptionRecord>>,
        outcome: &mut BatchOutcome,
    ) -> Result<()> {
        if subscriptions.is_empty() {
            return Ok(());
        }
        let ids = subscriptions.iter().map(|(_, subscription)| subscription.id.0).collect();
        let rows = self.statements.read::<Entity, _>(Column::Id, ids).await?;
        let stored: HashMap<_, _> = rows.into_iter().map(|row| (row.id, row)).collect();
        let mut plan = Plan::of(RecordKind::Subscription);
        for (index, subscription) in subscriptions {
            let stored = stored.get(&subscription.id);
            let row = self.subscription(index, &subscription, stored);
            plan.add(index, stored, row, outcome);
        }
        let changed = plan.changed().map(|row| row.id.0).collect();
        let locked = self.statements.lock::<Entity>(Column::Id, changed).await?;
        let versions = locked.iter().map(|row| (row.id.0, row.version)).collect();
        plan.refuse_outdated(&versions, |row| (row.id.0, row.version), outcome);
        let (new, mut changed) = plan.into_rows(outcome);
        for row in &mut changed {
            row.version += 1;
            row.updated_at = self.at;
        }
        self.statements.insert::<Entity>(new).await?;
        self.statements.update::<Entity>(changed).await
    }

    fn subscription(
        &self,
        index: usize,
        subscription: &SubscriptionRecord,
        stored: Option<&Model>,
    ) -> Result<Model, FieldError> {
        let customer = self.references.customer(subscription.customer, index)?;
        let partner = self.references.partner("partnerOfRecord", subscription.partner_of_record, index)?;
        let offer = self.references.offer(&subscription.offer, index)?;
        subscription.onto(stored, SubscriptionReferences { partner, customer, offer }, self.at)
    }
}
