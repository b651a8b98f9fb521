//! What the operator registers: partners, customers, offers.

use entity::{EventKind, TenantId, customer, offer, partner};
use sea_orm::{ActiveEnum, ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::super::log::Entry;
use super::super::permit::Leave;
use super::Transaction;
use crate::Result;
use domain::action::Action;
use domain::flaw::refuse_if;
use domain::history::FieldChange;
use domain::record::{Customer, Offer, Partner};
use domain::refusal::{Refusal, RefusalCode};

impl Transaction<'_> {
    /// Registers a partner.
    pub async fn create_partner(&mut self, leave: Leave, record: &Partner) -> Result<partner::Model> {
        leave.is_for(&[Action::Register])?;
        let tenant = record.tenant_id;
        // Registrations go one after another, so that what is free stays free.
        self.hold(None).await?;
        self.refuse_taken(tenant, Kind::Partner).await?;
        let number = partner::Column::PartnerNumber.eq(record.partner_number.as_str());
        let is_taken = partner::Entity::find().filter(number).one(&self.connection).await?.is_some();
        refuse_if(is_taken, "partnerNumber", "belongs to another partner").map_err(Refusal::from)?;
        let row = record.onto(None, self.view.at()).map_err(Refusal::from)?;
        self.insert::<partner::Entity>([row.clone()]).await?;
        let changes = Vec::from([
            new("tenantId", tenant.0.to_string()),
            new("partnerNumber", row.partner_number.as_str()),
            new("name", row.name.as_str()),
            new("kind", row.kind.to_value()),
            new("cloud", row.cloud.to_value()),
        ]);
        let parties = (Some(row.id), None);
        self.log(Entry::registration(EventKind::PartnerRegistered, row.id.0, parties, changes)).await?;
        Ok(row)
    }

    /// Registers a customer. Its chain of events begins with this.
    pub async fn create_customer(&mut self, leave: Leave, record: &Customer) -> Result<customer::Model> {
        leave.is_for(&[Action::Register])?;
        let tenant = record.tenant_id;
        self.hold(None).await?;
        self.refuse_taken(tenant, Kind::Customer).await?;
        let domain = customer::Column::Domain.eq(record.domain.as_str());
        let is_taken = customer::Entity::find().filter(domain).one(&self.connection).await?.is_some();
        refuse_if(is_taken, "domain", "belongs to another customer").map_err(Refusal::from)?;
        let row = record.onto(None, self.view.at()).map_err(Refusal::from)?;
        self.insert::<customer::Entity>([row.clone()]).await?;
        let changes = Vec::from([
            new("tenantId", tenant.0.to_string()),
            new("name", row.name.as_str()),
            new("domain", row.domain.as_str()),
            new("country", row.country.as_str()),
            new("cloud", row.cloud.to_value()),
        ]);
        let parties = (None, Some(row.id));
        self.log(Entry::registration(EventKind::CustomerRegistered, row.id.0, parties, changes)).await?;
        Ok(row)
    }

    /// Registers an offer, or changes the one with this stock-keeping unit. What was bought keeps its terms.
    pub async fn put_offer(&mut self, leave: Leave, record: &Offer) -> Result<offer::Model> {
        leave.is_for(&[Action::Register])?;
        self.hold(None).await?;
        let by_sku = offer::Column::Sku.eq(record.sku.as_str());
        let before = offer::Entity::find().filter(by_sku).one(&self.connection).await?;
        let after = record.onto(before.as_ref(), self.view.at());
        let told = |row: &offer::Model| {
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
        let of_before = before.as_ref().map(told);
        let changes = told(&after).into_iter().enumerate().map(|(i, (field, value))| {
            let before = of_before.as_ref().and_then(|fields| fields.get(i)).map(|(_, value)| value.clone());
            FieldChange::new(field, before, Some(value))
        });
        let changes: Vec<_> = changes.filter(FieldChange::is_one).collect();
        if changes.is_empty() {
            return Ok(after);
        }
        if before.is_some() {
            offer::Entity::update(after.clone().into_active_model().reset_all())
                .exec(&self.connection)
                .await?;
        } else {
            self.insert::<offer::Entity>([after.clone()]).await?;
        }
        let parties = (None, None);
        self.log(Entry::registration(EventKind::OfferChanged, after.id.0, parties, changes)).await?;
        Ok(after)
    }

    /// No tenant is registered twice, and none is two things.
    async fn refuse_taken(&self, tenant: TenantId, wanted: Kind) -> Result<(), crate::Error> {
        let of_partner = partner::Entity::find().filter(partner::Column::TenantId.eq(tenant));
        let of_customer = customer::Entity::find().filter(customer::Column::TenantId.eq(tenant));
        let is_partner = of_partner.one(&self.connection).await?.is_some();
        let is_customer = of_customer.one(&self.connection).await?.is_some();
        let is_operator = self.view.store().operator() == Some(tenant);
        let refuse = |code, message: &str| Err(Refusal::new(code, message).at("tenantId").into());
        match wanted {
            _ if is_operator => refuse(
                RefusalCode::Invalid,
                "The tenant is the operator's of this server. It is nothing else.",
            ),
            Kind::Partner if is_customer => refuse(
                RefusalCode::CustomerCannotBePartner,
                "The tenant is a customer's, and a customer's tenant is never a partner.",
            ),
            Kind::Customer if is_partner => refuse(
                RefusalCode::PartnerCannotBeCustomer,
                "The tenant is a partner's, and a partner's tenant is never a customer.",
            ),
            _ if is_partner || is_customer => {
                refuse(RefusalCode::Invalid, "The tenant is registered already.")
            }
            Kind::Partner | Kind::Customer => Ok(()),
        }
    }
}

/// What a tenant is to be registered as.
#[derive(Clone, Copy)]
enum Kind {
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
