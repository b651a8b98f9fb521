//! One reading of a file, for its customers or for its subscriptions.

use std::io::{self, BufRead};
use std::vec::IntoIter;

use super::super::{
    Progress,
    left::Left,
    place::Place,
    reason::shown,
    source::{Entry, Source},
};
use super::{
    PartnerCenter, customer,
    items::{Item, Items},
    resource::Resource,
    sold,
    survey::Findings,
};
use domain::record::Record;

/// What the rules call otherwise than Partner Center.
const NAMES: [(&str, &str); 5] = [
    ("startsAt", "effectiveStartDate"),
    ("termEndsAt", "commitmentEndDate"),
    ("cancellableUntil", "cancellationAllowedUntilDate"),
    ("nextTerm", "scheduledNextTermInstructions"),
    ("createdAt", "creationDate"),
];

/// What a resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Customer,
    Subscription,
}

/// What a reading is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wanted<'f> {
    /// Customers, and whatever is nothing: it is told once.
    Customers,
    Subscriptions(&'f Findings),
}

/// A reading.
#[derive(Debug)]
pub(super) struct Pass<'f, R> {
    items: Items<R>,
    sale: &'f PartnerCenter,
    wanted: Wanted<'f>,
    /// How many entries it had.
    read: u64,
    left: Left,
}

impl<'f, R: BufRead> Pass<'f, R> {
    pub(super) fn of(items: Items<R>, sale: &'f PartnerCenter, wanted: Wanted<'f>) -> Self {
        Self { items, sale, wanted, read: 0, left: Left::default() }
    }

    /// What an item is, if it is wanted.
    fn record(&mut self, item: &mut Item) -> Option<Result<Record, String>> {
        let collection = item.collection.as_deref();
        let kind = item.resource.as_ref().map_err(Clone::clone).and_then(kind);
        let (Ok(resource), Ok(kind)) = (&mut item.resource, &kind) else {
            return matches!(self.wanted, Wanted::Customers).then(|| Err(kind.err().unwrap_or_default()));
        };
        let record = match (kind, self.wanted) {
            (Kind::Customer, Wanted::Customers) => customer::read(resource, self.sale).map(Record::Customer),
            (Kind::Subscription, Wanted::Subscriptions(findings)) => {
                sold::read(resource, collection, self.sale).and_then(|sold| findings.record(sold, self.sale))
            }
            (Kind::Customer, Wanted::Subscriptions(_)) | (Kind::Subscription, Wanted::Customers) => {
                return None;
            }
        };
        if record.is_ok() {
            resource.rest().iter().for_each(|path| self.left.note(path));
        }
        Some(record)
    }
}

impl<R: BufRead> Source for Pass<'_, R> {
    fn next(&mut self) -> io::Result<Option<Entry>> {
        while let Some(mut item) = self.items.next()? {
            if let Some(record) = self.record(&mut item) {
                self.read += 1;
                let record = record.map_err(|reason| shown(&reason));
                return Ok(Some(Entry { place: item.place, bytes: item.bytes, record }));
            }
        }
        Ok(None)
    }

    fn progress(&self) -> Progress {
        Progress { read: self.read, bytes: self.items.bytes_read() }
    }

    /// Told once, with the customers.
    fn has_none(&self) -> bool {
        matches!(self.wanted, Wanted::Customers) && self.items.has_none()
    }

    fn names(&self) -> &'static [(&'static str, &'static str)] {
        &NAMES
    }

    fn left(&self) -> Left {
        self.left.clone()
    }
}

/// What a resource is, by what it says that it is, else by what it has.
pub(super) fn kind(resource: &Resource) -> Result<Kind, String> {
    match resource.peek(&["attributes", "objectType"]) {
        Some(name) if name.eq_ignore_ascii_case("Customer") => Ok(Kind::Customer),
        Some(name) if name.eq_ignore_ascii_case("Subscription") => Ok(Kind::Subscription),
        Some(other) => Err(format!("is a {other}, neither a Customer nor a Subscription")),
        None if resource.has("companyProfile") => Ok(Kind::Customer),
        None if resource.has("offerId") || resource.has("commitmentEndDate") => Ok(Kind::Subscription),
        None => Err("is neither a customer nor a subscription, nor a collection of them".to_owned()),
    }
}

/// Offers that were made of what subscriptions say.
#[derive(Debug)]
pub(super) struct Made(IntoIter<(Place, Record)>);

impl From<Vec<(Place, Record)>> for Made {
    fn from(made: Vec<(Place, Record)>) -> Self {
        Self(made.into_iter())
    }
}

impl Source for Made {
    fn next(&mut self) -> io::Result<Option<Entry>> {
        Ok(self.0.next().map(|(place, record)| Entry { place, bytes: 0, record: Ok(record) }))
    }

    fn progress(&self) -> Progress {
        Progress::default()
    }
}
