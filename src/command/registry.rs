//! What the operator registers.

use entity::{CustomerId, OfferId, PartnerId, customer, offer, partner};
use serde::Serialize;

use super::{Command, Written};
use crate::Result;
use access::Transaction;
use domain::action::Action;
use domain::customer::CustomerRecord;
use domain::offer::OfferRecord;
use domain::partner::PartnerRecord;
use domain::validation::Validation;

/// Register a partner.
#[derive(Clone, Debug, Serialize)]
pub struct RegisterPartner(pub PartnerRecord);

impl Command for RegisterPartner {
    const NAME: &'static str = "registerPartner";
    type Done = Written<PartnerId, partner::Model>;

    fn action(&self) -> Action {
        Action::Register
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<Self::Done> {
        let permit = tx.permit_registration()?;
        self.0.errors(tx.view().at()).into_iter().collect::<Validation>().finish()?;
        let row = tx.create_partner(&permit, &self.0).await?;
        Ok(Written::new(row.id, row))
    }
}

/// Register a customer.
#[derive(Clone, Debug, Serialize)]
pub struct RegisterCustomer(pub CustomerRecord);

impl Command for RegisterCustomer {
    const NAME: &'static str = "registerCustomer";
    type Done = Written<CustomerId, customer::Model>;

    fn action(&self) -> Action {
        Action::Register
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<Self::Done> {
        let permit = tx.permit_registration()?;
        self.0.errors(tx.view().at()).into_iter().collect::<Validation>().finish()?;
        let row = tx.create_customer(&permit, &self.0).await?;
        Ok(Written::new(row.id, row))
    }
}

/// Register an offer, or change the one with this stock-keeping unit.
#[derive(Clone, Debug, Serialize)]
pub struct UpsertOffer(pub OfferRecord);

impl Command for UpsertOffer {
    const NAME: &'static str = "upsertOffer";
    type Done = Written<OfferId, offer::Model>;

    fn action(&self) -> Action {
        Action::Register
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<Self::Done> {
        let permit = tx.permit_registration()?;
        self.0.errors(tx.view().at()).into_iter().collect::<Validation>().finish()?;
        let row = tx.put_offer(&permit, &self.0).await?;
        Ok(Written::new(row.id, row))
    }
}
