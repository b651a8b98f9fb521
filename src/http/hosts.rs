//! Under which names the server answers.
//!
//! A `Host` that is not a host is refused everywhere (RFC 9112, section 3.2): a proxy and the server must not read one
//! request as sent to two different hosts. A missing `Host`, or more than one, the transport refuses.
//!
//! In the demo, where everyone may be anyone, a page of another origin must not reach the server through a domain of its own
//! that resolves to this machine (DNS rebinding): for the browser both would be one origin. The name that the browser used is
//! in the `Host` header, which no page can change.

use std::net::IpAddr;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::HOST;
use actix_web::http::uri::Authority;
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse};

use super::server::Service;

/// The names that a server answers to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hosts {
    /// Whatever name it has in the network.
    #[default]
    Any,
    /// Only those of this machine for itself: `localhost`, and the loopback addresses.
    Loopback,
}

const MISDIRECTED: &str = "This server answers only to this machine, as localhost, 127.0.0.1 or [::1]. \
    Open it under one of these names.\n";

const NO_HOST: &str =
    "The Host header is not a host, with a port or without. Send the one of the address that you ask for.\n";

/// Refuses a request whose `Host` is malformed, or is not one of the server's.
pub async fn check_host(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody>>, Error> {
    if !request.headers().get_all(HOST).all(|host| host.to_str().is_ok_and(is_host)) {
        let refusal = HttpResponse::BadRequest().content_type("text/plain; charset=utf-8").body(NO_HOST);
        return Ok(request.into_response(refusal).map_into_right_body());
    }
    let hosts = Service::of(&request).map(|service| service.settings.hosts);
    if hosts == Some(Hosts::Loopback) && !is_sent_to_loopback(&request) {
        let refusal =
            HttpResponse::MisdirectedRequest().content_type("text/plain; charset=utf-8").body(MISDIRECTED);
        return Ok(request.into_response(refusal).map_into_right_body());
    }
    Ok(next.call(request).await?.map_into_left_body())
}

/// Whether it is a host, with a port or without, and nothing besides.
fn is_host(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let is_port = |port: &str| port.parse::<u16>().is_ok() && port.bytes().all(|byte| byte.is_ascii_digit());
    // What stands before the host is a user, which has no place here.
    let rest = host.strip_prefix(authority.host()).filter(|_| !authority.host().is_empty());
    rest.is_some_and(|rest| rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port))
}

fn is_sent_to_loopback(request: &ServiceRequest) -> bool {
    let target = request.uri().authority().map(|authority| Some(authority.as_str()));
    let headers = request.headers().get_all(HOST).map(|host| host.to_str().ok());
    let mut names = target.into_iter().chain(headers).peekable();
    names.peek().is_some() && names.all(|name| name.is_some_and(is_loopback))
}

/// Whether a host, with its port or without, is one of this machine's names for itself.
fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::{is_host, is_loopback};

    #[test]
    fn a_host_is_a_name_or_an_address_and_perhaps_a_port() {
        for host in [
            "api.example.com",
            "api.example.com:443",
            "a_b:4000",
            "127.0.0.1:4000",
            "[::1]",
            "[2001:db8::1]:80",
        ] {
            assert!(is_host(host), "{host}");
        }
        for host in [
            "",
            ":4000",
            "a b",
            "a/b",
            "a?b",
            "user@a",
            "user@a:80",
            "http://a",
            "a:",
            "a:+80",
            "a:port",
            "a:65536",
            "a:1:2",
            "[::1",
            "[::1]x",
            "::1",
            "<script>",
        ] {
            assert!(!is_host(host), "{host}");
        }
    }

    #[test]
    fn a_host_is_this_machine_by_its_name_and_not_by_what_the_name_begins_or_ends_with() {
        for host in ["localhost", "LocalHost:4000", "127.0.0.1", "127.0.0.1:4000", "[::1]", "[::1]:4000"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            ":4000",
            "localhost.evil.example",
            "evil.example:4000",
            "127.0.0.1.evil.example",
            "127.0.0.1@evil.example",
            "[::1",
            "0.0.0.0:4000",
            "192.168.1.2",
            "[2001:db8::1]:4000",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
