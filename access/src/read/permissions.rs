//! What the viewer may do at a customer, and through what, as the database says it.

use std::collections::HashMap;

use entity::CustomerId;

use crate::Result;
use crate::core::view::View;
use crate::scope::effective_grants::{holdings_at, read_holdings};
use crate::viewer::Principal;
use domain::decision::Access;

impl View {
    /// What the viewer may do at each of `customers`. One statement for a partner, none for anyone else.
    pub async fn access(&self, customers: Vec<CustomerId>) -> Result<HashMap<CustomerId, Access>> {
        if let Principal::Partner(_) = self.viewer().principal() {
            let mut held: HashMap<_, _> = customers.iter().map(|id| (*id, Vec::new())).collect();
            for holding in read_holdings(&holdings_at(self, &customers).results().await?, "")? {
                held.entry(holding.grant.customer_id).or_default().push(holding);
            }
            return Ok(held.into_iter().map(|(id, held)| (id, Access::Delegated(held))).collect());
        }
        let access = |customer: &CustomerId| match self.viewer().principal() {
            Principal::Customer(own) if own.id == *customer => Access::Own,
            Principal::Operator => Access::Operator,
            Principal::Customer(_) | Principal::Partner(_) | Principal::Timer => {
                Access::Delegated(Vec::new())
            }
        };
        Ok(customers.iter().map(|customer| (*customer, access(customer))).collect())
    }
}
