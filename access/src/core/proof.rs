//! What lets something be written: a row, seen and locked, with which the viewer may do one thing; and what lets a row be
//! made. Only `permit` gives these, and each is for one thing: another does not compile.

use entity::delegated_admin_grant as grant;
use entity::{CustomerId, GrantId, PartnerId, TenantId, partner};
use sea_orm::{Condition, ModelTrait, Value};

use crate::nouns::Changed;
use domain::action::Action;

/// The row that an act is about, and the permission for this act, which is used up by what it permits.
#[derive(Debug)]
#[must_use = "a permission that is not used allows nothing"]
pub struct Permit<E: Changed> {
    pub(super) row: E::Model,
    /// What it permits, under whose name the log tells it.
    pub(super) action: Action,
    /// What let the viewer see it; its change repeats this.
    pub(super) seen_by: Condition,
    /// The grant that gives the viewer the permission, where it takes one.
    pub(super) grant: Option<GrantId>,
}

impl<E: Changed> Permit<E> {
    #[must_use]
    pub fn row(&self) -> &E::Model {
        &self.row
    }
}

/// The permission to register tenants and offers.
#[derive(Debug)]
#[must_use = "a permission that is not used allows nothing"]
pub struct RegistrationPermit(pub(super) ());

/// The permission to ask for relationships, in the name of one partner.
#[derive(Debug)]
#[must_use = "a permission that is not used allows nothing"]
pub struct RequestPermit {
    pub(super) partner: partner::Model,
    /// The grant that the request is to continue.
    pub(super) renews: Option<GrantId>,
}

impl RequestPermit {
    /// Who asks.
    #[must_use]
    pub fn partner(&self) -> &partner::Model {
        &self.partner
    }
}

/// The permission to sell something to one customer, which is locked. It is used up by the purchase.
#[derive(Debug)]
#[must_use = "a permission that is not used allows nothing"]
pub struct PurchasePermit {
    pub(super) partner: PartnerId,
    pub(super) customer: CustomerId,
    /// The grant that gives it.
    pub(crate) grant: Option<GrantId>,
}

impl PurchasePermit {
    /// Who sells, and to whom.
    #[must_use]
    pub fn parties(&self) -> (PartnerId, CustomerId) {
        (self.partner, self.customer)
    }
}

/// The permission to have events of one's own tenant sent somewhere.
#[derive(Debug)]
#[must_use = "a permission that is not used allows nothing"]
pub struct WebhookPermit {
    pub(super) tenant: TenantId,
    pub(super) partner: Option<PartnerId>,
    pub(super) customer: Option<CustomerId>,
}

impl WebhookPermit {
    /// Whose events.
    pub(crate) fn tenant(&self) -> (TenantId, Option<PartnerId>, Option<CustomerId>) {
        (self.tenant, self.partner, self.customer)
    }
}

/// The two parties of a permitted grant, beyond the change that uses the permission up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parties {
    partner: PartnerId,
    customer: CustomerId,
}

impl Parties {
    pub(crate) fn of(permit: &Permit<grant::Entity>) -> Self {
        Self { partner: permit.row.partner_id, customer: permit.row.customer_id }
    }

    pub(crate) fn partner(&self) -> PartnerId {
        self.partner
    }

    pub(crate) fn customer(&self) -> CustomerId {
        self.customer
    }
}

/// A row of `E` that others can be added to: a permitted one, or one that was made in this transaction.
pub(crate) trait Parent<E: Changed> {
    fn id(&self) -> Value;
}

impl<E: Changed> Parent<E> for Permit<E> {
    fn id(&self) -> Value {
        self.row.get(E::ID)
    }
}
