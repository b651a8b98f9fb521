//! The address of the client that a request comes from, for the log.
//!
//! Whoever connects can write any `Forwarded` or `X-Forwarded-For`. So what such a header says counts only from proxies
//! that the configuration trusts, and from its end, where the nearest of them has written: the first address that is no
//! trusted proxy's is the client. Nothing is decided by it.

use std::net::{IpAddr, SocketAddr};

use actix_web::http::header::{FORWARDED, HeaderMap, X_FORWARDED_FOR};
use domain::network::Network;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The header in which the trusted proxies name the client. The other header is not read: a client can send it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`, a list of addresses.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239), whose `for` has them.
    Forwarded,
}

/// Which proxies are trusted to name the client, and in which header.
#[derive(Clone, Copy, Debug)]
pub struct Trust<'s> {
    pub proxies: &'s [Network],
    pub header: ForwardedHeader,
}

impl Trust<'_> {
    /// The client's address: the peer's, or what trusted proxies say of it. Where they do not name an address, it is the
    /// last proxy's.
    pub fn client_of(self, peer: Option<SocketAddr>, headers: &HeaderMap) -> Option<IpAddr> {
        peer.map(|peer| self.client_behind(peer.ip(), headers))
    }

    fn client_behind(self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        if !self.is_proxy(client) {
            return client;
        }
        let forwarded = match self.header {
            ForwardedHeader::XForwardedFor => elements(headers, X_FORWARDED_FOR),
            ForwardedHeader::Forwarded => elements(headers, FORWARDED),
        };
        for element in forwarded.iter().rev() {
            if !self.is_proxy(client) {
                break;
            }
            let node = match self.header {
                ForwardedHeader::XForwardedFor => Some(element.as_str()),
                ForwardedHeader::Forwarded => node_of(element),
            };
            // `unknown`, an obfuscated name, or rubbish: what stands before it was not written by a trusted proxy.
            let Some(address) = node.and_then(address) else { break };
            client = address;
        }
        client
    }

    fn is_proxy(self, address: IpAddr) -> bool {
        self.proxies.iter().any(|network| network.contains(address))
    }
}

/// The elements of a header that is a list, over all of its lines. No address has a comma, so quotes need no care.
fn elements(headers: &HeaderMap, name: actix_web::http::header::HeaderName) -> Vec<String> {
    let lines = headers.get_all(name).map(|line| String::from_utf8_lossy(line.as_bytes()).into_owned());
    lines
        .flat_map(|line| line.split(',').map(|element| element.trim().to_owned()).collect::<Vec<_>>())
        .collect()
}

/// The node after `for=` in an element of `Forwarded`.
fn node_of(element: &str) -> Option<&str> {
    let mut pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let (_, node) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
    Some(node.trim().trim_matches('"'))
}

/// An address, with a port or without, which of an IPv6 address stands behind brackets.
fn address(node: &str) -> Option<IpAddr> {
    let bare = node.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(node);
    let address = bare.parse().or_else(|_| node.parse().map(|address: SocketAddr| address.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use actix_web::http::header::HeaderValue;
    use rstest::rstest;

    use super::*;

    fn client(header: ForwardedHeader, peer: &str, lines: &[(&'static str, &str)]) -> String {
        let proxies =
            ["10.0.0.0/8", "192.0.2.1", "2001:db8::/32"].map(|text| text.to_owned().try_into().unwrap());
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name.parse().unwrap(), HeaderValue::from_str(value).unwrap());
        }
        Trust { proxies: &proxies, header }.client_behind(peer.parse().unwrap(), &headers).to_string()
    }

    #[rstest]
    #[case::no_proxy("203.0.113.9", "198.51.100.1", "203.0.113.9")]
    #[case::one("10.1.2.3", "198.51.100.1", "198.51.100.1")]
    #[case::two_proxies("10.1.2.3", "198.51.100.1, 192.0.2.1", "198.51.100.1")]
    #[case::what_the_client_wrote_before("10.1.2.3", "1.1.1.1, 198.51.100.1", "198.51.100.1")]
    #[case::with_a_port("10.1.2.3", "198.51.100.1:4711", "198.51.100.1")]
    #[case::six("2001:db8::1", "[2001:db9::17]:4711", "2001:db9::17")]
    #[case::bare_six("2001:db8::1", "2001:db9::17", "2001:db9::17")]
    #[case::four_in_six("::ffff:10.1.2.3", "::ffff:198.51.100.1", "198.51.100.1")]
    #[case::rubbish("10.1.2.3", "198.51.100.1, <script>", "10.1.2.3")]
    #[case::nothing("10.1.2.3", "", "10.1.2.3")]
    #[case::only_proxies("10.1.2.3", "10.9.9.9", "10.9.9.9")]
    fn the_client_is_the_last_that_no_trusted_proxy_is(
        #[case] peer: &str,
        #[case] header: &str,
        #[case] expected: &str,
    ) {
        let lines = [("x-forwarded-for", header), ("forwarded", "for=9.9.9.9")];
        assert_eq!(client(ForwardedHeader::XForwardedFor, peer, &lines), expected);
    }

    #[rstest]
    #[case("for=198.51.100.1;proto=https", "198.51.100.1")]
    #[case("For=\"[2001:db9::17]:4711\"", "2001:db9::17")]
    #[case("for=1.1.1.1, for=198.51.100.1;by=10.1.1.1", "198.51.100.1")]
    #[case("for=198.51.100.1, for=_hidden", "10.1.2.3")]
    #[case("for=unknown", "10.1.2.3")]
    #[case("proto=https", "10.1.2.3")]
    fn forwarded_is_read_where_it_is_what_the_proxies_write(#[case] header: &str, #[case] expected: &str) {
        let lines = [("forwarded", header), ("x-forwarded-for", "9.9.9.9")];
        assert_eq!(client(ForwardedHeader::Forwarded, "10.1.2.3", &lines), expected);
    }

    #[test]
    fn the_lines_of_a_header_are_one_list() {
        let lines = [("x-forwarded-for", "198.51.100.1"), ("x-forwarded-for", "192.0.2.1")];
        assert_eq!(client(ForwardedHeader::XForwardedFor, "10.1.2.3", &lines), "198.51.100.1");
    }
}
