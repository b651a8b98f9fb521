//! Which addresses an issuer's keys may be asked from.
//!
//! Whoever can change an answer on its way can sign as the issuer, so it is https, or http within this machine.

use url::{Host, Url};

/// Reads an address and checks that it may be asked, or says what is wrong with it.
pub(super) fn read_address(text: &str) -> Result<Url, String> {
    let address = Url::parse(text).map_err(|error| format!("it is not a URL ({error})"))?;
    if !address.username().is_empty() || address.password().is_some() {
        return Err("it has a user name or a password, which would end up in logs".into());
    }
    if address.fragment().is_some() {
        return Err("it has a fragment".into());
    }
    match address.scheme() {
        "https" => Ok(address),
        "http" if is_loopback(&address) => Ok(address),
        _ => Err("it is not https, which only an address of this machine need not be".into()),
    }
}

/// Whether an address is of this machine. Of names only `localhost` is, because others are looked up.
pub(super) fn is_loopback(address: &Url) -> bool {
    match address.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
