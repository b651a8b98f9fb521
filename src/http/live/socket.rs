//! The handshake of a socket: which pages may open one, which protocol is spoken, and how many there may be.

use actix_web::body::{BodyStream, BoxBody};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    AUTHORIZATION, HOST, HeaderMap, ORIGIN, RETRY_AFTER, SEC_WEBSOCKET_PROTOCOL, UPGRADE,
};
use actix_web::{HttpRequest, HttpResponse, web};
use rand::random_range;
use url::Url;

use super::connection::Connection;
use super::outbox::Outbox;
use super::protocol::{Closure, PROTOCOL};
use crate::http::server::Service;

/// Whether a request is the handshake of a WebSocket.
pub fn wants_socket(headers: &HeaderMap) -> bool {
    let upgrade = headers.get(UPGRADE).and_then(|upgrade| upgrade.to_str().ok());
    upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket"))
}

/// Opens a socket.
pub fn socket(request: &HttpRequest, body: web::Payload, service: &Service, id: &str) -> HttpResponse {
    if let Some(refusal) = refusal(request, service) {
        return refusal;
    }
    let client = service.settings.trust().client_of(request.peer_addr(), request.headers());
    let Some(address) = client else { return HttpResponse::BadRequest().finish() };
    let settings = &service.live_settings;
    let counted = service.counts.connections.take((), settings.connections);
    let waiting = service.counts.waiting.take(address, settings.waiting_per_address);
    let (Some(counted), Some(waiting)) = (counted, waiting) else {
        return later(StatusCode::TOO_MANY_REQUESTS, "There are too many sockets open. Try again later.\n");
    };
    let (response, _, incoming) = match actix_ws::handle_with_protocols(request, body, &[PROTOCOL]) {
        Ok(handshake) => handshake,
        Err(error) => return HttpResponse::from_error(error),
    };
    let outbox = Outbox::new(settings.write_time());
    // Kept until the connection is gone: the stock body, which tells the stream of messages then, and the place among all
    // connections, because a peer that does not read has one for longer than its socket.
    let response =
        response.map_body(|_, stock| BoxBody::new(BodyStream::new(outbox.frames((stock, counted)))));
    let speaks = request.headers().get_all(SEC_WEBSOCKET_PROTOCOL).any(|protocols| {
        protocols.to_str().is_ok_and(|protocols| protocols.split(',').any(|name| name.trim() == PROTOCOL))
    });
    if !speaks {
        outbox.close(&Closure::unknown_protocol());
        return response;
    }
    let most = service.settings.body_bytes;
    let connection = Connection {
        service: service.clone(),
        outbox,
        incoming: incoming.max_frame_size(most).aggregate_continuations().max_continuation_size(most),
        authorization: request.headers().get(AUTHORIZATION).cloned(),
        request_id: id.to_owned(),
        client,
        waiting: Some(waiting),
    };
    actix_web::rt::spawn(Box::new(connection).run());
    response
}

fn refusal(request: &HttpRequest, service: &Service) -> Option<HttpResponse> {
    if !is_allowed_origin(request.headers(), &service.settings.cors_origins) {
        let message = "Pages of this origin may not open a socket here. The setting `http.cors_origins` names those that may.\n";
        return Some(plain(StatusCode::FORBIDDEN, message));
    }
    if !request.query_string().is_empty() {
        let message = "A socket takes no parameters. Send the token as `authorization` in connection_init.\n";
        return Some(plain(StatusCode::BAD_REQUEST, message));
    }
    service
        .draining
        .has_begun()
        .then(|| later(StatusCode::SERVICE_UNAVAILABLE, "The server stops. Connect to another one.\n"))
}

/// A browser lets every page open a socket, so that the server has to look (RFC 6455, section 10.2). Programs name no
/// origin.
fn is_allowed_origin(headers: &HeaderMap, allowed: &[String]) -> bool {
    let Some(origin) = headers.get(ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    if allowed.iter().any(|allowed| allowed == origin) {
        return true;
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let own = Url::parse(origin).ok().and_then(|url| Some((url.host_str()?.to_owned(), url.port())));
    own.is_some_and(|(name, port)| {
        let authority = port.map_or_else(|| name.clone(), |port| format!("{name}:{port}"));
        host.is_some_and(|host| host.eq_ignore_ascii_case(&authority))
    })
}

fn plain(status: StatusCode, message: &'static str) -> HttpResponse {
    HttpResponse::build(status).content_type("text/plain; charset=utf-8").body(message)
}

/// A refusal of what may be tried again, not by all at the same time.
fn later(status: StatusCode, message: &'static str) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/plain; charset=utf-8")
        .insert_header((RETRY_AFTER, random_range(1..=5).to_string()))
        .body(message)
}
