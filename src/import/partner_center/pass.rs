//! One reading of a file, for its customers or for its subscriptions.

use std::io::{self, BufRead};
use std::vec::IntoIter;

use super::super::{
    ImportProgress,
    ignored_fields::IgnoredFields,
    location::Location,
    reason::shown,
    source::{Source, SourceEntry},
};
use super::{
    PartnerCenter, customer,
    items::{Item, Items},
    resource::Resource,
    sold,
    survey::SurveyFindings,
};
use access::AnyRecord;

/// Fields that Partner Center gives other names: ours and theirs.
const NAMES: [(&str, &str); 5] = [
    ("startsAt", "effectiveStartDate"),
    ("termEndsAt", "commitmentEndDate"),
    ("cancellableUntil", "cancellationAllowedUntilDate"),
    ("nextTerm", "scheduledNextTermInstructions"),
    ("createdAt", "creationDate"),
];

/// Of which kind a resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ResourceKind {
    Customer,
    Subscription,
}

/// Of which kind the records of a pass are.
#[derive(Clone, Copy, Debug)]
pub(super) enum WantedResources<'f> {
    /// Customers. Resources of no kind are reported in this pass, and so only once.
    Customers,
    Subscriptions(&'f SurveyFindings<'f>),
}

/// One reading of a file.
#[derive(Debug)]
pub(super) struct Pass<'f, R> {
    items: Items<R>,
    center: &'f PartnerCenter,
    wanted: WantedResources<'f>,
    /// How many entries it had.
    read: u64,
    ignored: IgnoredFields,
}

impl<'f, R: BufRead> Pass<'f, R> {
    pub(super) fn of(items: Items<R>, center: &'f PartnerCenter, wanted: WantedResources<'f>) -> Self {
        Self { items, center, wanted, read: 0, ignored: IgnoredFields::default() }
    }

    /// The record of an item, if it is of the wanted kind.
    fn record(&mut self, item: &mut Item) -> Option<Result<AnyRecord, String>> {
        let collection = item.collection.as_deref();
        let kind = item.resource.as_ref().map_err(Clone::clone).and_then(kind);
        let (Ok(resource), Ok(kind)) = (&mut item.resource, &kind) else {
            return matches!(self.wanted, WantedResources::Customers)
                .then(|| Err(kind.err().unwrap_or_default()));
        };
        let record = match (kind, self.wanted) {
            (ResourceKind::Customer, WantedResources::Customers) => {
                customer::read(resource, self.center).map(AnyRecord::Customer)
            }
            (ResourceKind::Subscription, WantedResources::Subscriptions(findings)) => {
                sold::read(resource, collection, self.center).and_then(|sold| findings.record(sold))
            }
            (ResourceKind::Customer, WantedResources::Subscriptions(_))
            | (ResourceKind::Subscription, WantedResources::Customers) => {
                return None;
            }
        };
        if record.is_ok() {
            resource.rest().iter().for_each(|path| self.ignored.note(path));
        }
        Some(record)
    }
}

impl<R: BufRead> Source for Pass<'_, R> {
    fn next(&mut self) -> io::Result<Option<SourceEntry>> {
        while let Some(mut item) = self.items.next()? {
            if let Some(record) = self.record(&mut item) {
                self.read += 1;
                let record = record.map_err(|reason| shown(&reason));
                return Ok(Some(SourceEntry { place: item.place, bytes: item.bytes, record }));
            }
        }
        Ok(None)
    }

    fn progress(&self) -> ImportProgress {
        ImportProgress { read: self.read, bytes: self.items.bytes_read() }
    }

    /// Reported once, in the pass for customers.
    fn has_none(&self) -> bool {
        matches!(self.wanted, WantedResources::Customers) && self.items.has_none()
    }

    fn names(&self) -> &'static [(&'static str, &'static str)] {
        &NAMES
    }

    fn ignored(&self) -> IgnoredFields {
        self.ignored.clone()
    }
}

/// The kind of a resource: the one that it names, else the one whose fields it has.
pub(super) fn kind(resource: &Resource) -> Result<ResourceKind, String> {
    match resource.peek(&["attributes", "objectType"]) {
        Some(name) if name.eq_ignore_ascii_case("Customer") => Ok(ResourceKind::Customer),
        Some(name) if name.eq_ignore_ascii_case("Subscription") => Ok(ResourceKind::Subscription),
        Some(other) => Err(format!("is a {other}, neither a Customer nor a Subscription")),
        None if resource.has("companyProfile") => Ok(ResourceKind::Customer),
        None if resource.has("offerId") || resource.has("commitmentEndDate") => {
            Ok(ResourceKind::Subscription)
        }
        None => Err("is neither a customer nor a subscription, nor a collection of them".to_owned()),
    }
}

/// Offers that are derived from subscriptions.
#[derive(Debug)]
pub(super) struct DerivedOffers(IntoIter<(Location, AnyRecord)>);

impl From<Vec<(Location, AnyRecord)>> for DerivedOffers {
    fn from(made: Vec<(Location, AnyRecord)>) -> Self {
        Self(made.into_iter())
    }
}

impl Source for DerivedOffers {
    fn next(&mut self) -> io::Result<Option<SourceEntry>> {
        Ok(self.0.next().map(|(place, record)| SourceEntry { place, bytes: 0, record: Ok(record) }))
    }

    fn progress(&self) -> ImportProgress {
        ImportProgress::default()
    }
}
