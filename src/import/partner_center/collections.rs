//! Whether the files have all pages of the collections that they have pages of.
//!
//! Partner Center returns long collections page by page. Each page says how many items the collection has, and where the
//! next page is. Whoever fetched only the first one would take it for all.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::super::{location::Location, reason::shown, report::Note};
use domain::number::whole;

/// What one page holds, and what it says of the collection that it is from.
#[derive(Debug)]
pub(super) struct PageSummary {
    /// Where the collection can be fetched, if the page tells.
    address: Option<String>,
    items: u64,
    /// How many items it says that there are.
    total: u64,
    has_next: bool,
}

/// The collections that the pages so far are from.
#[derive(Debug, Default)]
pub(super) struct Collections(HashMap<String, Extent>);

/// What all pages of a collection say together.
#[derive(Debug)]
struct Extent {
    /// Of the first page that was read.
    place: Location,
    /// Which of the collections it is, in the order of their first pages.
    number: usize,
    items: u64,
    total: u64,
    has_last: bool,
}

impl PageSummary {
    /// What a page says; none of its items was taken out.
    pub(super) fn of(page: &Map<String, Value>) -> Self {
        let items = page.get("items").and_then(Value::as_array);
        let first = || items?.first()?.as_object().and_then(link).and_then(|uri| uri.rsplit_once('/'));
        let own = link(page).or_else(|| first().map(|(collection, _)| collection));
        let next = page.get("links").and_then(|links| links.get("next"));
        let total = page.get("totalCount").and_then(Value::as_f64).and_then(whole);
        Self {
            address: own.map(address),
            items: items.map_or(0, |items| items.len() as u64),
            total: total.and_then(|total| u64::try_from(total).ok()).unwrap_or_default(),
            has_next: next.is_some_and(|next| next.get("uri").unwrap_or(next).is_string()),
        }
    }
}

impl Collections {
    pub(super) fn note(&mut self, place: Location, page: PageSummary) {
        let PageSummary { address, items, total, has_next } = page;
        let number = self.0.len();
        // What does not tell where it is from is taken for a collection of its own.
        let address = address.unwrap_or_else(|| format!("a collection without links.self ({number})"));
        let new = Extent { place, number, items: 0, total: 0, has_last: false };
        let extent = self.0.entry(address).or_insert(new);
        extent.items += items;
        extent.total = extent.total.max(total);
        extent.has_last |= !has_next;
    }

    /// What is told of those of which pages are missing.
    pub(super) fn notes(self) -> Vec<Note> {
        let mut incomplete: Vec<_> =
            self.0.into_iter().filter(|(_, extent)| extent.is_incomplete()).collect();
        incomplete.sort_by_key(|(_, extent)| extent.number);
        incomplete.into_iter().map(|(address, extent)| extent.note(&address)).collect()
    }
}

impl Extent {
    fn is_incomplete(&self) -> bool {
        !self.has_last || self.items < self.total
    }

    fn note(self, address: &str) -> Note {
        let Self { place, items, total, has_last, .. } = self;
        let count = if items < total { format!("{items} of {total} items are here") } else { String::new() };
        let next = if has_last { "" } else { "links.next leads to more" };
        let and = if count.is_empty() || has_last { "" } else { ", and " };
        let words = format!(
            "is not all of {address}: {count}{and}{next}. Fetch the pages that are missing, and import them too"
        );
        Note { place, words: shown(&words) }
    }
}

/// Where a resource says that it is.
pub(super) fn link(resource: &Map<String, Value>) -> Option<&str> {
    resource.get("links")?.get("self")?.get("uri")?.as_str()
}

/// The address that all pages of a collection have: without a host, and without what makes one of them this page.
fn address(uri: &str) -> String {
    let path = uri.split('?').next().unwrap_or_default().trim_end_matches('/').to_lowercase();
    path.find("/customers").and_then(|at| path.get(at..)).map_or_else(|| path.clone(), str::to_owned)
}
