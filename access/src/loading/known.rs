//! The objects that records refer to, by their natural keys.

use std::borrow::Borrow;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use entity::{CustomerId, GrantId, TenantId, customer, offer, partner};

use crate::Result;
use crate::core::bulk::Bulk;
use domain::{
    flaw::Flaw,
    record::{CustomerRef, PartnerRef},
};

/// How many objects of a kind are kept in mind.
const KEPT: usize = 100_000;

/// What has been looked up so far, and what the batch at hand has added and changed.
#[derive(Debug, Default)]
pub(super) struct Known {
    partners: Shelf<TenantId, PartnerRef>,
    customers: Shelf<TenantId, CustomerRef>,
    offers: Shelf<String, offer::Model>,
    /// Where in the batch each of its new grants stands: what stands before that does not know it yet.
    new_grants: HashMap<GrantId, usize>,
}

/// Objects of one kind.
#[derive(Debug)]
struct Shelf<K, V> {
    now: HashMap<K, V>,
    /// What the batch at hand found, and where it put something else: what stands further up still sees this.
    before: HashMap<K, (usize, Option<V>)>,
}

impl<K, V> Default for Shelf<K, V> {
    fn default() -> Self {
        Self { now: HashMap::new(), before: HashMap::new() }
    }
}

impl<K: Clone + Eq + Hash, V> Shelf<K, V> {
    fn put(&mut self, index: usize, key: &K, before: Option<V>, now: V) {
        self.before.insert(key.clone(), (index, before));
        self.now.insert(key.clone(), now);
    }

    /// The object as the record at `index` knows it.
    fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q, index: usize) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        match self.before.get(key) {
            Some((put, before)) if *put >= index => before.as_ref(),
            _ => self.now.get(key),
        }
    }

    fn forget_batch(&mut self) {
        self.before.clear();
        if self.now.len() > KEPT {
            self.now.clear();
        }
    }
}

impl Known {
    /// Begins another batch.
    pub(super) fn forget_batch(&mut self) {
        self.partners.forget_batch();
        self.customers.forget_batch();
        self.offers.forget_batch();
        self.new_grants.clear();
    }

    /// Notes a partner that the batch at hand adds or changes.
    pub(super) fn note_partner(
        &mut self,
        index: usize,
        before: Option<&partner::Model>,
        row: &partner::Model,
    ) {
        self.partners.put(index, &row.tenant_id, before.map(Into::into), row.into());
    }

    /// Notes a customer that the batch at hand adds or changes.
    pub(super) fn note_customer(
        &mut self,
        index: usize,
        before: Option<&customer::Model>,
        row: &customer::Model,
    ) {
        self.customers.put(index, &row.tenant_id, before.map(Into::into), row.into());
    }

    /// Notes an offer that the batch at hand adds or changes.
    pub(super) fn note_offer(&mut self, index: usize, before: Option<&offer::Model>, row: &offer::Model) {
        self.offers.put(index, &row.sku, before.cloned(), row.clone());
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
            |id: &TenantId| !self.partners.now.contains_key(id) && !self.customers.now.contains_key(id);
        let tenants: Vec<_> = tenants.into_iter().filter(is_unknown).map(|id| id.0).collect();
        let is_unknown = |sku: &&str| !self.offers.now.contains_key(*sku);
        let skus: Vec<String> = skus.into_iter().filter(is_unknown).map(str::to_owned).collect();
        if !tenants.is_empty() {
            let rows = bulk.read::<partner::Entity, _>(partner::Column::TenantId, tenants.clone()).await?;
            self.partners.now.extend(rows.iter().map(|row| (row.tenant_id, row.into())));
            let rows = bulk.read::<customer::Entity, _>(customer::Column::TenantId, tenants).await?;
            self.customers.now.extend(rows.iter().map(|row| (row.tenant_id, row.into())));
        }
        if !skus.is_empty() {
            let rows = bulk.read::<offer::Entity, _>(offer::Column::Sku, skus).await?;
            self.offers.now.extend(rows.into_iter().map(|row| (row.sku.clone(), row)));
        }
        Ok(())
    }

    /// The partner that the record at `index` names in `field`.
    pub(super) fn partner(
        &self,
        field: &'static str,
        id: TenantId,
        index: usize,
    ) -> Result<PartnerRef, Flaw> {
        if let Some(partner) = self.partners.get(&id, index) {
            return Ok(*partner);
        }
        let is_customer = self.customers.get(&id, index).is_some();
        Err(Flaw::new(
            field,
            if is_customer {
                format!("{} is a customer, not a partner", id.0)
            } else {
                format!("{} is no partner here, nor further up", id.0)
            },
        ))
    }

    /// The customer that the record at `index` names.
    pub(super) fn customer(&self, id: TenantId, index: usize) -> Result<CustomerRef, Flaw> {
        if let Some(customer) = self.customers.get(&id, index) {
            return Ok(*customer);
        }
        let is_partner = self.partners.get(&id, index).is_some();
        Err(Flaw::new(
            "customer",
            if is_partner {
                format!("{} is a partner, not a customer", id.0)
            } else {
                format!("{} is no customer here, nor further up", id.0)
            },
        ))
    }

    /// The offer that the record at `index` names.
    pub(super) fn offer(&self, sku: &str, index: usize) -> Result<&offer::Model, Flaw> {
        let unknown = || Flaw::new("offer", format!("{sku} is no offer here, nor further up"));
        self.offers.get(sku, index).ok_or_else(unknown)
    }

    /// The id of a customer, wherever the batch names it.
    pub(super) fn customer_id(&self, id: TenantId) -> Option<CustomerId> {
        self.customers.now.get(&id).map(|customer| customer.id)
    }

    /// Whether a grant that is there was there before the record at `index`.
    pub(super) fn has_grant(&self, id: GrantId, index: usize) -> bool {
        self.new_grants.get(&id).is_none_or(|made| *made < index)
    }
}
