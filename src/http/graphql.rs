//! POST and GET at `/graphql`.

use actix_web::http::Method;
use actix_web::http::header::{ALLOW, AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use entity::Instant;
use gate::{AdmittedOperation, OperationKind};

use super::error::HttpError;
use super::media::{self, Media};
use super::pages;
use super::record::{HttpRequestId, RequestRecord};
use super::reply::{challenge, refuse, reply};
use super::request::{GraphqlRequest, read_body};
use super::server::Service;
use crate::Error;
use crate::graphql::{Answer, Code};
use access::View;
use domain::identity::Identity;
use domain::reason::Reason;

/// The methods of this route.
const METHODS: &str = "GET, HEAD, OPTIONS, POST";

/// Answers one GraphQL request, or shows a browser the page to write one.
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
    let mut record = RequestRecord::default();
    let media = Media::accepted(request.headers());
    let outcome = answer(&request, body, &service, &mut record).await;
    match (outcome, media) {
        (Ok(answer), Some(media)) => reply(answer, media, &id, record),
        (Ok(_), None) => refuse(&HttpError::not_acceptable(), Media::Json, &id, record),
        (Err(error), media) => {
            let mut response = refuse(&error, media.unwrap_or(Media::Json), &id, record);
            if error.code == Code::Unauthenticated {
                response.headers_mut().insert(WWW_AUTHENTICATE, challenge(request.headers()));
            }
            response
        }
    }
}

async fn answer(
    request: &HttpRequest,
    body: web::Payload,
    service: &Service,
    record: &mut RequestRecord,
) -> Result<Answer, HttpError> {
    let is_get = match *request.method() {
        // HEAD is GET without the body, which the transport leaves out.
        Method::GET | Method::HEAD => true,
        Method::POST => false,
        _ => {
            return Err(HttpError::wrong_method("GraphQL is asked by POST, or by GET for queries.", METHODS));
        }
    };
    let arrival = service.clock.now();
    let mut identity = identify(request, service, arrival, record).await?;
    if Media::accepted(request.headers()).is_none() {
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
    // The request's one instant. A body may have taken its time, in which grants ended and the token too.
    let at = service.clock.now();
    if at != arrival {
        identity = identify(request, service, at, record).await?;
    }
    let view = match service.store.doorkeeper().admit(identity, at).await {
        Ok(Some(view)) => view,
        Ok(None) => return Ok(Answer::forbidden(&[Reason::tenant_not_registered()])),
        Err(error) => return Err(failed(&error)),
    };
    let admitted = match service.api.admit(sent.parameters()) {
        Ok(admitted) => admitted,
        Err(rejection) => {
            record.statements = Some(view.statements());
            return Ok(Answer::rejected(&rejection));
        }
    };
    record.note(admitted.kind, admitted.name.as_deref());
    if is_get && admitted.kind != OperationKind::Query {
        let message = "A URL can carry a query only. Send this operation by POST.";
        return Err(HttpError::wrong_method(message, "POST"));
    }
    execute(service, admitted, view, record).await
}

/// Who bears the token that came with the request, as of `at`.
async fn identify(
    request: &HttpRequest,
    service: &Service,
    at: Instant,
    record: &mut RequestRecord,
) -> Result<Identity, HttpError> {
    let tokens = request.headers().get_all(AUTHORIZATION).map(HeaderValue::as_bytes);
    let identity = service.verifier.verify(tokens, at).await.map_err(|rejection| {
        record.refusal = Some(rejection.code());
        HttpError::unauthenticated()
    })?;
    record.tenant = Some(identity.tenant.0);
    record.subject = Some(identity.subject.clone());
    Ok(identity)
}

/// Executes within the time that a request has.
async fn execute(
    service: &Service,
    admitted: AdmittedOperation,
    view: View,
    record: &mut RequestRecord,
) -> Result<Answer, HttpError> {
    let time = service.settings.request_time();
    let execution = async {
        let answer = service.api.execute(admitted, view.clone()).await;
        // What was read has said that the tenant is registered; where nothing was, that is asked now.
        match view.is_standing().await {
            Ok(true) => Ok(answer),
            Ok(false) => Ok(Answer::forbidden(&[Reason::tenant_not_registered()])),
            Err(error) => Err(failed(&error)),
        }
    };
    let outcome = tokio::time::timeout(time, execution).await;
    record.statements = Some(view.statements());
    outcome.map_err(|_| HttpError::timeout(time))?
}

/// The tenant could not be looked up.
fn failed(error: &Error) -> HttpError {
    tracing::error!(?error, "the viewer's tenant cannot be looked up");
    match error {
        Error::Unavailable(outage, _) => HttpError::unavailable(*outage),
        _ => HttpError::internal(),
    }
}
