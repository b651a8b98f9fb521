//! One line for each request, and what the metrics count of it.
//!
//! The line has who asked, from where, what kind of operation and how it went; never a token, a variable, a query or an answer.

use std::net::IpAddr;
use std::time::{Duration, Instant as Stopwatch};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};
use gate::OperationKind;
use tracing::Instrument;
use uuid::Uuid;

use super::metrics;
pub use super::metrics::count_rejection;
use super::server::Service;

/// The header that carries a request's id, both ways.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// How many characters of an operation's name the line has at most.
const LONGEST_NAME: usize = 100;

/// What is known of a request when it is answered.
#[derive(Clone, Debug, Default)]
pub struct RequestRecord {
    pub tenant: Option<Uuid>,
    pub subject: Option<String>,
    pub operation: Option<&'static str>,
    pub operation_name: Option<String>,
    /// The code of the first error.
    pub code: Option<String>,
    /// Why the token was refused, if it was.
    pub refusal: Option<&'static str>,
    pub statements: Option<u32>,
    /// What the tenant has left, as headers tell it.
    pub rate: Option<[(HeaderName, HeaderValue); 2]>,
}

impl RequestRecord {
    /// Notes which operation it is. Its name may be as long as its document.
    pub fn note(&mut self, kind: OperationKind, name: Option<&str>) {
        self.operation = Some(match kind {
            OperationKind::Query => "query",
            OperationKind::Mutation => "mutation",
            OperationKind::Subscription => "subscription",
        });
        self.operation_name = name.map(|name| name.chars().take(LONGEST_NAME).collect());
    }
}

/// The id of a request: the caller's, if it gave a plain one, so that it can follow the request through its systems.
#[derive(Clone, Debug)]
pub struct HttpRequestId(pub String);

impl HttpRequestId {
    fn of(headers: &HeaderMap) -> Self {
        let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
        let is_plain = |id: &&str| {
            (1..=64).contains(&id.len())
                && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        };
        Self(given.filter(is_plain).map_or_else(|| Uuid::now_v7().to_string(), str::to_owned))
    }
}

/// Gives the request an id, and writes its line when it is answered.
pub async fn record(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let started = Stopwatch::now();
    let id = HttpRequestId::of(request.headers());
    request.extensions_mut().insert(id.clone());
    let client = Service::of(&request)
        .and_then(|service| service.settings.trust().client_of(request.peer_addr(), request.headers()));
    let method = request.method().clone();
    let span = tracing::info_span!("request", id = %id.0);
    let mut response = next.call(request).instrument(span.clone()).await?;
    let elapsed = started.elapsed();
    let record = response.response().extensions().get::<RequestRecord>().cloned();
    let status = response.status().as_u16();
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    if let Some(record) = record {
        write_line(&record, &id.0, client, Some(status), elapsed);
    } else {
        // The route, not the path: whoever mistakes one may have put a token into it.
        let path = response.request().match_pattern();
        tracing::debug!(id = id.0, client = client.map(display), %method, path, status, ms = tenths(elapsed), "http");
    }
    Ok(response)
}

/// Writes the line of an operation, and counts it. On a socket it has no status.
pub fn write_line(
    record: &RequestRecord,
    id: &str,
    client: Option<IpAddr>,
    status: Option<u16>,
    elapsed: Duration,
) {
    metrics::count_request(record, status, elapsed);
    let RequestRecord { tenant, subject, operation, operation_name, code, refusal, statements, rate: _ } =
        record;
    tracing::info!(
        id,
        client = client.map(display),
        status,
        tenant = tenant.map(display),
        subject,
        operation,
        name = operation_name,
        code,
        refusal,
        ms = tenths(elapsed),
        statements,
        "graphql"
    );
}

/// Milliseconds, to a tenth, and a number: what reads the log in JSON adds them up.
fn tenths(elapsed: Duration) -> f64 {
    (elapsed.as_secs_f64() * 10_000.0).round() / 10.0
}
