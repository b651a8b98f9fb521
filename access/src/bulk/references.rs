//! The objects that records refer to, by their natural keys.

use std::borrow::Borrow;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use entity::{CustomerId, GrantId, TenantId, customer, offer, partner};

use crate::Result;
use crate::core::bulk::BulkStatements;
use domain::{customer::CustomerRef, field_error::FieldError, partner::PartnerRef};

/// How many objects of a kind are kept in memory.
const KEPT: usize = 100_000;

/// What has been looked up so far, and what the batch that is being written has added and changed.
#[derive(Debug, Default)]
pub(super) struct References {
    partners: Lookup<TenantId, PartnerRef>,
    customers: Lookup<TenantId, CustomerRef>,
    offers: Lookup<String, offer::Model>,
    /// The place of each new grant in its batch: a record further up cannot name it.
    new_grants: HashMap<GrantId, usize>,
}

/// The objects of one kind by their natural keys, as each record of the batch finds them.
#[derive(Debug)]
struct Lookup<K, V> {
    now: HashMap<K, V>,
    /// What the batch has replaced, and at which of its places: records further up still find this.
    before: HashMap<K, (usize, Option<V>)>,
}

impl<K, V> Default for Lookup<K, V> {
    fn default() -> Self {
        Self { now: HashMap::new(), before: HashMap::new() }
    }
}

impl<K: Clone + Eq + Hash, V> Lookup<K, V> {
    fn put(&mut self, index: usize, key: &K, before: Option<V>, now: V) {
        self.before.insert(key.clone(), (index, before));
        self.now.insert(key.clone(), now);
    }

    /// The object as the record at `index` finds it.
    fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q, index: usize) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        match self.before.get(key) {
            Some((put, before)) if *put >= index => before.as_ref(),
            _ => self.now.get(key),
        }
    }

    fn begin_batch(&mut self) {
        self.before.clear();
        if self.now.len() > KEPT {
            self.now.clear();
        }
    }
}

impl References {
    /// Begins another batch: all of its records find what the last one has left.
    pub(super) fn begin_batch(&mut self) {
        self.partners.begin_batch();
        self.customers.begin_batch();
        self.offers.begin_batch();
        self.new_grants.clear();
    }

    /// Notes a partner that the batch adds or changes.
    pub(super) fn note_partner(
        &mut self,
        index: usize,
        before: Option<&partner::Model>,
        row: &partner::Model,
    ) {
        self.partners.put(index, &row.tenant_id, before.map(Into::into), row.into());
    }

    /// Notes a customer that the batch adds or changes.
    pub(super) fn note_customer(
        &mut self,
        index: usize,
        before: Option<&customer::Model>,
        row: &customer::Model,
    ) {
        self.customers.put(index, &row.tenant_id, before.map(Into::into), row.into());
    }

    /// Notes an offer that the batch adds or changes.
    pub(super) fn note_offer(&mut self, index: usize, before: Option<&offer::Model>, row: &offer::Model) {
        self.offers.put(index, &row.sku, before.cloned(), row.clone());
    }

    /// Notes a grant that the batch adds.
    pub(super) fn note_grant(&mut self, index: usize, id: GrantId) {
        self.new_grants.insert(id, index);
    }

    /// Looks up those of these that have not been yet.
    pub(super) async fn look_up(
        &mut self,
        statements: &BulkStatements,
        tenants: HashSet<TenantId>,
        skus: HashSet<String>,
    ) -> Result<()> {
        let is_unknown =
            |id: &TenantId| !self.partners.now.contains_key(id) && !self.customers.now.contains_key(id);
        let tenants: Vec<_> = tenants.into_iter().filter(is_unknown).map(|id| id.0).collect();
        let is_unknown = |sku: &String| !self.offers.now.contains_key(sku);
        let skus: Vec<_> = skus.into_iter().filter(is_unknown).collect();
        if !tenants.is_empty() {
            let rows =
                statements.read::<partner::Entity, _>(partner::Column::TenantId, tenants.clone()).await?;
            self.partners.now.extend(rows.iter().map(|row| (row.tenant_id, row.into())));
            let rows = statements.read::<customer::Entity, _>(customer::Column::TenantId, tenants).await?;
            self.customers.now.extend(rows.iter().map(|row| (row.tenant_id, row.into())));
        }
        if !skus.is_empty() {
            let rows = statements.read::<offer::Entity, _>(offer::Column::Sku, skus).await?;
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
    ) -> Result<PartnerRef, FieldError> {
        if let Some(partner) = self.partners.get(&id, index) {
            return Ok(*partner);
        }
        let is_customer = self.customers.get(&id, index).is_some();
        Err(FieldError::new(
            field,
            if is_customer {
                format!("{} is a customer, not a partner", id.0)
            } else {
                format!("{} is no partner here, nor further up", id.0)
            },
        ))
    }

    /// The customer that the record at `index` names.
    pub(super) fn customer(&self, id: TenantId, index: usize) -> Result<CustomerRef, FieldError> {
        if let Some(customer) = self.customers.get(&id, index) {
            return Ok(*customer);
        }
        let is_partner = self.partners.get(&id, index).is_some();
        Err(FieldError::new(
            "customer",
            if is_partner {
                format!("{} is a partner, not a customer", id.0)
            } else {
                format!("{} is no customer here, nor further up", id.0)
            },
        ))
    }

    /// The offer that the record at `index` names.
    pub(super) fn offer(&self, sku: &str, index: usize) -> Result<&offer::Model, FieldError> {
        let unknown = || FieldError::new("offer", format!("{sku} is no offer here, nor further up"));
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
