//! POST and GET at `/graphql`.

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::http::header::{ALLOW, AUTHORIZATION, HeaderName, HeaderValue, WWW_AUTHENTICATE};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use entity::Instant;
use gate::{AdmittedOperation, OperationKind};

use super::bulkhead::Closed;
use super::error::HttpError;
use super::live;
use super::media::{self, Media};
use super::misses::even_out;
use super::pages;
use super::rate::{Charge, Refused};
use super::record::{HttpRequestId, RequestRecord};
use super::reply::{challenge, kept, refuse, reply};
use super::request::{GraphqlRequest, read_body};
use super::server::Service;
use crate::Error;
use crate::graphql::{Answer, Code, LiveOperation, Stage, price};
use access::{Outage, View};
use domain::identity::Identity;
use domain::tenant::Barred;

/// The methods of this route.
const METHODS: &str = "GET, HEAD, OPTIONS, POST";

/// What a browser sends when it comes back to a stream of events (HTML, section 9.2.4).
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Answers one GraphQL request, opens a socket for many, or shows a browser the page to write one.
///
/// Who asks is settled before anything that was sent is read.
pub async fn graphql(
    request: HttpRequest,
    body: web::Payload,
    service: web::ThinData<Service>,
) -> HttpResponse {
    let id =
        request.extensions().get::<HttpRequestId>().cloned().unwrap_or_else(|| HttpRequestId(String::new()));
    if *request.method() == Method::OPTIONS {
        return HttpResponse::NoContent().insert_header((ALLOW, METHODS)).finish();
    }
    if matches!(*request.method(), Method::GET | Method::HEAD)
        && request.query_string().is_empty()
        && media::wants_page(request.headers())
    {
        return pages::page(&service);
    }
    if live::wants_socket(request.headers()) {
        return live::socket(&request, body, &service, &id.0);
    }
    let mut record = RequestRecord::default();
    let media = Media::accepted(request.headers());
    let outcome = answer(&request, body, &service, &mut record).await;
    match (outcome, media) {
        (Ok(Outcome::Answer(answer)), Some(media)) => reply(answer, media, &id, record),
        // Whoever takes nothing but events: what was not executed is no event.
        (Ok(Outcome::Answer(answer)), None) if answer.stage() == Stage::Executed => {
            record.code = answer.code();
            kept(live::answer_as_events(answer, &id.0), record)
        }
        (Ok(Outcome::Answer(answer)), None) => reply(answer, Media::GraphqlResponse, &id, record),
        (Ok(Outcome::Live(operation, view)), media) => {
            let authorization = request.headers().get(AUTHORIZATION).cloned();
            match live::stream_events(&service, *operation, (view, authorization), id.0.clone()).await {
                Ok(response) => kept(response, record),
                Err(error) => refuse(&error, media.unwrap_or(Media::Json), &id, record),
            }
        }
        (Err(error), media) => {
            let mut response = refuse(&error, media.unwrap_or(Media::Json), &id, record);
            if error.code == Code::Unauthenticated {
                response.headers_mut().insert(WWW_AUTHENTICATE, challenge(request.headers()));
            }
            response
        }
    }
}

/// What comes of a request.
enum Outcome {
    Answer(Answer),
    /// A live operation, which its viewer has opened.
    Live(Box<LiveOperation>, View),
}

