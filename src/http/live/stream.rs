//! One live operation: what is delivered of it, and when it ends.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant as Stopwatch};

use access::{FeedPosition, PlacedEvent, View};
use domain::event::{EventSubject, subject};
use domain::identity::Identity;
use domain::tenant::Barred;
use entity::event;
use rand::random_range;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::counts::Gauged;
use super::session::until;
use crate::graphql::{Answer, Code, EndReason, LiveOperation, event_id};
use crate::http::error::HttpError;
use crate::http::server::Service;
use crate::live::{Listening, News};
use crate::{Error, Result};

/// How many events are read at once by whoever is behind.
const PORTION: u32 = 100;

/// How long what the wall has decided may wait to be delivered. After that it is asked again.
const FRESH: Duration = Duration::from_secs(1);

/// How much later than its instant an event may be committed: an act has the instant at which its request had arrived.
const LATEST_COMMIT: Duration = Duration::from_mins(2);

/// What is delivered.
pub struct Delivery {
    pub answer: Answer,
    /// The event that the answer shows; None when it says why the stream ends.
    pub event: Option<String>,
}

/// What it means that the token expires.
#[derive(Clone, Copy, Debug)]
pub enum Expiry {
    /// The end of the stream.
    EndsStream,
    /// Nothing to the stream: its socket is closed, and its client comes back with a new token.
    IsTheSockets,
}

/// A live operation of one principal. It does nothing but when it is asked for what comes next.
pub struct LiveStream {
    service: Service,
    operation: LiveOperation,
    identity: watch::Receiver<Arc<Identity>>,
    listening: Listening,
    /// Events to be delivered, which the wall has shown at that time, and how far they reach.
    portion: VecDeque<PlacedEvent>,
    decided: Stopwatch,
    upto: FeedPosition,
    expiry: Expiry,
    /// Whether what the operation is narrowed to was visible, if it is; and whether that is to be asked again.
    target: Option<bool>,
    is_target_due: bool,
    /// Where the feed ended when what the operation is narrowed to had come to its end already.
    subject_ended_by: Option<FeedPosition>,
    last: Option<String>,
    end: Option<EndReason>,
    has_ended: bool,
    _gauged: Gauged,
}

impl LiveStream {
    /// Begins to listen as the viewer that has opened the operation.
    ///
    /// # Errors
    ///
    /// When the database cannot say what the viewer sees.
    pub async fn begin(
        service: Service,
        operation: LiveOperation,
        view: &View,
        (identity, expiry): (watch::Receiver<Arc<Identity>>, Expiry),
    ) -> Result<Self> {
        // First of all, so that nothing is missed while more is read.
        let place = match operation.events.after {
            Some(place) => place,
            None => service.live.end().await?,
        };
        let listening = service.live.listen(Arc::clone(&identity.borrow()), place);
        let target = operation.events.sees_target(view).await.map_err(wall_error)?;
        let is_over = operation.events.is_over(view).await.map_err(wall_error)?;
        let subject_ended_by = if is_over { Some(service.live.end().await?) } else { None };
        Ok(Self {
            upto: listening.place(),
            service,
            operation,
            identity,
            listening,
            portion: VecDeque::new(),
            decided: Stopwatch::now(),
            expiry,
            target,
            is_target_due: false,
            subject_ended_by,
            last: None,
            end: None,
            has_ended: false,
            _gauged: Gauged::new("copartner_live_streams"),
        })
    }

    /// What comes next, whenever that is; None after the end. Dropped before it is there, it comes the next time.
    pub async fn next(&mut self) -> Option<Delivery> {
        while !self.has_ended {
            if self.identity.has_changed().unwrap_or_default() {
                self.go_on_as_now();
            }
            if let Some(end) = self.end {
                return Some(self.end_now(end));
            }
            if self.is_expired() {
                self.expire().await;
            } else if self.portion.is_empty() {
                self.listening.advance(self.upto);
                self.check_target_or_wait().await;
            } else if self.decided.elapsed() > FRESH {
                self.drop_portion();
            } else if let Some((position, row)) = self.portion.front().cloned()
                && let Some(delivery) = self.deliver(position, row).await
            {
                return Some(delivery);
            }
        }
        None
    }

    fn is_expired(&self) -> bool {
        self.listening.identity().expires_at <= self.service.clock.now()
    }

    /// Nothing is delivered to whoever has no good token.
    async fn expire(&mut self) {
        match self.expiry {
            Expiry::EndsStream => self.end = Some(EndReason::TokenExpired),
            Expiry::IsTheSockets => {
                // Who holds the other end holds this stream, too. It is looked at by the caller.
                let _ = self.identity.changed().await;
                self.identity.mark_changed();
            }
        }
    }

    /// Has what was read but not delivered read anew.
    fn drop_portion(&mut self) {
        self.portion.clear();
        self.upto = self.listening.place();
    }

    async fn check_target_or_wait(&mut self) {
        if self.is_target_due {
            return self.check_target().await;
        }
        let place = self.listening.place();
        match self.subject_ended_by {
            Some(end) if end <= place => return self.end = Some(EndReason::SubjectEnded),
            Some(end) => return self.take(News::Behind(place, end)).await,
            None => (),
        }
        let now = self.service.clock.now();
        let token = until(self.listening.identity().expires_at, now);
        let range = self.operation.events.ends_at().map(|end| until(end + LATEST_COMMIT, now));
        tokio::select! {
            news = self.listening.news() => self.take(news).await,
            // Looked at by the caller.
            _ = self.identity.changed() => self.identity.mark_changed(),
            () = sleep(token) => (),
            () = sleep(range.unwrap_or_default()), if range.is_some() => self.end_when_range_is_over(),
        }
    }

