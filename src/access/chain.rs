//! Whether the log is whole: every chain from its beginning, each entry by its own hash and the one before it.
//!
//! What this cannot find is the loss of a chain's last entries, which leaves a shorter chain that is whole. The
//! database refuses that; an outsider who keeps the last hash that it saw notices it.

use entity::{CustomerId, event};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::Store;
use super::log::{BEGINNING, hash};
use crate::Result;

/// How many entries are read at once.
const PORTION: u64 = 1_000;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    pub chains: u64,
    pub entries: u64,
    /// The first break of each chain that has one.
    pub breaks: Vec<Break>,
}

/// Where a chain is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
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
}

impl Store {
    /// Follows all chains. Hands no entry out, only where one does not fit.
    pub async fn verify_log(&self) -> Result<Verdict> {
        let mut verdict = Verdict::default();
        // SQLite sorts null first and PostgreSQL last: the chain without a customer is followed on its own.
        for of_server in [true, false] {
            let mut chain: Option<Chain> = None;
            loop {
                let rows = self.entries_after(of_server, chain.as_ref()).await?;
                let is_last = (rows.len() as u64) < PORTION;
                for row in rows {
                    follow(&mut chain, &row, &mut verdict)?;
                }
                if is_last {
                    break;
                }
            }
        }
        Ok(verdict)
    }

    async fn entries_after(&self, of_server: bool, chain: Option<&Chain>) -> Result<Vec<event::Model>> {
        use event::Column::{CustomerId as Customer, Sequence};
        let part = if of_server { Customer.is_null() } else { Customer.is_not_null() };
        let mut query = event::Entity::find().filter(part);
        if let Some(Chain { customer, sequence, .. }) = chain {
            let mut later = Condition::any();
            later = match customer {
                None => later.add(Sequence.gt(*sequence)),
                Some(customer) => later
                    .add(Customer.gt(*customer))
                    .add(Condition::all().add(Customer.eq(*customer)).add(Sequence.gt(*sequence))),
            };
            query = query.filter(later);
        }
        Ok(query.order_by_asc(Customer).order_by_asc(Sequence).limit(PORTION).all(self.reads()).await?)
    }
}

/// Goes on from entry to entry, or begins another chain.
fn follow(chain: &mut Option<Chain>, row: &event::Model, verdict: &mut Verdict) -> Result<()> {
    let mut current = match chain.take() {
        Some(current) if current.customer == row.customer_id => current,
        _ => {
            verdict.chains += 1;
            Chain { customer: row.customer_id, sequence: 0, hash: BEGINNING.to_vec(), is_broken: false }
        }
    };
    verdict.entries += 1;
    let reason = if row.sequence != current.sequence + 1 {
        Some("an entry before it is missing")
    } else if row.previous_hash != current.hash {
        Some("it does not follow from the entry before it")
    } else if row.hash != hash(row)? {
        Some("it is not as it was written")
    } else {
        None
    };
    if let Some(reason) = reason.filter(|_| !current.is_broken) {
        verdict.breaks.push(Break { customer: row.customer_id, sequence: row.sequence, reason });
        current.is_broken = true;
    }
    current.sequence = row.sequence;
    current.hash.clone_from(&row.hash);
    *chain = Some(current);
    Ok(())
}
