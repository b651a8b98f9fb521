//! Whether the log is whole: every chain from its beginning, each entry by its own hash and the one before it, up to the
//! chain's head and to every head that someone has kept.
//!
//! A head is signed with a key that is not in the database, so that a chain that was cut or written anew shows: whoever
//! can write to the database cannot make up its head. Putting an older state of a chain back, with its head of then, is
//! found only by who has kept a newer head.

use std::collections::HashMap;

use entity::{CustomerId, event};

use crate::Result;
use crate::chain::entry::{BEGINNING, hash_of};
use crate::chain::head::Head;
use crate::chain::key::LogPublicKey;
use crate::core::store::Store;
use crate::unscoped::log::{Chains, customers_without_chain, entries_after};
use domain::history::FieldChange;

/// How many entries are read at once.
const BATCH: u64 = 1_000;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    pub chains: u64,
    pub entries: u64,
    /// The first break of each chain that has one.
    pub errors: Vec<ChainError>,
}

/// Where a chain is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainError {
    /// Whose chain; None for what concerns no customer.
    pub customer: Option<CustomerId>,
    /// The entry at which it shows.
    pub sequence: i64,
    pub reason: &'static str,
}

/// One chain, as far as it was followed.
#[derive(Debug)]
struct Chain {
    customer: Option<CustomerId>,
    sequence: i64,
    hash: Vec<u8>,
    is_broken: bool,
    /// The heads that it must hold and that have not been met yet.
    heads: Vec<Head>,
}

/// A check of the whole log.
#[derive(Debug)]
struct Verification<'k> {
    key: Option<&'k LogPublicKey>,
    /// By chain: its own head, and those that were kept.
    heads: HashMap<Option<CustomerId>, Vec<Head>>,
    /// Where chains without a break end.
    ends: Vec<(Option<CustomerId>, i64)>,
    verdict: Verdict,
}

impl Store {
    /// Follows all chains. Hands no entry out, only where one does not fit.
    ///
    /// With a key each head must be signed by it. `kept` are heads from earlier, which the chains must still hold.
    pub async fn verify_log(&self, key: Option<&LogPublicKey>, kept: Vec<Head>) -> Result<Verdict> {
        let mut verification =
            Verification { key, heads: HashMap::new(), ends: Vec::new(), verdict: Verdict::default() };
        // Heads are read first: what is appended meanwhile lies beyond them.
        let heads = self.heads().await?;
        for head in heads.into_iter().chain(kept) {
            verification.expect(head);
        }
        // SQLite sorts null first and PostgreSQL last: the chain without a customer is followed on its own.
        for chains in [Chains::OfServer, Chains::OfCustomers] {
            let mut chain: Option<Chain> = None;
            loop {
                let after = chain.as_ref().map(|chain| (chain.customer, chain.sequence));
                let rows = self.server_read(entries_after(chains, after, BATCH)).await?;
                let is_last = (rows.len() as u64) < BATCH;
                for row in rows {
                    verification.follow(&mut chain, &row)?;
                }
                if is_last {
                    break;
                }
            }
            verification.end(chain);
        }
        verification.end_missing();
        verification.end_beyond(&self.heads().await?);
        for customer in self.server_read(customers_without_chain()).await? {
            verification.verdict.note(Some(customer.id), 0, "the row that says where it stands is missing");
        }
        let mut verdict = verification.verdict;
        verdict.errors.sort_by_key(|found| (found.customer, found.sequence));
        verdict.errors.dedup_by_key(|found| found.customer);
        Ok(verdict)
    }
}

impl Verdict {
    fn note(&mut self, customer: Option<CustomerId>, sequence: i64, reason: &'static str) {
        self.errors.push(ChainError { customer, sequence, reason });
    }
}

impl Chain {
    fn beginning(customer: Option<CustomerId>, heads: Vec<Head>) -> Self {
        Self { customer, sequence: 0, hash: BEGINNING.to_vec(), is_broken: false, heads }
    }
}

impl Verification<'_> {
    /// A head that the log must hold.
    fn expect(&mut self, head: Head) {
        if self.key.is_some_and(|key| !head.is_signed_by(key)) {
            self.verdict.note(head.customer, head.sequence, "its head is not signed with the log's key");
        }
        self.heads.entry(head.customer).or_default().push(head);
    }

    /// Goes on from entry to entry, or begins another chain.
    fn follow(&mut self, chain: &mut Option<Chain>, row: &event::Model) -> Result<()> {
        let mut current = match chain.take() {
            Some(current) if current.customer == row.customer_id => current,
            before => {
                self.end(before);
                self.verdict.chains += 1;
                let heads = self.heads.remove(&row.customer_id).unwrap_or_default();
                Chain::beginning(row.customer_id, heads)
            }
        };
        self.verdict.entries += 1;
        let met: Vec<_> = current.heads.extract_if(.., |head| head.sequence == row.sequence).collect();
        let is_another = |head: &Head| (head.event, &head.hash) != (row.id, &row.hash);
        let reason = if row.sequence != current.sequence + 1 {
            Some("an entry before it is missing")
        } else if row.previous_hash != current.hash {
            Some("it does not follow from the entry before it")
        } else if !is_as_written(row)? {
            Some("it is not as it was written")
        } else if met.iter().any(is_another) {
            Some("it is another than the one that was signed as the chain's head")
        } else {
            None
        };
        if let Some(reason) = reason.filter(|_| !current.is_broken) {
            self.verdict.note(row.customer_id, row.sequence, reason);
            current.is_broken = true;
        }
        current.sequence = row.sequence;
        current.hash.clone_from(&row.hash);
        *chain = Some(current);
        Ok(())
    }

    /// No more entries come in this chain.
    fn end(&mut self, chain: Option<Chain>) {
        let Some(chain) = chain.filter(|chain| !chain.is_broken) else { return };
        if let Some(head) = chain.heads.iter().max_by_key(|head| head.sequence) {
            self.verdict.note(chain.customer, head.sequence, "it is missing, and what led to it");
        } else {
            self.ends.push((chain.customer, chain.sequence));
        }
    }

    /// Of whole chains, those that go on beyond their heads as these are now.
    fn end_beyond(&mut self, heads: &[Head]) {
        let heads: HashMap<_, _> = heads.iter().map(|head| (head.customer, head.sequence)).collect();
        for (customer, sequence) in std::mem::take(&mut self.ends) {
            if heads.get(&customer).is_none_or(|head| *head < sequence) {
                self.verdict.note(customer, sequence, "it is beyond the chain's head");
            }
        }
    }

    /// Chains of which there is no entry at all.
    fn end_missing(&mut self) {
        for (customer, heads) in std::mem::take(&mut self.heads) {
            let sequence = heads.iter().map(|head| head.sequence).max().unwrap_or_default();
            self.verdict.note(customer, sequence, "the whole chain up to it is missing");
        }
    }
}

/// Whether an entry is what its hash says, and holds nothing besides.
fn is_as_written(row: &event::Model) -> Result<bool> {
    // Everything that is written is written to the millisecond.
    if !row.occurred_at.timestamp_subsec_nanos().is_multiple_of(1_000_000) {
        return Ok(false);
    }
    let Ok(changes) = serde_json::from_value::<Vec<FieldChange>>(row.changes.clone()) else {
        return Ok(false);
    };
    if serde_json::to_value(changes).ok().as_ref() != Some(&row.changes) {
        return Ok(false);
    }
    Ok(hash_of(row)?.as_ref() == Some(&row.hash))
}
