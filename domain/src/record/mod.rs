//! Records: what a bulk load says about one object, by natural keys rather than ids.
//!
//! A record states the whole object. Each has two checks, both pure: `check` tells what is wrong with it by itself,
//! and `onto` what is wrong with it beside the stored row and the objects that it names; `onto` answers with the row
//! that should be there. Fields are spelled as in the API, so that these are also the lines of an import.
//!
//! Loading is not an act of a party. It states what was agreed elsewhere, so it may register and correct, but it
//! neither gives back what ended here nor widens what a customer delegated: that takes the customer.

mod assignment;
mod customer;
mod form;
mod grant;
mod offer;
mod partner;
mod request;
mod subscription;

use std::hash::{DefaultHasher, Hash, Hasher};

use entity::Instant;
use serde::Deserialize;
use uuid::Uuid;

pub use assignment::{Assignment, canonical_assignee, gather};
pub(super) use assignment::{MOST_ASSIGNEES, check_extension, check_roles, flaws_of_assignments};
pub use customer::{Customer, CustomerRef};
pub use grant::{Grant, GrantRows};
pub use offer::Offer;
pub use partner::{Partner, PartnerRef};
pub use request::{RelationshipRequest, RequestRows};
pub use subscription::{NextTerm, Subscription};

use super::flaw::Flaw;

/// What kinds of records there are, in the order in which one batch of them is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Partner,
    Customer,
    Offer,
    Grant,
    RelationshipRequest,
    Subscription,
}

/// All kinds.
pub const KINDS: [Kind; 6] =
    [Kind::Partner, Kind::Customer, Kind::Offer, Kind::Grant, Kind::RelationshipRequest, Kind::Subscription];

impl Kind {
    /// The kind as a line's `type` spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Partner => "partner",
            Self::Customer => "customer",
            Self::Offer => "offer",
            Self::Grant => "grant",
            Self::RelationshipRequest => "relationshipRequest",
            Self::Subscription => "subscription",
        }
    }
}

/// One object, of any kind: what a line of an import says, its `type` being the kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Record {
    Partner(Partner),
    Customer(Customer),
    Offer(Offer),
    Grant(Grant),
    RelationshipRequest(RelationshipRequest),
    Subscription(Subscription),
}

impl Record {
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Partner(_) => Kind::Partner,
            Self::Customer(_) => Kind::Customer,
            Self::Offer(_) => Kind::Offer,
            Self::Grant(_) => Kind::Grant,
            Self::RelationshipRequest(_) => Kind::RelationshipRequest,
            Self::Subscription(_) => Kind::Subscription,
        }
    }

    /// What is wrong with the record by itself, whatever else there is.
    pub fn check(&self, at: Instant) -> Result<(), Flaw> {
        match self {
            Self::Partner(partner) => first(partner.flaws(at)),
            Self::Customer(customer) => first(customer.flaws(at)),
            Self::Offer(offer) => first(offer.flaws(at)),
            Self::Grant(grant) => grant.check(at),
            Self::RelationshipRequest(request) => request.check(at),
            Self::Subscription(subscription) => subscription.check(at),
        }
    }

    /// What tells this object from others of its kind: the natural key, and for an offer a UUID made from it.
    #[must_use]
    pub fn key(&self) -> Uuid {
        match self {
            Self::Partner(partner) => partner.tenant_id.0,
            Self::Customer(customer) => customer.tenant_id.0,
            Self::Offer(offer) => offer.new_id().0,
            Self::Grant(grant) => grant.id.0,
            Self::RelationshipRequest(request) => request.id.0,
            Self::Subscription(subscription) => subscription.id.0,
        }
    }

    /// A fingerprint: two records with the same one say the same.
    #[must_use]
    pub fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }
}

fn first(flaws: Vec<Flaw>) -> Result<(), Flaw> {
    flaws.into_iter().next().map_or(Ok(()), Err)
}

/// What each check found.
fn found<const N: usize>(checks: [Result<(), Flaw>; N]) -> Vec<Flaw> {
    checks.into_iter().filter_map(Result::err).collect()
}

/// The id of a new row, made from its natural key: the same file makes the same ids in every database.
fn new_id(kind: Kind, key: &str) -> Uuid {
    let name = format!("{}:{key}", kind.name());
    Uuid::new_v5(&Uuid::from_u128(0x6f5d_2c11_9d0e_4c1b_8a36_41f3_30b7_a9c4), name.as_bytes())
}

/// A `createdAt` that lies in the future is a mistake.
fn check_created_at(created_at: Option<Instant>, at: Instant) -> Result<(), Flaw> {
    let is_ahead = created_at.is_some_and(|created_at| created_at > at);
    super::flaw::refuse_if(is_ahead, "createdAt", "lies in the future")
}

/// Whether a value stands twice in a list.
fn has_repeats<T: PartialEq>(values: &[T]) -> bool {
    values.iter().enumerate().any(|(i, value)| values.iter().take(i).any(|earlier| earlier == value))
}
