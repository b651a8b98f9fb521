//! Partners and customers: no tenant is both, no two have one number or one domain.

use std::collections::HashMap;

use entity::{TenantId, customer, partner};

use super::{
    Loading, Outcome, Tenant,
    outcome::{Placed, Plan},
};
use crate::Result;
use domain::{
    flaw::{Flaw, refuse_if},
    record::{Customer, Kind, Partner},
};

/// The tenants that a batch speaks of, and whoever holds what it wants for them, as records go by.
#[derive(Debug, Default)]
struct Register {
    partners: HashMap<TenantId, partner::Model>,
    customers: HashMap<TenantId, customer::Model>,
    numbers: HashMap<String, TenantId>,
    domains: HashMap<String, TenantId>,
}

impl Loading {
    pub(super) async fn put_tenants(
        &mut self,
        tenants: Vec<Placed<Tenant>>,
        outcome: &mut Outcome,
    ) -> Result<()> {
        if tenants.is_empty() {
            return Ok(());
        }
        let mut register = self.register(&tenants).await?;
        let mut partners = Plan::of(Kind::Partner);
        let mut customers = Plan::of(Kind::Customer);
        for (index, tenant) in tenants {
            match tenant {
                Tenant::Partner(partner) => {
                    let stored = register.partners.get(&partner.tenant_id).cloned();
                    let row = self.partner(&register, &partner, stored.as_ref());
                    if let Ok(row) = &row {
                        self.known.note_partner(index, stored.as_ref(), row);
                        register.enter_partner(row);
                    }
                    partners.file(index, stored.as_ref(), row, outcome);
                }
                Tenant::Customer(customer) => {
                    let stored = register.customers.get(&customer.tenant_id).cloned();
                    let row = self.customer(&register, &customer, stored.as_ref());
                    if let Ok(row) = &row {
                        self.known.note_customer(index, stored.as_ref(), row);
                        register.enter_customer(row);
                    }
                    customers.file(index, stored.as_ref(), row, outcome);
                }
            }
        }
        // What changes goes first: it may set a number or a domain free that a new one takes.
        let (new, changed) = partners.into_rows(outcome);
        self.bulk.update::<partner::Entity>(changed).await?;
        self.bulk.insert::<partner::Entity>(new).await?;
        let (new, changed) = customers.into_rows(outcome);
        self.bulk.update::<customer::Entity>(changed).await?;
        self.bulk.insert::<customer::Entity>(new).await
    }

    /// The rows that these records are about, and those that hold a number or a domain that they want.
    async fn register(&self, tenants: &[Placed<Tenant>]) -> Result<Register> {
        let (mut ids, mut numbers, mut domains) = (Vec::new(), Vec::new(), Vec::new());
        for (_, tenant) in tenants {
            match tenant {
                Tenant::Partner(partner) => {
                    ids.push(partner.tenant_id.0);
                    numbers.push(partner.partner_number.clone());
                }
                Tenant::Customer(customer) => {
                    ids.push(customer.tenant_id.0);
                    domains.push(customer.domain.clone());
                }
            }
        }
        let mut register = Register::default();
        let holders = self.bulk.read::<partner::Entity, _>(partner::Column::PartnerNumber, numbers);
        holders.await?.iter().for_each(|row| register.enter_partner(row));
        let stored = self.bulk.read::<partner::Entity, _>(partner::Column::TenantId, ids.clone());
        stored.await?.iter().for_each(|row| register.enter_partner(row));
        let holders = self.bulk.read::<customer::Entity, _>(customer::Column::Domain, domains);
        holders.await?.iter().for_each(|row| register.enter_customer(row));
        let stored = self.bulk.read::<customer::Entity, _>(customer::Column::TenantId, ids);
        stored.await?.iter().for_each(|row| register.enter_customer(row));
        Ok(register)
    }

    fn partner(
        &self,
        register: &Register,
        partner: &Partner,
        stored: Option<&partner::Model>,
    ) -> Result<partner::Model, Flaw> {
        let id = partner.tenant_id;
        self.refuse_operator(id)?;
        let is_customer = register.customers.contains_key(&id);
        refuse_if(is_customer, "tenantId", "is a customer's, and a customer's tenant is never a partner")?;
        let is_taken = register.numbers.get(&partner.partner_number).is_some_and(|holder| *holder != id);
        refuse_if(is_taken, "partnerNumber", "belongs to another partner")?;
        partner.onto(stored, self.at)
    }

    fn customer(
        &self,
        register: &Register,
        customer: &Customer,
        stored: Option<&customer::Model>,
    ) -> Result<customer::Model, Flaw> {
        let id = customer.tenant_id;
        self.refuse_operator(id)?;
        let is_partner = register.partners.contains_key(&id);
        refuse_if(is_partner, "tenantId", "is a partner's, and a partner's tenant is never a customer")?;
        let is_taken = register.domains.get(&customer.domain).is_some_and(|holder| *holder != id);
        refuse_if(is_taken, "domain", "belongs to another customer")?;
        customer.onto(stored, self.at)
    }

    fn refuse_operator(&self, id: TenantId) -> Result<(), Flaw> {
        refuse_if(self.operator == Some(id), "tenantId", "is the operator's of this server")
    }
}

impl Register {
    fn enter_partner(&mut self, row: &partner::Model) {
        let number = row.partner_number.clone();
        if let Some(before) = self.partners.insert(row.tenant_id, row.clone()) {
            self.numbers.remove(&before.partner_number);
        }
        self.numbers.insert(number, row.tenant_id);
    }

    fn enter_customer(&mut self, row: &customer::Model) {
        let domain = row.domain.clone();
        if let Some(before) = self.customers.insert(row.tenant_id, row.clone()) {
            self.domains.remove(&before.domain);
        }
        self.domains.insert(domain, row.tenant_id);
    }
}
