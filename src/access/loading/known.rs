//! The objects that records refer to, by their natural keys.

use std::collections::{HashMap, HashSet};

use entity::{CustomerId, GrantId, TenantId, customer, offer, partner};

use super::bulk::Bulk;
use crate::Result;
use crate::rules::{
    flaw::Flaw,
    record::{CustomerRef, PartnerRef},
};

/// How many tenants are kept in mind.
const TENANTS: usize = 100_000;

/// What has been looked up so far, and what the batch at hand has added.
#[derive(Debug, Default)]
pub(super) struct Known {
    partners: HashMap<TenantId, PartnerRef>,
    customers: HashMap<TenantId, CustomerRef>,
    offers: HashMap<String, offer::Model>,
    /// Where in the batch each of its new tenants and offers stands: what stands before that does not know them yet.
    new_tenants: HashMap<TenantId, usize>,
    new_offers: HashMap<String, usize>,
    new_grants: HashMap<GrantId, usize>,
}

impl Known {
    /// Begins another batch.
    pub(super) fn forget_batch(&mut self) {
        self.new_tenants.clear();
        self.new_offers.clear();
        self.new_grants.clear();
        if self.partners.len() + self.customers.len() > TENANTS {
            self.partners.clear();
            self.customers.clear();
        }
        if self.offers.len() > TENANTS {
            self.offers.clear();
        }
    }

    /// Notes a partner that the batch at hand adds or changes.
    pub(super) fn note_partner(&mut self, index: usize, row: &partner::Model, is_new: bool) {
        self.partners.insert(row.tenant_id, row.into());
        if is_new {
            self.new_tenants.insert(row.tenant_id, index);
        }
    }

    /// Notes a customer that the batch at hand adds or changes.
    pub(super) fn note_customer(&mut self, index: usize, row: &customer::Model, is_new: bool) {
        self.customers.insert(row.tenant_id, row.into());
        if is_new {
            self.new_tenants.insert(row.tenant_id, index);
        }
    }

    /// Notes an offer that the batch at hand adds or changes.
    pub(super) fn note_offer(&mut self, index: usize, row: &offer::Model, is_new: bool) {
        self.offers.insert(row.sku.clone(), row.clone());
        if is_new {
            self.new_offers.insert(row.sku.clone(), index);
        }
    }

    /// Notes a grant that the batch at hand adds.
    pub(super) fn note_grant(&mut self, index: usize, id: GrantId) {
        self.new_grants.insert(id, index);
    }

    /// Looks up what is not known yet.
    pub(super) async fn learn(
        &mut self,
        bulk: &Bulk,
        tenants: HashSet<TenantId>,
        skus: HashSet<&str>,
    ) -> Result<()> {
        let is_unknown =
            |id: &TenantId| !self.partners.contains_key(id) && !self.customers.contains_key(id);
        let tenants: Vec<_> = tenants.into_iter().filter(is_unknown).map(|id| id.0).collect();
        let skus: Vec<String> =
            skus.into_iter().filter(|sku| !self.offers.contains_key(*sku)).map(str::to_owned).collect();
        if !tenants.is_empty() {
            let rows = bulk.read::<partner::Entity, _>(partner::Column::TenantId, tenants.clone()).await?;
            self.partners.extend(rows.iter().map(|row| (row.tenant_id, row.into())));
            let rows = bulk.read::<customer::Entity, _>(customer::Column::TenantId, tenants).await?;
            self.customers.extend(rows.iter().map(|row| (row.tenant_id, row.into())));
        }
        if !skus.is_empty() {
            let rows = bulk.read::<offer::Entity, _>(offer::Column::Sku, skus).await?;
            self.offers.extend(rows.into_iter().map(|row| (row.sku.clone(), row)));
        }
        Ok(())
    }

    /// The partner that the record at `index` names in `field`.
    pub(super) fn partner(&self, field: &'static str, id: TenantId, index: usize) -> Result<PartnerRef, Flaw> {
        match self.partners.get(&id) {
            Some(partner) if stands_before(self.new_tenants.get(&id), index) => Ok(*partner),
            None if self.customers.contains_key(&id) => {
                Err(Flaw::new(field, format!("{} is a customer, not a partner", id.0)))
            }
            _ => Err(Flaw::new(field, format!("{} is no partner here, nor further up", id.0))),
        }
    }

    /// The customer that the record at `index` names.
    pub(super) fn customer(&self, id: TenantId, index: usize) -> Result<CustomerRef, Flaw> {
        match self.customers.get(&id) {
            Some(customer) if stands_before(self.new_tenants.get(&id), index) => Ok(*customer),
            None if self.partners.contains_key(&id) => {
                Err(Flaw::new("customer", format!("{} is a partner, not a customer", id.0)))
            }
            _ => Err(Flaw::new("customer", format!("{} is no customer here, nor further up", id.0))),
        }
    }

    /// The offer that the record at `index` names.
    pub(super) fn offer(&self, sku: &str, index: usize) -> Result<&offer::Model, Flaw> {
        match self.offers.get(sku) {
            Some(offer) if stands_before(self.new_offers.get(sku), index) => Ok(offer),
            _ => Err(Flaw::new("offer", format!("{sku} is no offer here, nor further up"))),
        }
    }

    /// The id of a customer, wherever the batch names it.
    pub(super) fn customer_id(&self, id: TenantId) -> Option<CustomerId> {
        self.customers.get(&id).map(|customer| customer.id)
    }

    /// Whether a grant that is there was there before the record at `index`.
    pub(super) fn has_grant(&self, id: GrantId, index: usize) -> bool {
        stands_before(self.new_grants.get(&id), index)
    }
}

/// Whether what was made at `made`, if in this batch, is there for the record at `index`.
fn stands_before(made: Option<&usize>, index: usize) -> bool {
    made.is_none_or(|made| *made < index)
}
