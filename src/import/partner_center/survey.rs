//! What subscriptions name besides themselves, looked up before any of them is written: partners and offers.

use std::collections::{BTreeMap, HashMap, HashSet};

use entity::{BillingCycle, TenantId, Term};

use super::{PartnerCenter, sold::Sold};
use crate::Result;
use crate::import::place::Place;
use access::{Loading, Store};
use domain::record::{Offer, Record};

/// How many of an offer can be had, where nobody says: what Partner Center's catalogue says of most offers. A
/// subscription that has more has shown that more can be had.
const MOST: i32 = 10_000_000;

/// What the subscriptions of all files name. As long as they name few different offers, it is small.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// The numbers of partners, and whose they are.
    numbers: HashMap<String, Option<TenantId>>,
    offers: BTreeMap<String, Sketch>,
}

/// What subscriptions say of one offer.
#[derive(Debug)]
struct Sketch {
    /// Where it is named first.
    place: Place,
    name: Option<String>,
    publisher: Option<String>,
    most: i32,
    terms: Vec<Term>,
    billing_cycles: Vec<BillingCycle>,
}

/// What was found of that.
#[derive(Debug)]
pub(super) struct Findings {
    partners: HashMap<String, Option<TenantId>>,
    /// Offers that are not here and will not be.
    unknown: HashSet<String>,
}

impl Survey {
    pub(super) fn note(&mut self, place: &Place, sold: Sold) {
        let Sold { subscription, reseller, offer_name, publisher } = sold;
        self.numbers.extend(reseller.map(|number| (number, None)));
        let sketch = self.offers.entry(subscription.offer).or_insert_with(|| Sketch {
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
    pub(super) async fn find_partners(&mut self, store: &Store, sale: &PartnerCenter) -> Result<()> {
        for (number, tenant) in &mut self.numbers {
            *tenant = if *number == sale.partner.number {
                Some(sale.partner.tenant)
            } else {
                store.doorkeeper().partner_numbered(number).await?.map(|partner| partner.tenant)
            };
        }
        Ok(())
    }

    /// Looks up the offers, and makes those that are not there yet if that is wanted.
    pub(super) async fn find_offers(
        self,
        loading: &Loading,
        sale: &PartnerCenter,
    ) -> Result<(Findings, Vec<(Place, Record)>)> {
        let mut offers = self.offers;
        let mut findings = Findings { partners: self.numbers, unknown: HashSet::new() };
        let mut made = Vec::new();
        for sku in loading.unknown_offers(offers.keys().cloned().collect()).await? {
            match offers.remove(&sku).filter(|_| sale.add_offers).and_then(|sketch| sketch.offer(&sku)) {
                Some(offer) => made.push(offer),
                None => drop(findings.unknown.insert(sku)),
            }
        }
        Ok((findings, made))
    }
}

impl Sketch {
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
    fn offer(self, sku: &str) -> Option<(Place, Record)> {
        let offer = Offer {
            sku: sku.to_owned(),
            name: self.name?,
            publisher: self.publisher?,
            min_quantity: 1,
            max_quantity: self.most,
            terms: self.terms,
            billing_cycles: self.billing_cycles,
            created_at: None,
        };
        Some((self.place, Record::Offer(offer)))
    }
}

impl Findings {
    /// The record of what was sold, if all that it names is here.
    pub(super) fn record(&self, sold: Sold, sale: &PartnerCenter) -> Result<Record, String> {
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
            let way_out = if sale.add_offers {
                "Register it: it cannot be made of what the subscriptions say, without their offerName or publisherName"
            } else {
                "Register it, or have it made of what the subscriptions say with --add-offers"
            };
            return Err(format!("offerId is {sku}, and no offer here has this sku. {way_out}"));
        }
        Ok(Record::Subscription(subscription))
    }
}
