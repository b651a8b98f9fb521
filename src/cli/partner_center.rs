//! The options of an import from Partner Center.

use clap::Args;
use entity::{TenantId, partner};
use uuid::Uuid;

use super::{CliResult, open, tenant};
use crate::clock;
use crate::import::PartnerCenter;
use access::Store;
use domain::tenant::check_country;

/// What the files do not say.
#[derive(Debug, Args)]
#[command(next_help_heading = "With --format partner-center")]
pub(crate) struct PartnerCenterArgs {
    /// Whose Partner Center it is: the partner's tenant id, or the first word of its name. It is the partner of record
    /// of what no other partner sold
    #[arg(long, value_name = "TENANT", required_if_eq("format", "partner-center"))]
    partner: Option<String>,
    /// The customer's tenant id, for subscriptions that do not tell whose they are
    #[arg(long, value_name = "TENANT")]
    customer: Option<Uuid>,
    /// The country of customers whose profile has none, such as NL
    #[arg(long, value_name = "CODE", value_parser = country)]
    country: Option<String>,
    /// Make the offers that are missing, of what the subscriptions say of them
    #[arg(long)]
    add_offers: bool,
}

fn country(code: &str) -> Result<String, String> {
    let code = code.to_uppercase();
    check_country(&code).map_err(|error| error.sentence())?;
    Ok(code)
}

impl PartnerCenterArgs {
    /// Refuses what means nothing in other formats.
    pub(crate) fn refuse(&self) -> CliResult {
        let given = [
            (self.partner.is_some(), "--partner"),
            (self.customer.is_some(), "--customer"),
            (self.country.is_some(), "--country"),
            (self.add_offers, "--add-offers"),
        ];
        match given.into_iter().find(|(is_given, _)| *is_given) {
            None => Ok(()),
            Some((_, option)) => Err(format!(
                "{option} means something with --format partner-center only; other formats name everything in the file."
            )),
        }
    }

    /// Looks the partner up.
    pub(crate) async fn find(self, store: &Store, operator: Option<TenantId>) -> CliResult<PartnerCenter> {
        let name = self.partner.unwrap_or_default();
        let tenant = tenant::find(async || Ok(store.clone()), operator, &name).await?;
        let view = store.seen_by_the_operator(clock::now());
        let partner = view.select::<partner::Entity>().eq(partner::Column::TenantId, tenant).one().await;
        let partner = partner.map_err(|error| open::describe("the database", &error))?.ok_or_else(|| {
            format!("`{name}` is no partner here. Register it, or import it from NDJSON or CSV, and then what it sold.")
        })?;
        Ok(PartnerCenter {
            partner,
            customer: self.customer.map(TenantId),
            country: self.country,
            add_offers: self.add_offers,
        })
    }
}
