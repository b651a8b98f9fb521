//! Server-sent events (HTML, section 9.2), as graphql-sse has them: one request for each operation, `next` for each result,
//! `complete` at the end.
//!
//! Only what stands in the log has an `id`, which a browser sends back as `Last-Event-ID`. A stream that ends without
//! `complete` was cut, and clients come back.

use actix_web::body::{BodyStream, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpResponse};
use entity::TenantId;
use futures_util::stream;
use rand::random_range;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::counts::{Counted, Gauged};
use super::session::{Session, ShutOut};
use super::stream::{Delivery, Expiry, LiveStream};
use crate::graphql::{Answer, EndReason, LiveOperation};
use crate::http::error::HttpError;
use crate::http::graphql::failed;
use crate::http::server::Service;
use access::View;

/// How many events may wait to be written.
const WAITING: usize = 4;

/// The events of a live operation.
///
/// # Errors
///
/// When there are too many streams, or the database does not answer.
pub async fn stream_events(
    service: &Service,
    operation: LiveOperation,
    (view, authorization): (View, Option<HeaderValue>),
    id: String,
) -> Result<HttpResponse, HttpError> {
    let (settings, tenant) = (&service.live_settings, view.viewer().tenant());
    let places = (
        service.counts.connections.take((), settings.connections),
        service.counts.of_tenant.take(tenant, settings.connections_per_tenant),
        service.counts.streams.take(tenant, settings.streams_per_tenant),
    );
    let (Some(connection), Some(of_tenant), Some(stream)) = places else {
        return Err(HttpError::too_many("There are too many streams open. Close some of them.".to_owned()));
    };
    let authorization = authorization.unwrap_or_else(|| HeaderValue::from_static(""));
    let session = Session::new(service.clone(), authorization, view.viewer().identity().clone());
    let expiry = (session.watch(), Expiry::EndsStream);
    let live = LiveStream::begin(service.clone(), operation, &view, expiry).await;
    let live = live.map_err(|error| failed(&error))?;
    let (out, written) = mpsc::channel(WAITING);
    let held = (of_tenant, stream);
    actix_web::rt::spawn(write(session, Box::new(live), id, out, held));
    Ok(respond(written, connection))
}

/// What a stream holds as long as it lasts.
type Held = (Counted<TenantId>, Counted<TenantId>);

/// Writes what is delivered, until the stream or the client ends, or the client does not read.
async fn write(
    session: Session,
    mut live: Box<LiveStream>,
    id: String,
    out: mpsc::Sender<Bytes>,
    _held: Held,
) {
    let _gauged = Gauged::new("copartner_live_event_streams");
    let service = session.service().clone();
    let (time, heartbeat) = (service.live_settings.write_time(), service.live_settings.heartbeat_time());
    let send = async |text: String| matches!(timeout(time, out.send(text.into())).await, Ok(Ok(())));
    // The first bytes at once, so that nothing on the way waits for them; and how long to wait before coming back.
    if !send(format!("retry: {}\n:\n\n", random_range(1_000..5_000))).await {
        return;
    }
    let mut stopping = std::pin::pin!(service.draining.is_over());
    let mut trust = service.trust.changes();
    loop {
        // Kept over heartbeats: what takes longer than one of them would begin again for ever.
        let mut next = Box::pin(live.next());
        let delivery = loop {
            tokio::select! {
                delivery = &mut next => break Ok(delivery),
                // The sender lives as long as the service, which this has.
                _ = trust.changed() => if let Some(shut_out) = session.shut_out().await {
                    break Err(shut_out);
                },
                () = tokio::time::sleep(heartbeat) => if !send(":\n\n".to_owned()).await {
                    return;
                },
                () = &mut stopping => return,
                () = out.closed() => return,
            }
        };
        drop(next);
        let delivery = delivery.unwrap_or_else(|shut_out| {
            Some(live.end_now(match shut_out {
                ShutOut::Barred(barred) => EndReason::Barred(barred),
                ShutOut::TokenRefused => EndReason::TokenRevoked,
                ShutOut::TokenUnverifiable => EndReason::TokenUnverifiable,
            }))
        });
        let Some(Delivery { answer, event }) = delivery else {
            send(COMPLETE.to_owned()).await;
            return;
        };
        if !send(next_event(answer, &id, event.as_deref())).await {
            return;
        }
    }
}

const COMPLETE: &str = "event: complete\ndata:\n\n";

/// A result as an event. Its JSON has no line breaks.
fn next_event(answer: Answer, request_id: &str, event: Option<&str>) -> String {
    let json = String::from_utf8_lossy(&answer.to_json(request_id)).into_owned();
    let id = event.map(|event| format!("id: {event}\n")).unwrap_or_default();
    format!("event: next\n{id}data: {json}\n\n")
}

/// The answer to a query or a mutation, as events.
pub fn answer_as_events(answer: Answer, request_id: &str) -> HttpResponse {
    let text = next_event(answer, request_id, None) + COMPLETE;
    headed().body(text)
}

/// The response, which keeps its place among all connections until the connection is gone.
fn respond(written: mpsc::Receiver<Bytes>, connection: Counted<()>) -> HttpResponse {
    let events = stream::unfold((written, connection), async |(mut written, connection)| {
        Some((Ok::<_, Error>(written.recv().await?), (written, connection)))
    });
    headed().body(BodyStream::new(Box::pin(events)))
}

/// What stands in the way must neither keep nor gather events.
fn headed() -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response
        .content_type("text/event-stream; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-store, no-transform"))
        .insert_header(("x-accel-buffering", "no"))
        .insert_header((CONTENT_ENCODING, HeaderValue::from_static(AS_IT_IS)));
    response
}

/// What keeps a response from being compressed here: a compressor would hold back events until it has enough of them.
const AS_IT_IS: &str = "identity";

/// Takes back from a response what kept it from being compressed. It is no coding to tell of (RFC 9110, section 8.4.1).
pub async fn without_coding(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = next.call(request).await?;
    if response.headers().get(CONTENT_ENCODING).is_some_and(|coding| coding == AS_IT_IS) {
        response.headers_mut().remove(CONTENT_ENCODING);
    }
    Ok(response)
}
