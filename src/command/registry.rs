//! What the operator registers.

use entity::{CustomerId, OfferId, PartnerId};
use serde::Serialize;

use super::Command;
use crate::Result;
use crate::access::Transaction;
use crate::rules::action::Action;
use crate::rules::record::{Customer, Offer, Partner, Record};
use crate::rules::refusal::Refusal;

/// Register a partner.
#[derive(Clone, Debug, Serialize)]
pub struct RegisterPartner(pub Partner);

impl Command for RegisterPartner {
    const NAME: &'static str = "registerPartner";
    type Done = PartnerId;

    fn action(&self) -> Action {
        Action::Register
    }

    async fn act(self, act: &mut Transaction<'_>) -> Result<PartnerId> {
        let leave = act.allow(Action::Register)?;
        Record::Partner(self.0.clone()).check(act.view().at()).map_err(Refusal::from)?;
        Ok(act.create_partner(leave, &self.0).await?.id)
    }
}

/// Register a customer.
#[derive(Clone, Debug, Serialize)]
pub struct RegisterCustomer(pub Customer);

impl Command for RegisterCustomer {
    const NAME: &'static str = "registerCustomer";
    type Done = CustomerId;

    fn action(&self) -> Action {
        Action::Register
    }

    async fn act(self, act: &mut Transaction<'_>) -> Result<CustomerId> {
        let leave = act.allow(Action::Register)?;
        Record::Customer(self.0.clone()).check(act.view().at()).map_err(Refusal::from)?;
        Ok(act.create_customer(leave, &self.0).await?.id)
    }
}

/// Register an offer, or change the one with this stock-keeping unit.
#[derive(Clone, Debug, Serialize)]
pub struct UpsertOffer(pub Offer);

impl Command for UpsertOffer {
    const NAME: &'static str = "upsertOffer";
    type Done = OfferId;

    fn action(&self) -> Action {
        Action::Register
    }

    async fn act(self, act: &mut Transaction<'_>) -> Result<OfferId> {
        let leave = act.allow(Action::Register)?;
        Record::Offer(self.0.clone()).check(act.view().at()).map_err(Refusal::from)?;
        Ok(act.put_offer(leave, &self.0).await?.id)
    }
}
