//! The tables whose rows are made here: of each, which proof it takes, and which row that proof permits.

use entity::{
    customer, delegated_admin_grant as grant, issuer_trust, offer, partner, relationship_request as request,
    revocation, subscription, webhook,
};
use sea_orm::{IntoActiveModel, ModelTrait, Value};

use crate::core::proof::{Parent, Permit, PurchasePermit, RegistrationPermit, RequestPermit, WebhookPermit};
use crate::nouns::Changed;
use crate::scope::scoped::Scoped;
use crate::viewer::{Principal, Viewer};

/// A table whose rows are made here, each by its proof.
pub(crate) trait Created:
    Scoped<Model: ModelTrait<Entity = Self> + IntoActiveModel<Self::ActiveModel>>
{
    type Proof;

    /// Whether it is this row that the proof permits the viewer to make.
    fn is_permitted(row: &Self::Model, proof: &Self::Proof, viewer: &Viewer) -> bool;
}

macro_rules! registered {
    ($($entity:ident),*) => {$(
        impl Created for $entity::Entity {
            type Proof = RegistrationPermit;

            fn is_permitted(_: &$entity::Model, _: &RegistrationPermit, _: &Viewer) -> bool {
                true
            }
        }
    )*};
}

registered!(partner, customer, offer, issuer_trust, revocation);

impl Created for request::Entity {
    type Proof = RequestPermit;

    fn is_permitted(row: &request::Model, proof: &RequestPermit, _: &Viewer) -> bool {
        (row.partner_id, row.renews) == (proof.partner().id, proof.renews)
    }
}

impl Created for grant::Entity {
    type Proof = Permit<request::Entity>;

    fn is_permitted(row: &grant::Model, permit: &Permit<request::Entity>, viewer: &Viewer) -> bool {
        let is_own = matches!(viewer.principal(), Principal::Customer(own) if own.id == row.customer_id);
        is_own && (row.request_id, row.partner_id) == (Some(permit.row().id), permit.row().partner_id)
    }
}

impl Created for subscription::Entity {
    type Proof = PurchasePermit;

    fn is_permitted(row: &subscription::Model, proof: &PurchasePermit, _: &Viewer) -> bool {
        (row.partner_id, row.customer_id) == proof.parties()
    }
}

impl Created for webhook::Entity {
    type Proof = WebhookPermit;

    fn is_permitted(row: &webhook::Model, proof: &WebhookPermit, viewer: &Viewer) -> bool {
        let sees_by = (&row.roles.0, &row.security_groups.0);
        let viewers = (&viewer.identity().roles, &viewer.identity().groups);
        (row.tenant_id, row.partner_id, row.customer_id) == proof.tenant() && sees_by == viewers
    }
}

/// A row that this transaction has made.
#[derive(Debug)]
pub(crate) struct Made<E: Created>(pub(super) E::Model);

impl<E: Created> Made<E> {
    pub(crate) fn row(&self) -> &E::Model {
        &self.0
    }

    pub(crate) fn into_row(self) -> E::Model {
        self.0
    }
}

impl<E: Created + Changed> Parent<E> for Made<E> {
    fn id(&self) -> Value {
        self.0.get(E::ID)
    }
}
