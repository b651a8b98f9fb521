//! The bulk door: many objects written in one transaction, from records that name each other by natural keys.
//!
//! This is the one write without a viewer. It leaks nothing, because it hands no row out: it answers with numbers and
//! with [`Refusal`]s about the caller's own records, and only the operator's command line opens it, on a machine that
//! holds the database anyway. No request can reach it: the GraphQL rooms are handed a `View`, never a `Store`.
//!
//! What it promises:
//! - All or nothing: what was put is there after [`Loading::finish`], and not at all if the loading is dropped.
//! - The rules hold for what is loaded as for what is done through the API; a record that breaks one is refused and
//!   not written, and says so.
//! - What is the same already is not touched: no version rises, no `updated_at` moves.
//! - The answer depends on the records and their order, never on how they were cut into batches.
//! - Memory is bounded, whatever the number of records.
//!
//! Deliberately absent: entries in the log. Loading states what was agreed and done elsewhere; the log tells what was
//! done here. And removal: what a file does not name stays.

mod grants;
mod known;
mod offers;
mod outcome;
mod requests;
mod said;
mod subscriptions;
mod tenants;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use entity::{Instant, TenantId};

pub use outcome::{Count, Outcome, Refusal};

use self::known::Known;
use crate::Result;
use crate::core::bulk::Bulk;
use crate::core::store::Store;
use crate::core::transaction::BULK_LOAD;
use domain::record::{Customer, Grant, Offer, Partner, Record, RelationshipRequest, Subscription};

/// SQLite's page cache while loading, in KiB: random keys touch a dozen indexes for each row, and pages that fall out
/// of the cache are written again and again.
const CACHE: u32 = 512 * 1024;

/// A transaction that loads records. See the module for what it promises.
#[derive(Debug)]
pub struct Loading {
    bulk: Bulk,
    operator: Option<TenantId>,
    at: Instant,
    known: Known,
}

/// One batch, taken apart by kind; each record with its place in the batch.
#[derive(Debug, Default)]
struct Batch {
    tenants: Vec<(usize, Tenant)>,
    offers: Vec<(usize, Offer)>,
    grants: Vec<(usize, Grant)>,
    requests: Vec<(usize, RelationshipRequest)>,
    subscriptions: Vec<(usize, Subscription)>,
}

/// A partner or a customer: no tenant is both, so they are looked at together.
#[derive(Debug)]
enum Tenant {
    Partner(Partner),
    Customer(Customer),
}

impl Store {
    /// Begins to load records, as of `at`. On SQLite nobody else can write until it has ended; on PostgreSQL other
    /// loads and registrations of tenants and offers wait.
    pub async fn load(&self, at: Instant) -> Result<Loading> {
        let bulk = self.bulk().await?;
        if bulk.is_on_postgres() {
            // It waits for whatever it needs, and takes its time.
            bulk.run("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0").await?;
            // What holds more than one thing at once waits for the load, or the load for it: customers are held here in
            // whatever order the files have them.
            bulk.run(&format!("SELECT pg_advisory_xact_lock({BULK_LOAD})")).await?;
            // Natural keys are looked up before they are written: nobody may register one in between.
            bulk.run("LOCK TABLE partner, customer, offer IN SHARE ROW EXCLUSIVE MODE").await?;
            // Everything here goes by key. Plans that were made while tables were small must not scan them when they
            // have grown within this transaction, where no statistics tell.
            bulk.run("SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off").await?;
            bulk.run("SET LOCAL enable_mergejoin = off; SET LOCAL jit = off").await?;
        } else {
            bulk.run(&format!("PRAGMA cache_size = -{CACHE}")).await?;
        }
        said::prepare(&bulk).await?;
        Ok(Loading { bulk, operator: self.operator(), at, known: Known::default() })
    }
}

impl Loading {
    /// Writes one batch. A record may name what stands before it, here or in an earlier batch, and what was there
    /// before. Records that are refused are not written, and the others are.
    ///
    /// After an error nothing of the loading can be kept.
    pub async fn put(&mut self, records: Vec<Record>) -> Result<Outcome> {
        let mut outcome = Outcome::default();
        let mut sound = Vec::with_capacity(records.len());
        for (index, record) in records.into_iter().enumerate() {
            match record.check(self.at) {
                Ok(()) => sound.push((index, record)),
                Err(flaw) => outcome.refuse(index, flaw),
            }
        }
        let batch = Batch::of(self.first_said(sound, &mut outcome).await?);
        let customers = batch.customers();
        self.known.forget_batch();
        self.put_tenants(batch.tenants, &mut outcome).await?;
        self.put_offers(batch.offers, &mut outcome).await?;
        let parties = batch.grants.iter().flat_map(|(_, grant)| [grant.partner, grant.customer]);
        let parties = parties.chain(
            batch
                .requests
                .iter()
                .flat_map(|(_, request)| std::iter::once(request.partner).chain(request.customer)),
        );
        let parties = parties.chain(
            batch
                .subscriptions
                .iter()
                .flat_map(|(_, subscription)| [subscription.partner_of_record, subscription.customer]),
        );
        let offers = batch.subscriptions.iter().map(|(_, subscription)| subscription.offer.as_str());
        self.known.learn(&self.bulk, parties.collect(), offers.collect()).await?;
        self.hold(customers).await?;
        self.put_grants(batch.grants, &mut outcome).await?;
        self.put_requests(batch.requests, &mut outcome).await?;
        self.put_subscriptions(batch.subscriptions, &mut outcome).await?;
        outcome.refusals.sort_by_key(|refusal| refusal.index);
        Ok(outcome)
    }

    /// Holds the customers of a batch, as acts do before they read anything of a customer: none of these fails because
    /// something was written in the middle of it.
    async fn hold(&self, tenants: HashSet<TenantId>) -> Result<()> {
        let customers = tenants.into_iter().filter_map(|tenant| self.known.customer_id(tenant));
        self.bulk.hold_chains(customers.map(|id| id.0).collect()).await
    }

    /// Keeps what was put.
    pub async fn finish(self) -> Result<()> {
        said::forget(&self.bulk).await?;
        if !self.bulk.is_on_postgres() {
            self.bulk.run("PRAGMA cache_size = -2000").await?;
        }
        self.bulk.commit().await
    }
}

impl Batch {
    /// At which customers something is to be written.
    fn customers(&self) -> HashSet<TenantId> {
        let grants = self.grants.iter().map(|(_, grant)| grant.customer);
        let requests = self.requests.iter().filter_map(|(_, request)| request.customer);
        let subscriptions = self.subscriptions.iter().map(|(_, subscription)| subscription.customer);
        grants.chain(requests).chain(subscriptions).collect()
    }

    fn of(records: Vec<(usize, Record)>) -> Self {
        let mut batch = Self::default();
        for (index, record) in records {
            match record {
                Record::Partner(partner) => batch.tenants.push((index, Tenant::Partner(partner))),
                Record::Customer(customer) => batch.tenants.push((index, Tenant::Customer(customer))),
                Record::Offer(offer) => batch.offers.push((index, offer)),
                Record::Grant(grant) => batch.grants.push((index, grant)),
                Record::RelationshipRequest(request) => batch.requests.push((index, request)),
                Record::Subscription(subscription) => batch.subscriptions.push((index, subscription)),
            }
        }
        batch
    }
}
