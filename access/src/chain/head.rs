//! The head of a chain: its newest entry, signed. Whoever has kept one can tell later whether the chain still holds it.

use entity::{CustomerId, EventId, Instant, chain, event};
use uuid::Uuid;

use crate::chain::key::{LogKey, LogPublicKey};

/// What stands before a head that is signed, so that the key signs nothing else by mistake.
const PURPOSE: &[u8] = b"copartner log head 1\n";

/// The newest entry of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Whose chain; None for what concerns no customer.
    pub customer: Option<CustomerId>,
    pub sequence: i64,
    pub event: EventId,
    pub occurred_at: Instant,
    pub hash: Vec<u8>,
    /// Ed25519 by the log's key; None for a head that was never signed.
    pub signature: Option<Vec<u8>>,
}

/// The row of a customer's chain.
pub(crate) fn chain_of(customer: Option<CustomerId>) -> Uuid {
    customer.map_or(Uuid::nil(), |customer| customer.0)
}

impl Head {
    /// What is signed of it.
    fn message(&self) -> Vec<u8> {
        let mut message = PURPOSE.to_vec();
        message.extend_from_slice(chain_of(self.customer).as_bytes());
        message.extend_from_slice(&self.sequence.to_be_bytes());
        message.extend_from_slice(self.event.0.as_bytes());
        message.extend_from_slice(&self.hash);
        message
    }

    pub(crate) fn signed(mut self, key: &LogKey) -> Self {
        self.signature = Some(key.sign(&self.message()));
        self
    }

    /// Whether the owner of `key` has signed exactly this.
    #[must_use]
    pub fn is_signed_by(&self, key: &LogPublicKey) -> bool {
        self.signature.as_ref().is_some_and(|signature| key.has_signed(&self.message(), signature))
    }

    /// The head that an entry makes of its chain.
    pub(crate) fn at(entry: &event::Model) -> Self {
        Self {
            customer: entry.customer_id,
            sequence: entry.sequence,
            event: entry.id,
            occurred_at: entry.occurred_at,
            hash: entry.hash.clone(),
            signature: None,
        }
    }

    /// The chain that stands here.
    pub(crate) fn onto(self, chain: &chain::Model) -> chain::Model {
        chain::Model {
            customer_id: chain.customer_id,
            subscription_writes: chain.subscription_writes,
            sequence: self.sequence,
            event_id: Some(self.event),
            occurred_at: Some(self.occurred_at),
            hash: Some(self.hash),
            signature: self.signature,
        }
    }

    /// None for a chain without entries.
    pub(crate) fn of(row: chain::Model) -> Option<Self> {
        let chain::Model { customer_id, sequence, event_id, occurred_at, hash, signature, .. } = row;
        Some(Self {
            customer: (!customer_id.is_nil()).then_some(CustomerId(customer_id)),
            sequence,
            event: event_id?,
            occurred_at: occurred_at?,
            hash: hash?,
            signature,
        })
    }
}
