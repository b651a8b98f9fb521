//! What a bulk load is given: records of all kinds, in one list.

use std::hash::{DefaultHasher, Hash, Hasher};

use domain::{
    customer::CustomerRecord, field_error::FieldError, grant::GrantRecord, offer::OfferRecord,
    partner::PartnerRecord, request::RelationshipRequestRecord, subscription::SubscriptionRecord,
};
use entity::Instant;
use uuid::Uuid;

/// What kinds of records there are, in the order in which one batch of them is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKind {
    Partner,
    Customer,
    Offer,
    Grant,
    RelationshipRequest,
    Subscription,
}

/// All kinds.
pub const RECORD_KINDS: [RecordKind; 6] = [
    RecordKind::Partner,
    RecordKind::Customer,
    RecordKind::Offer,
    RecordKind::Grant,
    RecordKind::RelationshipRequest,
    RecordKind::Subscription,
];

impl RecordKind {
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

/// What is stated of one object, of any kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AnyRecord {
    Partner(PartnerRecord),
    Customer(CustomerRecord),
    Offer(OfferRecord),
    Grant(GrantRecord),
    RelationshipRequest(RelationshipRequestRecord),
    Subscription(SubscriptionRecord),
}

impl AnyRecord {
    #[must_use]
    pub fn kind(&self) -> RecordKind {
        match self {
            Self::Partner(_) => RecordKind::Partner,
            Self::Customer(_) => RecordKind::Customer,
            Self::Offer(_) => RecordKind::Offer,
            Self::Grant(_) => RecordKind::Grant,
            Self::RelationshipRequest(_) => RecordKind::RelationshipRequest,
            Self::Subscription(_) => RecordKind::Subscription,
        }
    }

    /// What is wrong with the record by itself, whatever else there is.
    pub fn check(&self, at: Instant) -> Result<(), FieldError> {
        match self {
            Self::Partner(partner) => partner.check(at),
            Self::Customer(customer) => customer.check(at),
            Self::Offer(offer) => offer.check(at),
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
