//! Registering offers.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use super::{BillingCycle, Offer, Term};
use crate::command::UpsertOffer;
use crate::graphql::Result;
use crate::graphql::input::RunInput;
use crate::graphql::payload::{UserError, run_command, written};
use crate::graphql::vocabulary::rows;
use domain::offer::OfferRecord;

/// An offer to register or to change.
#[derive(Clone, Debug, InputObject)]
pub struct UpsertOfferInput {
    /// The stock-keeping unit: which offer it is.
    sku: String,
    /// The product's name: 1 to 200 characters.
    name: String,
    /// Who makes it: 1 to 200 characters.
    publisher: String,
    /// The smallest quantity that can be bought: at least 1.
    min_quantity: i32,
    /// The largest quantity that can be bought.
    max_quantity: i32,
    /// The terms that it can be bought for.
    terms: Vec<Term>,
    /// How it can be billed.
    billing_cycles: Vec<BillingCycle>,
    #[graphql(flatten)]
    run: RunInput,
}

/// The offer.
#[derive(Clone, Debug, SimpleObject)]
pub struct UpsertOfferPayload {
    /// The offer; null when refused.
    offer: Option<Offer>,
    /// Why it was refused; empty when it was done.
    user_errors: Vec<UserError>,
}

#[derive(Debug, Default)]
pub struct OfferMutation;

#[Object]
impl OfferMutation {
    /// Register an offer, or change the one with this stock-keeping unit. What was bought keeps its terms. For the
    /// OPERATOR. Users need a second factor, applications only where their issuer asks them for it.
    ///
    /// Codes: FORBIDDEN, IDEMPOTENCY_KEY_REUSED, INVALID.
    async fn upsert_offer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The offer, whole.")] input: UpsertOfferInput,
    ) -> Result<UpsertOfferPayload> {
        let command = UpsertOffer(OfferRecord {
            sku: input.sku,
            name: input.name,
            publisher: input.publisher,
            min_quantity: input.min_quantity,
            max_quantity: input.max_quantity,
            terms: rows(&input.terms),
            billing_cycles: rows(&input.billing_cycles),
            created_at: None,
        });
        let options = input.run.into();
        Ok(match run_command(ctx, Ok(command), &options).await? {
            Ok(done) => {
                let row = written(ctx, done).await?;
                UpsertOfferPayload { offer: Some(Offer::from(row)), user_errors: Vec::new() }
            }
            Err(user_errors) => UpsertOfferPayload { offer: None, user_errors },
        })
    }
}
