//! The items of all pages of a file, one by one.

use std::collections::VecDeque;
use std::io::{self, BufRead};
use std::sync::Arc;

use serde_json::Value;

use super::super::{
    location::{Location, Spot},
    reason::{DEEPEST, shown, twice, without_place},
    source::BLANK,
};
use super::{
    collections::{Collections, PageSummary, link},
    pages::{MAX_PAGE, ResponsePage, ResponsePages},
    resource::Resource,
};
use domain::json;

/// An item of a collection, or a resource that stands alone.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) place: Location,
    /// About how much of the file it is.
    pub(super) bytes: usize,
    /// Where the collection that it is in was taken from.
    pub(super) collection: Option<Arc<str>>,
    pub(super) resource: Result<Resource, String>,
}

/// Values, each with where its collection was taken from.
type PendingItems = VecDeque<(Option<Arc<str>>, Value)>;

/// The items of a file.
#[derive(Debug)]
pub(super) struct Items<R> {
    file: Arc<str>,
    pages: ResponsePages<R>,
    /// How many there were so far.
    number: u64,
    /// Those of the current page that were not returned yet.
    pending: PendingItems,
    bytes: usize,
    state: ReadingState,
}

/// How far the reading of a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ReadingState {
    /// There was no page yet.
    Blank,
    Begun,
    /// A page was not JSON: nobody can say where the next one begins.
    Lost,
}

impl<R: BufRead> Items<R> {
    pub(super) fn of(file: Arc<str>, reader: R) -> Self {
        Self {
            file,
            pages: ResponsePages::of(reader),
            number: 0,
            pending: VecDeque::new(),
            bytes: 0,
            state: ReadingState::Blank,
        }
    }

    /// How many bytes were read.
    pub(super) fn bytes_read(&self) -> u64 {
        self.pages.bytes()
    }

    /// Whether the file is well-formed and holds no item.
    pub(super) fn has_none(&self) -> bool {
        self.state == ReadingState::Begun && self.number == 0
    }

    /// The next item, None at the end. A page that cannot be read counts as one, placed by its line.
    pub(super) fn next(&mut self) -> io::Result<Option<Item>> {
        self.next_of(&mut Collections::default())
    }

    /// The same, and notes what the pages say of the collections that they are from.
    pub(super) fn next_of(&mut self, collections: &mut Collections) -> io::Result<Option<Item>> {
        while self.pending.is_empty() {
            if self.state == ReadingState::Lost {
                return Ok(None);
            }
            let Some(page) = self.pages.next()? else {
                if self.state == ReadingState::Begun {
                    return Ok(None);
                }
                self.state = ReadingState::Lost;
                return Ok(Some(failed_item(&self.file, Spot::Whole, BLANK.to_owned())));
            };
            self.state = ReadingState::Begun;
            let length = page.text.map_or(0, <[u8]>::len);
            let place = Location { file: Arc::clone(&self.file), spot: Spot::Line(page.line) };
            match open(&page, |page_summary| collections.note(place.clone(), page_summary)) {
                Ok(items) => self.pending = items,
                Err(PageError { line, reason, is_end }) => {
                    if is_end {
                        self.state = ReadingState::Lost;
                    }
                    return Ok(Some(failed_item(&self.file, Spot::Line(line), reason)));
                }
            }
            self.bytes = length / self.pending.len().max(1);
        }
        Ok(self.pending.pop_front().map(|(collection, value)| {
            self.number += 1;
            let id = value.get("id").and_then(Value::as_str).map(shown);
            let resource = match value {
                Value::Object(object) => Ok(Resource::from(object)),
                _ => Err("is not a JSON object".to_owned()),
            };
            let place = Location { file: Arc::clone(&self.file), spot: Spot::Item(self.number, id) };
            Item { place, bytes: self.bytes, collection, resource }
        }))
    }
}

/// An error in place of an item.
fn failed_item(file: &Arc<str>, spot: Spot, reason: String) -> Item {
    let place = Location { file: Arc::clone(file), spot };
    Item { place, bytes: 0, collection: None, resource: Err(reason) }
}

/// Why a page cannot be read.
#[derive(Debug)]
struct PageError {
    line: u64,
    reason: String,
    /// Whether nothing below it can be read.
    is_end: bool,
}

/// The items of a page. `note` hears what it says of each collection that is in it.
fn open(page: &ResponsePage<'_>, note: impl FnMut(PageSummary)) -> Result<PendingItems, PageError> {
    let error = |reason| PageError { line: page.line, reason, is_end: false };
    let too_long = || error(format!("holds a page of more than {MAX_PAGE} bytes: fetch it in smaller pages"));
    let document = json::explain(page.text.ok_or_else(too_long)?, DEEPEST).map_err(|error| {
        let line = page.line + (error.line as u64).saturating_sub(1);
        let is_end = error.repeated.is_none();
        let reason = error.repeated.map_or_else(
            || format!("is not JSON: {}. Nothing below it can be read", without_place(&error.reason)),
            |member| twice(&member),
        );
        PageError { line, reason, is_end }
    })?;
    let mut collector = ItemCollector { pending: PendingItems::new(), note };
    collector.add(document).map_err(error)?;
    Ok(collector.pending)
}

/// Collects the items of a document.
struct ItemCollector<T> {
    pending: PendingItems,
    note: T,
}

impl<T: FnMut(PageSummary)> ItemCollector<T> {
    /// Adds the items of a document: those of a collection, those of all documents of a list, or the document itself.
    fn add(&mut self, document: Value) -> Result<(), String> {
        match document {
            Value::Object(mut object) if object.contains_key("items") => {
                (self.note)(PageSummary::of(&object));
                let collection: Option<Arc<str>> = link(&object).map(Into::into);
                match object.remove("items") {
                    Some(Value::Array(items)) => {
                        self.pending.extend(items.into_iter().map(|item| (collection.clone(), item)));
                        Ok(())
                    }
                    Some(Value::Null) | None => Ok(()),
                    Some(_) => Err("holds a collection whose items are not a list".to_owned()),
                }
            }
            Value::Array(documents) => documents.into_iter().try_for_each(|document| self.add(document)),
            resource => {
                self.pending.push_back((None, resource));
                Ok(())
            }
        }
    }
}
