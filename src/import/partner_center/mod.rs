//! What Partner Center's REST API returns: customers, and the subscriptions of a customer.
//!
//! The files are read three times. The first time collects which partners of record and offers the subscriptions name,
//! so that these are looked up together; then the customers are written; then the subscriptions. So the order of the
//! files does not matter, and memory holds no more than one page, the different offers, and a count for each collection.
//!
//! Deliberately absent: grants. `relationshipToPartner` and `allowDelegatedAccess` say what a customer let its partner do
//! over there. What it lets it do here it says here.

mod collections;
mod customer;
#[cfg(any(test, fuzzing))]
mod fuzzing;
mod items;
mod next_term;
mod pages;
mod pass;
mod resource;
mod sold;
mod survey;
#[cfg(test)]
mod tests;
mod words;

use entity::{TenantId, partner};

#[cfg(any(test, fuzzing))]
pub(super) use fuzzing::read_all;
pub(super) use survey::Survey;

use self::{
    items::Items,
    pass::{DerivedOffers, Pass, WantedResources},
};
use super::{ImportError, Input, Report, importer::Importer};

/// How many times files are read while something is written.
pub const PASSES: u64 = 2;

/// What the files do not say.
#[derive(Clone, Debug)]
pub struct PartnerCenter {
    /// Whose Partner Center it is: the partner of record of what no other partner sold.
    pub partner: partner::Model,
    /// The customer of subscriptions that name none.
    pub customer: Option<TenantId>,
    /// The country of customers that name none.
    pub country: Option<String>,
    /// Make offers that are not here of what the subscriptions say of them.
    pub add_offers: bool,
}

/// Imports files of Partner Center's, of which the survey was made.
pub(super) async fn import(
    mut importer: Importer<'_>,
    files: &[Input],
    mut survey: Survey<'_>,
) -> Result<Report, ImportError> {
    let center = survey.center;
    importer.report.notes = survey.notes();
    let (findings, offers) = survey.find_offers(&importer.load).await?;
    let pass = |wanted| move |name, reader| Pass::of(Items::of(name, reader), center, wanted);
    importer.write_files(files, pass(WantedResources::Customers)).await?;
    importer.write_source(&mut DerivedOffers::from(offers)).await?;
    importer.write_files(files, pass(WantedResources::Subscriptions(&findings))).await?;
    importer.finish().await
}
