//! What subscriptions name besides themselves, looked up before any of them is written: partners and offers.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;

use entity::{BillingCycle, TenantId, Term, partner};

use super::{
    super::{ImportError, Input, location::Location, report::Note},
    PartnerCenter,
    collections::Collections,
    items::Items,
    pass::{ResourceKind, kind},
    sold::{self, Sold},
};
use crate::Result;
use access::{AnyRecord, BulkLoad, View};
use domain::offer::OfferRecord;

/// How many of an offer can be had, where nobody says: what Partner Center's catalogue says of most offers. A
/// subscription that has more has shown that more can be had.
const MOST: i32 = 10_000_000;

/// What the files name and is looked up before anything is written. As long as they name few different offers, it is
/// small.
#[derive(Debug)]
pub(in crate::import) struct Survey<'c> {
    pub(super) center: &'c PartnerCenter,
    collections: Collections,
    /// The numbers of partners, and whose they are.
    numbers: HashMap<String, Option<TenantId>>,
    offers: BTreeMap<String, OfferSketch>,
}

/// What subscriptions say of one offer.
#[derive(Debug)]
struct OfferSketch {
    /// Where it is named first.
    place: Location,
    name: Option<String>,
    publisher: Option<String>,
    most: i32,
    terms: Vec<Term>,
    billing_cycles: Vec<BillingCycle>,
}

/// Which of the partners and offers that subscriptions name are here.
#[derive(Debug)]
pub(super) struct SurveyFindings<'c> {
    center: &'c PartnerCenter,
    partners: HashMap<String, Option<TenantId>>,
    /// Offers that are not here and will not be.
    unknown: HashSet<String>,
}

impl<'c> Survey<'c> {
    /// Reads all files, and looks up the partners that they name.
    pub(in crate::import) async fn of(
        view: &View,
        files: &[Input],
        center: &'c PartnerCenter,
    ) -> Result<Self, ImportError> {
        let (collections, numbers) = (Collections::default(), HashMap::new());
        let mut survey = Self { center, collections, numbers, offers: BTreeMap::new() };
        for file in files {
            survey.read(file).map_err(|cause| file.unreadable(cause))?;
        }
        survey.find_partners(view).await?;
        Ok(survey)
    }

    /// Notes what the subscriptions of a file name, and what its pages say of their collections. What is wrong with one
    /// is reported when it is read again.
    fn read(&mut self, file: &Input) -> io::Result<()> {
        let mut items = Items::of(file.name.clone(), file.open()?);
        while let Some(item) = items.next_of(&mut self.collections)? {
            let Ok(mut resource) = item.resource else { continue };
            if kind(&resource) == Ok(ResourceKind::Subscription)
                && let Ok(sold) = sold::read(&mut resource, item.collection.as_deref(), self.center)
            {
                self.note(&item.place, sold);
            }
        }
        Ok(())
    }

    /// What is to be told of collections of which pages are missing.
    pub(super) fn notes(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.collections).notes()
    }

    fn note(&mut self, place: &Location, sold: Sold) {
        let Sold { subscription, reseller, offer_name, publisher } = sold;
        self.numbers.extend(reseller.map(|number| (number, None)));
        let sketch = self.offers.entry(subscription.offer).or_insert_with(|| OfferSketch {
            place: place.clone(),
            name: None,
            publisher: None,
            most: MOST,
            terms: Vec::new(),
            billing_cycles: Vec::new(),
        });
        sketch.name = sketch.name.take().or(offer_name);
        sketch.publisher = sketch.publisher.take().or(publisher);
        sketch.add(subscription.quantity, subscription.term, subscription.billing_cycle);
        if let Some(next) = subscription.next_term {
            sketch.add(next.quantity, next.term, next.billing_cycle);
        }
    }

    /// Looks up the partners.
    async fn find_partners(&mut self, view: &View) -> Result<()> {
        for (number, tenant) in &mut self.numbers {
            *tenant = if *number == self.center.partner.partner_number {
                Some(self.center.partner.tenant_id)
            } else {
                let numbered =
                    view.select::<partner::Entity>().eq(partner::Column::PartnerNumber, number.as_str());
                numbered.one().await?.map(|partner| partner.tenant_id)
            };
        }
        Ok(())
    }

    /// Looks up the offers, and makes those that are not there yet if that is wanted.
    pub(super) async fn find_offers(
        self,
        load: &BulkLoad,
    ) -> Result<(SurveyFindings<'c>, Vec<(Location, AnyRecord)>)> {
        let mut offers = self.offers;
        let mut findings =
            SurveyFindings { center: self.center, partners: self.numbers, unknown: HashSet::new() };
        let mut made = Vec::new();
        for sku in load.unknown_offers(offers.keys().cloned().collect()).await? {
            match offers.remove(&sku).filter(|_| self.center.add_offers).and_then(|sketch| sketch.offer(&sku))
            {
                Some(offer) => made.push(offer),
                None => drop(findings.unknown.insert(sku)),
            }
        }
        Ok((findings, made))
    }
}

impl OfferSketch {
    fn add(&mut self, quantity: i32, term: Term, billing_cycle: BillingCycle) {
        self.most = self.most.max(quantity);
        if let Err(at) = self.terms.binary_search(&term) {
            self.terms.insert(at, term);
        }
        if let Err(at) = self.billing_cycles.binary_search(&billing_cycle) {
            self.billing_cycles.insert(at, billing_cycle);
        }
    }

    /// The offer, if subscriptions say enough of it.
    fn offer(self, sku: &str) -> Option<(Location, AnyRecord)> {
        let offer = OfferRecord {
            sku: sku.to_owned(),
            name: self.name?,
            publisher: self.publisher?,
            min_quantity: 1,
            max_quantity: self.most,
            terms: self.terms,
            billing_cycles: self.billing_cycles,
            created_at: None,
        };
        Some((self.place, AnyRecord::Offer(offer)))
    }
}

impl SurveyFindings<'_> {
    /// The record of what was sold, if all that it names is here.
    pub(super) fn record(&self, sold: Sold) -> Result<AnyRecord, String> {
        let Sold { mut subscription, reseller, .. } = sold;
        if let Some(number) = reseller {
            let tenant = self.partners.get(&number).copied().flatten();
            subscription.partner_of_record = tenant.ok_or_else(|| {
                format!(
                    "partnerId is {number}, and no partner here has this number. Register the one that sold it, \
                     before what it sold is imported"
                )
            })?;
        }
        if self.unknown.contains(&subscription.offer) {
            let sku = &subscription.offer;
            let way_out = if self.center.add_offers {
                "Register it: it cannot be made of what the subscriptions say, without their offerName or publisherName"
            } else {
                "Register it, or have it made of what the subscriptions say with --add-offers"
            };
            return Err(format!("offerId is {sku}, and no offer here has this sku. {way_out}"));
        }
        Ok(AnyRecord::Subscription(subscription))
    }
}
