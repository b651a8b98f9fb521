//! Under which names the server answers.
//!
//! Where everyone may be anyone, a page from elsewhere must not reach the server through a name of its own that it lets
//! point to this machine (DNS rebinding): to the browser they would be one origin. The name that a browser asks for is in
//! the `Host` header, which no page can change.

use std::net::IpAddr;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::HOST;
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, web};

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

/// Refuses a request that was sent to another name.
pub async fn answer_to(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody>>, Error> {
    let hosts = request.app_data::<web::ThinData<Service>>().map(|service| service.settings.hosts);
    if hosts == Some(Hosts::Loopback) && !is_sent_to_loopback(&request) {
        let refusal =
            HttpResponse::MisdirectedRequest().content_type("text/plain; charset=utf-8").body(MISDIRECTED);
        return Ok(request.into_response(refusal).map_into_right_body());
    }
    Ok(next.call(request).await?.map_into_left_body())
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
    use super::is_loopback;

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
