//! What the operator registers.

use entity::{CustomerId, OfferId, PartnerId, customer, offer, partner};
use serde::Serialize;

use super::{Command, Left};
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
    type Done = Left<PartnerId, partner::Model>;

    fn action(&self) -> Action {
        Action::Register
    }

    async fn act(self, act: &mut Transaction<'_>) -> Result<Self::Done> {
        let permit = act.permit_registration()?;
        self.0.errors(act.view().at()).into_iter().collect::<Validation>().finish()?;
        let row = act.create_partner(&permit, &self.0).await?;
        Ok(Left::new(row.id, row))
    }
}

/// Register a customer.
#[derive(Clone, Debug, Serialize)]
pub struct RegisterCustomer(pub CustomerRecord);

impl Command for RegisterCustomer {
    const NAME: &'static str = "registerCustomer";
    type Done = Left<CustomerId, customer::Model>;

    fn action(&self) -> Action {
        Action::Register
    }

    async fn act(self, act: &mut Transaction<'_>) -> Result<Self::Done> {
        let permit = act.permit_registration()?;
        self.0.errors(act.view().at()).into_iter().collect::<Validation>().finish()?;
        let row = act.create_customer(&permit, &self.0).await?;
        Ok(Left::new(row.id, row))
    }
}

/// Register an offer, or change the one with this stock-keeping unit.
#[derive(Clone, Debug, Serialize)]
pub struct UpsertOffer(pub OfferRecord);

impl Command for UpsertOffer {
    const NAME: &'static str = "upsertOffer";
    type Done = Left<OfferId, offer::Model>;

    fn action(&self) -> Action {
        Action::Register
    }

    async fn act(self, act: &mut Transaction<'_>) -> Result<Self::Done> {
        let permit = act.permit_registration()?;
        self.0.errors(act.view().at()).into_iter().collect::<Validation>().finish()?;
        let row = act.put_offer(&permit, &self.0).await?;
        Ok(Left::new(row.id, row))
    }
}
