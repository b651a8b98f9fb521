//! Partners and customers: no tenant is both, no two have one number or one domain.

use std::collections::HashMap;

use entity::{TenantId, customer, partner};

use super::{
    BatchOutcome, BulkLoad, TenantRecord,
    outcome::{Indexed, Plan},
    record::RecordKind,
};
use crate::Result;
use domain::{
    customer::CustomerRecord,
    field_error::{FieldError, refuse_if},
    partner::PartnerRecord,
};

/// The tenants that a batch names and those that have a number or a domain that it names: what was there, and what the
/// batch has added so far.
#[derive(Debug, Default)]
struct TenantIndex {
    partners: HashMap<TenantId, partner::Model>,
    customers: HashMap<TenantId, customer::Model>,
    numbers: HashMap<String, TenantId>,
    domains: HashMap<String, TenantId>,
}

impl BulkLoad {
    pub(super) async fn put_tenants(
        &mut self,
        tenants: Vec<Indexed<TenantRecord>>,
        outcome: &mut BatchOutcome,
    ) -> Result<()> {
        if tenants.is_empty() {
            return Ok(());
        }
        let mut existing = self.tenant_index(&tenants).await?;
        let mut partners = Plan::of(RecordKind::Partner);
        let mut customers = Plan::of(RecordKind::Customer);
        for (index, tenant) in tenants {
            match tenant {
                TenantRecord::Partner(partner) => {
                    let stored = existing.partners.get(&partner.tenant_id).cloned();
                    let row = self.partner(&existing, &partner, stored.as_ref());
                    if let Ok(row) = &row {
                        self.references.note_partner(index, stored.as_ref(), row);
                        existing.add_partner(row);
                    }
                    partners.add(index, stored.as_ref(), row, outcome);
                }
                TenantRecord::Customer(customer) => {
                    let stored = existing.customers.get(&customer.tenant_id).cloned();
                    let row = self.customer(&existing, &customer, stored.as_ref());
                    if let Ok(row) = &row {
                        self.references.note_customer(index, stored.as_ref(), row);
                        existing.add_customer(row);
                    }
                    customers.add(index, stored.as_ref(), row, outcome);
                }
            }
        }
        // Changed rows are written first: they may free a number or a domain that a new row takes.
        let (new, changed) = partners.into_rows(outcome);
        self.statements.update::<partner::Entity>(changed).await?;
        self.statements.insert::<partner::Entity>(new).await?;
        let (new, changed) = customers.into_rows(outcome);
        self.statements.update::<customer::Entity>(changed).await?;
        self.statements.insert::<customer::Entity>(new).await
    }

    /// The rows of these tenants, and those that have a number or a domain that they name.
    async fn tenant_index(&self, tenants: &[Indexed<TenantRecord>]) -> Result<TenantIndex> {
        let (mut ids, mut numbers, mut domains) = (Vec::new(), Vec::new(), Vec::new());
        for (_, tenant) in tenants {
            match tenant {
                TenantRecord::Partner(partner) => {
                    ids.push(partner.tenant_id.0);
                    numbers.push(partner.partner_number.clone());
                }
                TenantRecord::Customer(customer) => {
                    ids.push(customer.tenant_id.0);
                    domains.push(customer.domain.clone());
                }
            }
        }
        let mut existing = TenantIndex::default();
        let holders = self.statements.read::<partner::Entity, _>(partner::Column::PartnerNumber, numbers);
        holders.await?.iter().for_each(|row| existing.add_partner(row));
        let stored = self.statements.read::<partner::Entity, _>(partner::Column::TenantId, ids.clone());
        stored.await?.iter().for_each(|row| existing.add_partner(row));
        let holders = self.statements.read::<customer::Entity, _>(customer::Column::Domain, domains);
        holders.await?.iter().for_each(|row| existing.add_customer(row));
        let stored = self.statements.read::<customer::Entity, _>(customer::Column::TenantId, ids);
        stored.await?.iter().for_each(|row| existing.add_customer(row));
        Ok(existing)
    }

    fn partner(
        &self,
        existing: &TenantIndex,
        partner: &PartnerRecord,
        stored: Option<&partner::Model>,
    ) -> Result<partner::Model, FieldError> {
        let id = partner.tenant_id;
        self.refuse_operator(id)?;
        let is_customer = existing.customers.contains_key(&id);
        refuse_if(is_customer, "tenantId", "is a customer's, and a customer's tenant is never a partner")?;
        let is_taken = existing.numbers.get(&partner.partner_number).is_some_and(|holder| *holder != id);
        refuse_if(is_taken, "partnerNumber", "belongs to another partner")?;
        partner.onto(stored, self.at)
    }

    fn customer(
        &self,
        existing: &TenantIndex,
        customer: &CustomerRecord,
        stored: Option<&customer::Model>,
    ) -> Result<customer::Model, FieldError> {
        let id = customer.tenant_id;
        self.refuse_operator(id)?;
        let is_partner = existing.partners.contains_key(&id);
        refuse_if(is_partner, "tenantId", "is a partner's, and a partner's tenant is never a customer")?;
        let is_taken = existing.domains.get(&customer.domain).is_some_and(|holder| *holder != id);
        refuse_if(is_taken, "domain", "belongs to another customer")?;
        customer.onto(stored, self.at)
    }

    fn refuse_operator(&self, id: TenantId) -> Result<(), FieldError> {
        refuse_if(self.operator == Some(id), "tenantId", "is the operator's of this server")
    }
}

impl TenantIndex {
    fn add_partner(&mut self, row: &partner::Model) {
        let number = row.partner_number.clone();
        if let Some(before) = self.partners.insert(row.tenant_id, row.clone()) {
            self.numbers.remove(&before.partner_number);
        }
        self.numbers.insert(number, row.tenant_id);
    }

    fn add_customer(&mut self, row: &customer::Model) {
        let domain = row.domain.clone();
        if let Some(before) = self.customers.insert(row.tenant_id, row.clone()) {
            self.domains.remove(&before.domain);
        }
        self.domains.insert(domain, row.tenant_id);
    }
}