    async fn take(&mut self, news: News) {
        let (after, until) = match news {
            News::Events(events) => {
                let is_of_relationship = |row: &event::Model| subject(row.kind) == EventSubject::Relationship;
                self.is_target_due |=
                    self.target.is_some() && events.iter().any(|(_, row)| is_of_relationship(row));
                self.upto = events.last().map_or(self.upto, |(position, _)| *position);
                self.portion = events.into();
                self.decided = Stopwatch::now();
                return;
            }
            News::Behind(after, until) => (after, until),
        };
        let read = async {
            let view = match self.view().await? {
                Ok(view) => view,
                Err(barred) => return Ok(Err(barred)),
            };
            let select = self.operation.events.select(&view).map_err(wall_error)?;
            let part = view.feed_part(select, (after, until), PORTION).await?;
            let barred = if part.events.is_empty() { view.barred().await? } else { None };
            Ok(barred.map_or(Ok(part), Err))
        };
        match read.await {
            Ok(Ok(part)) => {
                self.is_target_due |= self.target.is_some();
                self.upto = part.upto;
                self.portion = part.events.into();
                self.decided = Stopwatch::now();
            }
            Ok(Err(barred)) => self.end = Some(EndReason::Barred(barred)),
            Err(error) => self.rest(&error).await,
        }
    }

    /// Delivers an event that the wall has shown, unless the operation is narrowed to others.
    async fn deliver(&mut self, position: FeedPosition, row: Arc<event::Model>) -> Option<Delivery> {
        if !self.operation.events.matches(&row) {
            self.pass(position);
            return None;
        }
        let answer = match self.show(&row).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(barred)) => {
                self.end = Some(EndReason::Barred(barred));
                return None;
            }
            Err(error) => {
                // It comes again: nothing of it was delivered.
                self.drop_portion();
                self.rest(&error).await;
                return None;
            }
        };
        self.pass(position);
        self.last = Some(event_id(&row));
        if self.operation.events.is_last(&row) {
            self.end = Some(EndReason::SubjectEnded);
        }
        Some(Delivery { answer, event: self.last.clone() })
    }

    /// Goes on behind the event at the front.
    fn pass(&mut self, position: FeedPosition) {
        self.portion.pop_front();
        self.listening.advance(position);
    }

    /// The event as its viewer may see it now.
    async fn show(&self, row: &Arc<event::Model>) -> Result<Result<Answer, Barred>> {
        let view = match self.view().await? {
            Ok(view) => view,
            Err(barred) => return Ok(Err(barred)),
        };
        let time = self.service.settings.request_time();
        let shown = timeout(time, self.service.api.deliver(&self.operation, Arc::clone(row), view)).await;
        let (tenant, at) = (self.listening.identity().tenant, self.service.clock.now());
        self.service.rates.charge_afterwards(&self.service.store, tenant, self.operation.cost(), at).await;
        let answer = shown.unwrap_or_else(|_| HttpError::timeout(time).answer());
        if answer.code().as_deref() == Some(Code::Unavailable.name()) {
            return Err(Error::Internal("an event cannot be shown while the database is unavailable"));
        }
        Ok(Ok(answer))
    }

    /// The viewer as of now, or why its tenant is not let in any more.
    async fn view(&self) -> Result<Result<View, Barred>> {
        let identity = self.listening.identity().clone();
        self.service.store.doorkeeper().admit(identity, self.service.clock.now()).await
    }

    async fn check_target(&mut self) {
        let seen = async {
            let Ok(view) = self.view().await? else { return Ok(Some(false)) };
            self.operation.events.sees_target(&view).await.map_err(wall_error)
        };
        match seen.await {
            Ok(seen) => {
                self.is_target_due = false;
                if (self.target, seen) == (Some(true), Some(false)) {
                    self.end = Some(EndReason::AccessEnded);
                }
                self.target = seen;
            }
            Err(error) => self.rest(&error).await,
        }
    }

    /// Goes on as the principal is now, from the same place.
    fn go_on_as_now(&mut self) {
        let identity = Arc::clone(&self.identity.borrow_and_update());
        self.listening = self.service.live.listen(identity, self.listening.place());
        self.drop_portion();
        self.is_target_due = self.target.is_some();
    }

    fn end_when_range_is_over(&mut self) {
        let is_over = self
            .operation
            .events
            .ends_at()
            .is_some_and(|end| end + LATEST_COMMIT <= self.service.clock.now());
        if is_over {
            self.end = Some(EndReason::RangeEnded);
        }
    }

    /// The last that is delivered, for this reason.
    pub fn end_now(&mut self, reason: EndReason) -> Delivery {
        self.has_ended = true;
        Delivery { answer: Answer::ended(reason, self.last.as_deref()), event: None }
    }

    /// Waits before what failed is tried again, not as long as all others do.
    async fn rest(&self, error: &Error) {
        tracing::debug!(?error, "a stream waits for the database");
        sleep(Duration::from_millis(random_range(200..800))).await;
    }
}

/// The wall's error; the client's mistakes were told when the operation was opened.
fn wall_error(error: crate::graphql::Error) -> Error {
    match error {
        crate::graphql::Error::Access(error) => error,
        crate::graphql::Error::BadRequest(_) => Error::Internal("an open operation is not well formed"),
    }
}
