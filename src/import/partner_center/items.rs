//! The items of all pages of a file, one by one.

use std::collections::VecDeque;
use std::io::{self, BufRead};
use std::sync::Arc;

use serde_json::Value;

use super::super::{
    place::{Place, Spot},
    reason::{DEEPEST, shown, twice, without_place},
    source::BLANK,
};
use super::{
    collections::{Collections, Part, link},
    pages::{MAX_PAGE, Page, Pages},
    resource::Resource,
};
use domain::json;

/// An item of a collection, or a resource that stands alone.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) place: Place,
    /// About how much of the file it is.
    pub(super) bytes: usize,
    /// Where the collection that it is in was taken from.
    pub(super) collection: Option<Arc<str>>,
    pub(super) resource: Result<Resource, String>,
}

/// Values, each with where its collection was taken from.
type Waiting = VecDeque<(Option<Arc<str>>, Value)>;

/// The items of a file.
#[derive(Debug)]
pub(super) struct Items<R> {
    file: Arc<str>,
    pages: Pages<R>,
    /// How many there were so far.
    number: u64,
    /// Those of the page at hand.
    waiting: Waiting,
    bytes: usize,
    state: State,
}

/// How the reading of a file is going.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// There was no page yet.
    Blank,
    Begun,
    /// Where a page is not JSON, nobody can say where the next one begins.
    Lost,
}

impl<R: BufRead> Items<R> {
    pub(super) fn of(file: Arc<str>, reader: R) -> Self {
        Self {
            file,
            pages: Pages::of(reader),
            number: 0,
            waiting: VecDeque::new(),
            bytes: 0,
            state: State::Blank,
        }
    }

    /// How many bytes were read.
    pub(super) fn bytes_read(&self) -> u64 {
        self.pages.bytes()
    }

    /// Whether the file is as it should be and holds no item.
    pub(super) fn has_none(&self) -> bool {
        self.state == State::Begun && self.number == 0
    }

    /// The next item, None at the end. A page that cannot be read counts as one, placed by its line.
    pub(super) fn next(&mut self) -> io::Result<Option<Item>> {
        self.next_of(&mut Collections::default())
    }

    /// The same, and notes what the pages say of their collections.
    pub(super) fn next_of(&mut self, collections: &mut Collections) -> io::Result<Option<Item>> {
        while self.waiting.is_empty() {
            if self.state == State::Lost {
                return Ok(None);
            }
            let Some(page) = self.pages.next()? else {
                if self.state == State::Begun {
                    return Ok(None);
                }
                self.state = State::Lost;
                return Ok(Some(fault(&self.file, Spot::Whole, BLANK.to_owned())));
            };
            self.state = State::Begun;
            let length = page.text.map_or(0, <[u8]>::len);
            let place = Place { file: Arc::clone(&self.file), spot: Spot::Line(page.line) };
            match open(&page, |part| collections.note(place.clone(), part)) {
                Ok(items) => self.waiting = items,
                Err(Fault { line, reason, is_end }) => {
                    if is_end {
                        self.state = State::Lost;
                    }
                    return Ok(Some(fault(&self.file, Spot::Line(line), reason)));
                }
            }
            self.bytes = length / self.waiting.len().max(1);
        }
        Ok(self.waiting.pop_front().map(|(collection, value)| {
            self.number += 1;
            let id = value.get("id").and_then(Value::as_str).map(shown);
            let resource = match value {
                Value::Object(object) => Ok(Resource::from(object)),
                _ => Err("is not a JSON object".to_owned()),
            };
            let place = Place { file: Arc::clone(&self.file), spot: Spot::Item(self.number, id) };
            Item { place, bytes: self.bytes, collection, resource }
        }))
    }
}

/// What is told in the place of an item.
fn fault(file: &Arc<str>, spot: Spot, reason: String) -> Item {
    let place = Place { file: Arc::clone(file), spot };
    Item { place, bytes: 0, collection: None, resource: Err(reason) }
}

/// What is wrong with a page.
#[derive(Debug)]
struct Fault {
    line: u64,
    reason: String,
    /// Whether nothing below it can be read.
    is_end: bool,
}

/// The items of a page. `tell` hears what it says of each collection that is in it.
fn open(page: &Page<'_>, tell: impl FnMut(Part)) -> Result<Waiting, Fault> {
    let fault = |reason| Fault { line: page.line, reason, is_end: false };
    let too_long = || fault(format!("holds a page of more than {MAX_PAGE} bytes: fetch it in smaller pages"));
    let document = json::explain(page.text.ok_or_else(too_long)?, DEEPEST).map_err(|flaw| {
        let line = page.line + (flaw.line as u64).saturating_sub(1);
        let is_end = flaw.repeated.is_none();
        let reason = flaw.repeated.map_or_else(
            || format!("is not JSON: {}. Nothing below it can be read", without_place(&flaw.reason)),
            |member| twice(&member),
        );
        Fault { line, reason, is_end }
    })?;
    let mut unfolding = Unfolding { waiting: Waiting::new(), tell };
    unfolding.unfold(document).map_err(fault)?;
    Ok(unfolding.waiting)
}

/// A document on its way to become items.
struct Unfolding<T> {
    waiting: Waiting,
    tell: T,
}

impl<T: FnMut(Part)> Unfolding<T> {
    /// Puts the items of a document in line: those of a collection, of a list, or itself.
    fn unfold(&mut self, document: Value) -> Result<(), String> {
        match document {
            Value::Object(mut object) if object.contains_key("items") => {
                (self.tell)(Part::of(&object));
                let collection: Option<Arc<str>> = link(&object).map(Into::into);
                match object.remove("items") {
                    Some(Value::Array(items)) => {
                        self.waiting.extend(items.into_iter().map(|item| (collection.clone(), item)));
                        Ok(())
                    }
                    Some(Value::Null) | None => Ok(()),
                    Some(_) => Err("holds a collection whose items are not a list".to_owned()),
                }
            }
            Value::Array(documents) => documents.into_iter().try_for_each(|document| self.unfold(document)),
            resource => {
                self.waiting.push_back((None, resource));
                Ok(())
            }
        }
    }
}
