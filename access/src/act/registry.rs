//! What the operator registers: partners, customers, offers.

use entity::{EventKind, TenantId, customer, offer, partner};
use sea_orm::ActiveEnum;

use crate::Result;
use crate::chain::entry::Entry;
use crate::core::proof::RegistrationPermit;
use crate::core::transaction::Transaction;
use domain::customer::CustomerRecord;
use domain::field_error::refuse_if;
use domain::history::FieldChange;
use domain::offer::OfferRecord;
use domain::partner::PartnerRecord;
use domain::refusal::{Refusal, RefusalCode};
use domain::tenant::refuse_partners_tenant;

impl Transaction<'_> {
    /// Registers a partner.
    pub async fn create_partner(
        &mut self,
        permit: &RegistrationPermit,
        record: &PartnerRecord,
    ) -> Result<partner::Model> {
        let tenant = record.tenant_id;
        // Registrations go one after another, so that what is free stays free.
        self.lock(None).await?;
        self.refuse_taken(tenant, TenantUse::Partner).await?;
        let number = record.partner_number.as_str();
        let holder = self.view().select::<partner::Entity>().eq(partner::Column::PartnerNumber, number);
        let is_taken = self.see(holder).await?.is_some();
        refuse_if(is_taken, "partnerNumber", "belongs to another partner").map_err(Refusal::from)?;
        let row = record.onto(None, self.view().at()).map_err(Refusal::from)?;
        self.insert::<partner::Entity>(permit, row.clone()).await?;
        let changes = Vec::from([
            new("tenantId", tenant.0.to_string()),
            new("partnerNumber", row.partner_number.as_str()),
            new("name", row.name.as_str()),
            new("kind", row.kind.to_value()),
            new("cloud", row.cloud.to_value()),
        ]);
        let entry = Entry::registration(EventKind::PartnerRegistered, row.id.0, changes);
        self.append(Entry { partner: Some(row.id), ..entry }).await?;
        Ok(row)
    }

    /// Registers a customer. Its chain of events begins with this.
    pub async fn create_customer(
        &mut self,
        permit: &RegistrationPermit,
        record: &CustomerRecord,
    ) -> Result<customer::Model> {
        let tenant = record.tenant_id;
        self.lock(None).await?;
        self.refuse_taken(tenant, TenantUse::Customer).await?;
        let row = record.onto(None, self.view().at()).map_err(Refusal::from)?;
        self.refuse_taken_domain(&row).await?;
        self.insert::<customer::Entity>(permit, row.clone()).await?;
        let changes = Vec::from([
            new("tenantId", tenant.0.to_string()),
            new("name", row.name.as_str()),
            new("domain", row.domain.as_str()),
            new("country", row.country.as_str()),
            new("cloud", row.cloud.to_value()),
        ]);
        let entry = Entry::registration(EventKind::CustomerRegistered, row.id.0, changes);
        self.append(Entry { customer: Some(row.id), ..entry }).await?;
        Ok(row)
    }

    /// Registers an offer, or changes the one with this stock-keeping unit. What was bought keeps its terms.
    pub async fn put_offer(
        &mut self,
        permit: &RegistrationPermit,
        record: &OfferRecord,
    ) -> Result<offer::Model> {
        self.lock(None).await?;
        let by_sku = self.view().select::<offer::Entity>().eq(offer::Column::Sku, record.sku.as_str());
        let before = self.see(by_sku).await?;
        let after = record.onto(before.as_ref(), self.view().at());
        let audited = |row: &offer::Model| {
            [
                ("sku", row.sku.clone()),
                ("name", row.name.clone()),
                ("publisher", row.publisher.clone()),
                ("minQuantity", row.min_quantity.to_string()),
                ("maxQuantity", row.max_quantity.to_string()),
                ("terms", words(&row.terms.0)),
                ("billingCycles", words(&row.billing_cycles.0)),
            ]
        };
        let of_before = before.as_ref().map(audited);
        let changes = audited(&after).into_iter().enumerate().map(|(i, (field, value))| {
            let before = of_before.as_ref().and_then(|fields| fields.get(i)).map(|(_, value)| value.clone());
            FieldChange::new(field, before, Some(value))
        });
        let changes: Vec<_> = changes.filter(FieldChange::is_one).collect();
        if changes.is_empty() {
            return Ok(after);
        }
        match before {
            Some(_) => self.replace::<offer::Entity>(permit, after.clone()).await?,
            None => drop(self.insert::<offer::Entity>(permit, after.clone()).await?),
        }
        self.append(Entry::registration(EventKind::OfferChanged, after.id.0, changes)).await?;
        Ok(after)
    }

    /// No two customers have one domain.
    pub async fn refuse_taken_domain(&self, row: &customer::Model) -> Result<()> {
        let domain = row.domain.as_str();
        let holder = self.view().select::<customer::Entity>().eq(customer::Column::Domain, domain);
        let is_taken = self.see(holder).await?.is_some_and(|holder| holder.id != row.id);
        Ok(refuse_if(is_taken, "domain", "belongs to another customer").map_err(Refusal::from)?)
    }

    /// No tenant is registered twice, and none is two things.
    async fn refuse_taken(&self, tenant: TenantId, wanted: TenantUse) -> Result<()> {
        let of_partner = self.view().select::<partner::Entity>().eq(partner::Column::TenantId, tenant);
        let of_customer = self.view().select::<customer::Entity>().eq(customer::Column::TenantId, tenant);
        let is_partner = self.see(of_partner).await?.is_some();
        let is_customer = self.see(of_customer).await?.is_some();
        let is_operator = self.view().store().operator() == Some(tenant);
        let refuse = |code, message: &str| Err(Refusal::new(code, message).at("tenantId").into());
        match wanted {
            _ if is_operator => refuse(
                RefusalCode::Invalid,
                "The tenant is the operator's of this server. It is nothing else.",
            ),
            TenantUse::Partner if is_customer => refuse(
                RefusalCode::CustomerCannotBePartner,
                "The tenant is a customer's, and a customer's tenant is never a partner.",
            ),
            TenantUse::Customer if is_partner => Err(refuse_partners_tenant("tenantId").into()),
            _ if is_partner || is_customer => {
                refuse(RefusalCode::Invalid, "The tenant is registered already.")
            }
            TenantUse::Partner | TenantUse::Customer => Ok(()),
        }
    }
}

/// What a tenant is to be registered as.
#[derive(Clone, Copy)]
enum TenantUse {
    Partner,
    Customer,
}

/// A field that was not there before.
fn new(field: &str, value: impl Into<String>) -> FieldChange {
    FieldChange::new(field, None, Some(value.into()))
}

fn words<W: ActiveEnum<Value = String>>(words: &[W]) -> String {
    words.iter().map(ActiveEnum::to_value).collect::<Vec<_>>().join(" ")
}
