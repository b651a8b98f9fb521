//! What Partner Center's REST API returns: customers, and the subscriptions of a customer.
//!
//! The files are read three times. First it is seen what subscriptions name, partners of record and offers, so that
//! these are looked up together; then the customers are written; then the subscriptions. So no order of the files
//! matters, and nothing is held in memory but one page, the different offers, and a count for each collection.
//!
//! Deliberately absent: grants. `relationshipToPartner` and `allowDelegatedAccess` say what a customer let its partner do
//! over there. What it lets it do here it says here.

mod collections;
mod customer;
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

use std::io;

use entity::TenantId;

use self::{
    collections::Collections,
    items::Items,
    pass::{Kind, Made, Pass, Wanted, kind},
    survey::Survey,
};
use super::{ImportFault, Input, Options, Progress, Report, pouring::Pouring};
use access::{RegisteredPartner, Store};

/// How many times files are read while something is written.
pub const PASSES: u64 = 2;

/// What the files do not say.
#[derive(Clone, Debug)]
pub struct PartnerCenter {
    /// Whose Partner Center it is: the partner of record of what no other partner sold.
    pub partner: RegisteredPartner,
    /// The customer of subscriptions that name none.
    pub customer: Option<TenantId>,
    /// The country of customers that name none.
    pub country: Option<String>,
    /// Make offers that are not here of what the subscriptions say of them.
    pub add_offers: bool,
}

/// Imports files of Partner Center's, in one transaction.
pub(super) async fn import(
    store: &Store,
    (files, sale): (&[Input], &PartnerCenter),
    options: Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, ImportFault> {
    let (mut survey, mut collections) = (Survey::default(), Collections::default());
    for file in files {
        look(file, sale, (&mut survey, &mut collections)).map_err(|cause| file.unreadable(cause))?;
    }
    survey.find_partners(store, sale).await?;
    let mut pouring = Pouring::new(store.load(options.at).await?, progress);
    pouring.report.notes = collections.notes();
    let (findings, made) = survey.find_offers(&pouring.loading, sale).await?;
    let pass = |wanted| move |name, reader| Pass::of(Items::of(name, reader), sale, wanted);
    pouring.pour_each(files, pass(Wanted::Customers)).await?;
    pouring.pour(&mut Made::from(made)).await?;
    pouring.pour_each(files, pass(Wanted::Subscriptions(&findings))).await?;
    pouring.finish(options.keep_good).await
}

/// Sees what the subscriptions of a file name, and what its pages say of their collections. What is wrong with one is
/// told when it is read again.
fn look(
    file: &Input,
    sale: &PartnerCenter,
    (survey, collections): (&mut Survey, &mut Collections),
) -> io::Result<()> {
    let mut items = Items::of(file.name.clone(), file.open()?);
    while let Some(item) = items.next_of(collections)? {
        let Ok(mut resource) = item.resource else { continue };
        if kind(&resource) == Ok(Kind::Subscription)
            && let Ok(sold) = sold::read(&mut resource, item.collection.as_deref(), sale)
        {
            survey.note(&item.place, sold);
        }
    }
    Ok(())
}