async fn answer(
    request: &HttpRequest,
    body: web::Payload,
    service: &Service,
    record: &mut RequestRecord,
) -> Result<Outcome, HttpError> {
    let is_get = match *request.method() {
        // HEAD is GET without the body, which the transport leaves out.
        Method::GET | Method::HEAD => true,
        Method::POST => false,
        _ => {
            return Err(HttpError::wrong_method("GraphQL is asked by POST, or by GET for queries.", METHODS));
        }
    };
    let tokens = || request.headers().get_all(AUTHORIZATION).map(HeaderValue::as_bytes);
    let arrival = service.clock.now();
    let mut identity = identify(service, tokens(), arrival, record).await?;
    let takes_events = media::takes_events(request.headers());
    if Media::accepted(request.headers()).is_none() && !takes_events {
        return Err(HttpError::not_acceptable());
    }
    let settings = &service.settings;
    let sent = if is_get {
        GraphqlRequest::from_url(request.query_string())?
    } else if !media::sends_plainly(request.headers()) {
        return Err(HttpError::encoded());
    } else if media::sends_json(request.headers()) {
        GraphqlRequest::from_body(&read_body(body, settings.body_bytes, settings.body_time()).await?)?
    } else {
        return Err(HttpError::not_json());
    };
    let sent = service.documents.resolve(identity.tenant, sent)?;
    // The request's one instant. A body may have taken its time, in which grants ended and the token too.
    let at = service.clock.now();
    if at != arrival {
        identity = identify(service, tokens(), at, record).await?;
    }
    let view = match admit_viewer(service, identity, at).await? {
        Ok(view) => view,
        Err(barred) => return Ok(Outcome::Answer(Answer::forbidden(&[barred.reason()]))),
    };
    let admitted = match admit(service, &sent, &view, record).await? {
        Ok(admitted) => admitted,
        Err(answer) => {
            record.statements = Some(view.statements());
            return Ok(Outcome::Answer(answer));
        }
    };
    let is_mistaken = match admitted.kind {
        OperationKind::Query => false,
        OperationKind::Mutation => is_get,
        OperationKind::Subscription => !takes_events,
    };
    if is_mistaken {
        // It was read, and that costs, too.
        service.rates.charge_afterwards(&service.store, view.viewer().tenant(), 1, at).await;
    }
    match admitted.kind {
        OperationKind::Mutation if is_get => {
            let message = "A URL can carry a query only. Send this operation by POST.";
            Err(HttpError::wrong_method(message, "POST"))
        }
        OperationKind::Subscription if !takes_events => Err(HttpError::no_stream()),
        OperationKind::Subscription => {
            open(service, admitted, view, request.headers().get(LAST_EVENT_ID), record).await
        }
        OperationKind::Query | OperationKind::Mutation => {
            execute(service, admitted, view, record).await.map(Outcome::Answer)
        }
    }
}

/// Opens a live operation. What a browser remembers of the events it got is newer than what it asked for at first.
async fn open(
    service: &Service,
    admitted: AdmittedOperation,
    view: View,
    last: Option<&HeaderValue>,
    record: &mut RequestRecord,
) -> Result<Outcome, HttpError> {
    let time = service.settings.request_time();
    charge(service, &admitted, &view, record).await?;
    let opening = async {
        let last = last.map(|last| last.to_str().unwrap_or_default());
        let operation = service.api.open(admitted, view.clone(), last).await?;
        match view.barred().await {
            Ok(None) => Ok(operation),
            Ok(Some(barred)) => Err(Answer::forbidden(&[barred.reason()])),
            Err(error) => Err(failed(&error).answer()),
        }
    };
    let begun = tokio::time::Instant::now();
    let opened = tokio::time::timeout(time, opening).await;
    record.statements = Some(view.statements());
    even_out(&view, begun).await;
    match opened.map_err(|_| HttpError::timeout(time))? {
        Ok(operation) => Ok(Outcome::Live(Box::new(operation), view)),
        Err(answer) => Ok(Outcome::Answer(answer)),
    }
}

/// Who bears one of these tokens, as of `at`.
pub(super) async fn identify<'t>(
    service: &Service,
    tokens: impl IntoIterator<Item = &'t [u8]>,
    at: Instant,
    record: &mut RequestRecord,
) -> Result<Identity, HttpError> {
    // Before the token: whoever comes now is neither let in nor told that its token is not good.
    if !service.trust.is_current() {
        return Err(HttpError::unavailable(Outage::Away));
    }
    let identity = service.verifier.verify(tokens, at).await.map_err(|rejection| {
        record.refusal = Some(rejection.code());
        if rejection.passes() { HttpError::unverifiable() } else { HttpError::unauthenticated() }
    })?;
    record.tenant = Some(identity.tenant.0);
    record.subject = Some(identity.subject.clone());
    Ok(identity)
}

