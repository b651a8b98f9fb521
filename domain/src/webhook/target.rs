//! Where a webhook may be: what its address says by itself. What its name leads to is judged each time it is looked up.

use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

use super::address::{is_global, unwrapped};
use crate::field_error::{FieldError, refuse_if};
use crate::network::Network;

const FIELD: &str = "url";

/// How many characters an address has at most.
const LONGEST: usize = 1_000;

/// Which addresses webhooks may have, besides those of the internet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetRules {
    /// Networks of one's own that are let through.
    pub allowed: Vec<Network>,
    /// Whether these may be spoken to without TLS.
    pub allow_http: bool,
}

impl TargetRules {
    /// Whether it is in a network that is let through by name.
    #[must_use]
    pub fn names(&self, address: IpAddr) -> bool {
        self.allowed.iter().any(|network| network.contains(unwrapped(address)))
    }

    /// Whether a webhook may be there: over TLS on the whole internet and in one's own networks, without in these alone.
    #[must_use]
    pub fn permit(&self, scheme: Scheme, address: IpAddr) -> bool {
        match scheme {
            Scheme::Https => is_global(address) || self.names(address),
            Scheme::Http => self.allow_http && self.names(address),
        }
    }

    /// Reads what someone gives as the address of a webhook.
    pub fn check(&self, text: &str) -> Result<Target, FieldError> {
        let length = text.chars().count();
        refuse_if(length > LONGEST, FIELD, "is too long; at most 1000 characters are kept")?;
        let url = Url::parse(text);
        let url = url.map_err(|_| {
            FieldError::new(FIELD, "is no address such as https://hooks.contoso.example/copartner")
        })?;
        let scheme = match url.scheme() {
            "https" => Scheme::Https,
            "http" if self.allow_http => Scheme::Http,
            _ => return Err(FieldError::new(FIELD, "does not begin with https://")),
        };
        let has_user = !url.username().is_empty() || url.password().is_some();
        refuse_if(has_user, FIELD, "has a user name or a password in it; the signature says who sends")?;
        refuse_if(url.fragment().is_some(), FIELD, "has a part after #, which is never sent; leave it out")?;
        refuse_if(url.port() == Some(0), FIELD, "has the port 0, which nobody listens at")?;
        refuse_if(
            !url.host().is_some_and(|host| self.may_be(scheme, &host)),
            FIELD,
            "is not on the public internet",
        )?;
        Ok(Target { url, scheme })
    }

    fn may_be(&self, scheme: Scheme, host: &Host<&str>) -> bool {
        match host {
            Host::Ipv4(address) => self.permit(scheme, (*address).into()),
            Host::Ipv6(address) => self.permit(scheme, (*address).into()),
            // A name of one label means something in one's own network only, as `localhost` does.
            Host::Domain(name) => {
                let name = name.trim_end_matches('.');
                let is_inner = !name.contains('.') || name.ends_with(".localhost");
                !name.is_empty() && (!is_inner || !self.allowed.is_empty())
            }
        }
    }
}

/// How a webhook is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    Https,
    Http,
}

/// The address of a webhook, as it was judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    url: Url,
    scheme: Scheme,
}

impl Target {
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Scheme, host and port, without what may be a secret.
    #[must_use]
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.url.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(rules: &TargetRules, url: &str) -> String {
        rules.check(url).map_or_else(|error| error.reason, |target| target.to_string())
    }

    #[test]
    fn no_spelling_of_an_inner_address_passes() {
        for host in [
            "127.0.0.1",
            "127.1",
            "127.0.0.1.",
            "2130706433",
            "0x7f000001",
            "0x7F.1",
            "0177.0.0.1",
            "017700000001",
            "0",
            "[::1]",
            "[::ffff:7f00:1]",
            "[0:0:0:0:0:ffff:127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "169.254.169.254",
            "2852039166",
            "%31%32%37.0.0.1",
            "\u{ff11}27.0.0.1",
            "localhost",
            "LOCALHOST",
            "localhost.",
            "hooks.localhost",
            "metadata",
            "10.1.2.3:8443",
        ] {
            let said = reason(&TargetRules::default(), &format!("https://{host}/hook"));
            assert_eq!(said, "is not on the public internet", "{host}");
        }
    }

    #[test]
    fn an_address_is_https_and_bears_no_credentials() {
        let rules = TargetRules::default();
        for url in [
            "http://hooks.example.com/",
            "ftp://hooks.example.com/",
            "HTTP://8.8.8.8/",
            "file:///etc/passwd",
            "https://user:secret@hooks.example.com/",
            "https://user@127.0.0.1/",
            "https://@hooks.example.com:0/",
            "https://hooks.example.com/#part",
            "https://",
            "hooks.example.com",
            "",
        ] {
            assert!(rules.check(url).is_err(), "{url}");
        }
        assert!(rules.check(&format!("https://hooks.example.com/{}", "x".repeat(1_000))).is_err());
        assert_eq!(reason(&rules, "HTTPS://Hooks.Example.COM:443/a?b=c"), "https://hooks.example.com/a?b=c");
        let origin =
            rules.check("https://hooks.example.com:8443/secret?token=1").map(|target| target.origin());
        assert_eq!(origin.as_deref(), Ok("https://hooks.example.com:8443"));
    }

    #[test]
    fn networks_of_ones_own_are_let_through_by_name() {
        let allowed = ["127.0.0.0/8", "fd00::/8", "10.0.0.7"];
        let allowed: Vec<_> =
            allowed.into_iter().filter_map(|text| Network::try_from(text.to_owned()).ok()).collect();
        let own = TargetRules { allowed: allowed.clone(), allow_http: false };
        for url in ["https://127.0.0.1:9/", "https://[fd00::1]/", "https://10.0.0.7/", "https://receiver/"] {
            assert!(own.check(url).is_ok(), "{url}");
        }
        for url in ["https://10.0.0.8/", "http://127.0.0.1/", "https://[fe80::1]/"] {
            assert!(own.check(url).is_err(), "{url}");
        }
        let plain = TargetRules { allowed, allow_http: true };
        assert!(plain.check("http://127.0.0.1:8080/").is_ok());
        // Without TLS nobody is spoken to on the internet.
        assert!(plain.check("http://8.8.8.8/").is_err());
        assert!(!plain.permit(Scheme::Http, IpAddr::from([8, 8, 8, 8])));
        assert!(Network::try_from("10.0.0".to_owned()).is_err());
    }
}
