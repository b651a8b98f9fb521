//! The bulk load: many objects written in one transaction, from records that name each other by natural keys.
//!
//! This is the one write without a viewer. It leaks nothing, because it hands no row out: it answers with numbers and
//! with [`RecordError`]s about the caller's own records, and only the operator's command line opens it, on a machine
//! that holds the database anyway. No request can reach it: the GraphQL rooms are handed a `View`, never a `Store`.
//!
//! What it promises:
//! - All or nothing: what was put is there after [`BulkLoad::finish`], and not at all if the load is dropped.
//! - The rules hold for what is loaded as for what is done through the API; a record that breaks one is refused and
//!   not written, and says so.
//! - What is the same already is not touched: no version rises, no `updated_at` moves.
//! - The answer depends on the records and their order, never on how they were cut into batches.
//! - Memory is bounded, whatever the number of records.
//!
//! It runs statements through `core/bulk.rs` alone.
//!
//! Deliberately absent: entries in the log. A load states what was agreed and done elsewhere; the log tells what was
//! done here. And removal: what a file does not name stays.

mod duplicates;
mod grants;
mod offers;
mod outcome;
mod record;
mod references;
mod requests;
mod subscriptions;
mod tenants;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::HashSet;

use entity::{Instant, TenantId};

pub use outcome::{BatchOutcome, RecordCount, RecordError};
pub use record::{AnyRecord, RECORD_KINDS, RecordKind};

use self::{outcome::Indexed, references::References};
use crate::Result;
use crate::core::bulk::BulkStatements;
use crate::core::store::Store;
use domain::{
    customer::CustomerRecord, grant::GrantRecord, offer::OfferRecord, partner::PartnerRecord,
    request::RelationshipRequestRecord, subscription::SubscriptionRecord,
};

/// A transaction that loads records. See the module for what it promises.
#[derive(Debug)]
pub struct BulkLoad {
    statements: BulkStatements,
    operator: Option<TenantId>,
    at: Instant,
    references: References,
}

/// The records of one batch by kind, each with its place in the batch.
#[derive(Debug, Default)]
struct RecordsByKind {
    tenants: Vec<Indexed<TenantRecord>>,
    offers: Vec<Indexed<OfferRecord>>,
    grants: Vec<Indexed<GrantRecord>>,
    requests: Vec<Indexed<RelationshipRequestRecord>>,
    subscriptions: Vec<Indexed<SubscriptionRecord>>,
}

/// A partner or a customer: no tenant is both, so they are looked at together.
#[derive(Debug)]
enum TenantRecord {
    Partner(PartnerRecord),
    Customer(CustomerRecord),
}

impl Store {
    /// Begins to load records, as of `at`. On SQLite nobody else can write until it has ended; on PostgreSQL other
    /// loads and registrations of tenants and offers wait.
    pub async fn load(&self, at: Instant) -> Result<BulkLoad> {
        let statements = self.bulk_statements().await?;
        Ok(BulkLoad { statements, operator: self.operator(), at, references: References::default() })
    }
}

impl BulkLoad {
    /// Writes one batch. A record may name what stands before it, here or in an earlier batch, and what was there
    /// before. Records that are refused are not written, and the others are.
    ///
    /// After an error nothing of the load can be kept.
    pub async fn put(&mut self, records: Vec<AnyRecord>) -> Result<BatchOutcome> {
        let mut outcome = BatchOutcome::default();
        let mut sound = Vec::with_capacity(records.len());
        for (index, record) in records.into_iter().enumerate() {
            match record.check(self.at) {
                Ok(()) => sound.push((index, record)),
                Err(error) => outcome.refuse(index, error),
            }
        }
        let batch = RecordsByKind::of(self.without_duplicates(sound, &mut outcome).await?);
        let (tenants, skus) = (batch.named_tenants(), batch.named_offers());
        let customers = batch.customers();
        self.references.begin_batch();
        self.put_tenants(batch.tenants, &mut outcome).await?;
        self.put_offers(batch.offers, &mut outcome).await?;
        self.references.look_up(&self.statements, tenants, skus).await?;
        self.lock_customers(customers).await?;
        self.put_grants(batch.grants, &mut outcome).await?;
        self.put_requests(batch.requests, &mut outcome).await?;
        self.put_subscriptions(batch.subscriptions, &mut outcome).await?;
        outcome.errors.sort_by_key(|error| error.index);
        Ok(outcome)
    }

    /// Locks the customers of a batch before anything of them is read, as mutations do: so none of these fails because
    /// the load has written something in the middle of it.
    async fn lock_customers(&self, tenants: HashSet<TenantId>) -> Result<()> {
        if self.statements.is_on_postgres() {
            let ids = tenants.into_iter().filter_map(|tenant| self.references.customer_id(tenant));
            let ids = ids.map(|id| id.0).collect();
            self.statements.lock_chains(ids).await?;
        }
        Ok(())
    }

    /// Keeps what was put.
    pub async fn finish(self) -> Result<()> {
        self.statements.commit().await
    }
}

impl RecordsByKind {
    /// At which customers something is to be written.
    fn customers(&self) -> HashSet<TenantId> {
        let grants = self.grants.iter().map(|(_, grant)| grant.customer);
        let requests = self.requests.iter().filter_map(|(_, request)| request.customer);
        let subscriptions = self.subscriptions.iter().map(|(_, subscription)| subscription.customer);
        grants.chain(requests).chain(subscriptions).collect()
    }

    /// The parties that grants, requests and subscriptions name.
    fn named_tenants(&self) -> HashSet<TenantId> {
        let grants = self.grants.iter().map(|(_, grant)| grant.partner);
        let requests = self.requests.iter().map(|(_, request)| request.partner);
        let subscriptions = self.subscriptions.iter().map(|(_, subscription)| subscription.partner_of_record);
        grants.chain(requests).chain(subscriptions).chain(self.customers()).collect()
    }

    /// The stock-keeping units of the offers that subscriptions name.
    fn named_offers(&self) -> HashSet<String> {
        self.subscriptions.iter().map(|(_, subscription)| subscription.offer.clone()).collect()
    }

    fn of(records: Vec<Indexed<AnyRecord>>) -> Self {
        let mut batch = Self::default();
        for (index, record) in records {
            match record {
                AnyRecord::Partner(partner) => batch.tenants.push((index, TenantRecord::Partner(partner))),
                AnyRecord::Customer(customer) => {
                    batch.tenants.push((index, TenantRecord::Customer(customer)));
                }
                AnyRecord::Offer(offer) => batch.offers.push((index, offer)),
                AnyRecord::Grant(grant) => batch.grants.push((index, grant)),
                AnyRecord::RelationshipRequest(request) => batch.requests.push((index, request)),
                AnyRecord::Subscription(subscription) => batch.subscriptions.push((index, subscription)),
            }
        }
        batch
    }
}