/// The view of whoever is let in, or why its tenant is not.
pub(super) async fn admit_viewer(
    service: &Service,
    identity: Identity,
    at: Instant,
) -> Result<Result<View, Barred>, HttpError> {
    service.store.doorkeeper().admit(identity, at).await.map_err(|error| failed(&error))
}

/// Executes within the time that a request has.
pub(super) async fn execute(
    service: &Service,
    admitted: AdmittedOperation,
    view: View,
    record: &mut RequestRecord,
) -> Result<Answer, HttpError> {
    let time = service.settings.request_time();
    let is_query = admitted.kind == OperationKind::Query;
    let charge = charge(service, &admitted, &view, record).await?;
    let begun = tokio::time::Instant::now();
    let (api, limit) = (Arc::clone(&service.api), charge.limit.clone());
    let execution = service.bulkhead.run(limit.cost, &view, |view| async move {
        let answer = api.execute(admitted, view.clone(), limit).await;
        // What was read has said that the tenant is let in; where nothing was, that is asked now.
        match view.barred().await {
            Ok(None) => Ok(answer),
            Ok(Some(barred)) => Ok(Answer::forbidden(&[barred.reason()])),
            Err(error) => Err(failed(&error)),
        }
    });
    let outcome = tokio::time::timeout(time, execution).await;
    record.statements = Some(view.statements());
    // What was given up keeps its whole price, and what writes has one that is not by what it reads.
    if outcome.is_ok() && is_query {
        charge.settle(view.rows_found());
    }
    even_out(&view, begun).await;
    let apart = |error: Closed| {
        tracing::error!(%error, "a dear operation was not run");
        HttpError::internal()
    };
    outcome.map_err(|_| HttpError::timeout(time))?.map_err(apart)?
}

/// What passes the gate of what was sent, for whoever has points left; else the answer that says what is wrong with it, which costs
/// one.
pub(super) async fn admit(
    service: &Service,
    sent: &GraphqlRequest,
    view: &View,
    record: &mut RequestRecord,
) -> Result<Result<AdmittedOperation, Answer>, HttpError> {
    let (rates, tenant) = (&service.rates, view.viewer().tenant());
    rates.check(tenant, view.at()).map_err(|refused| refuse_charge(service, &refused, record))?;
    match service.api.admit(sent.parameters()) {
        Ok(admitted) => {
            record.note(admitted.kind, admitted.name.as_deref());
            if let Err(refused) = service.documents.check_introspection(view.viewer(), &admitted) {
                rates.charge_afterwards(&service.store, tenant, 1, view.at()).await;
                return Err(refused);
            }
            Ok(Ok(admitted))
        }
        Err(rejection) => {
            rates.charge_afterwards(&service.store, tenant, 1, view.at()).await;
            Ok(Err(Answer::rejected(&rejection)))
        }
    }
}

/// Charges the viewer's tenant with an operation, and notes what it has left.
pub(super) async fn charge(
    service: &Service,
    admitted: &AdmittedOperation,
    view: &View,
    record: &mut RequestRecord,
) -> Result<Charge, HttpError> {
    let rates = &service.rates;
    match rates.charge(&service.store, view.viewer().tenant(), price(admitted), view.at()).await {
        Ok(charge) => {
            record.rate = rates.headers(&charge.limit, charge.limit.seconds);
            Ok(charge)
        }
        Err(refused) => Err(refuse_charge(service, &refused, record)),
    }
}

fn refuse_charge(service: &Service, refused: &Refused, record: &mut RequestRecord) -> HttpError {
    if let Refused::Points(limit, seconds) = refused {
        record.rate = service.rates.headers(limit, *seconds);
    }
    HttpError::rate_limited(refused)
}

/// The tenant could not be looked up.
pub(super) fn failed(error: &Error) -> HttpError {
    tracing::error!(?error, "the viewer's tenant cannot be looked up");
    match error {
        Error::Unavailable(outage, _) => HttpError::unavailable(*outage),
        _ => HttpError::internal(),
    }
}
