//! Which addresses are connected to. A name is looked up once for each connection, all addresses that it leads to are judged, and what is
//! connected to is one of those: so it does not help to let a name lead elsewhere a moment later.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::lookup_host;

use domain::webhook::target::{Scheme, TargetRules};

/// The addresses that a name is found to lead to.
pub type Looking = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Looks names up.
pub trait Lookup: Send + Sync {
    fn look_up(&self, name: &str) -> Looking;
}

/// As the system does it.
#[derive(Clone, Copy, Debug)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn look_up(&self, name: &str) -> Looking {
        let name = name.to_owned();
        Box::pin(async move { Ok(lookup_host((name, 0)).await?.map(|address| address.ip()).collect()) })
    }
}

/// Looks names up, and lets through what may be connected to.
pub(super) struct Guard {
    pub(super) lookup: Arc<dyn Lookup>,
    pub(super) rules: TargetRules,
    pub(super) scheme: Scheme,
}

/// A name leads to where nothing is sent. Only the server's log has this.
#[derive(Debug, thiserror::Error)]
#[error("{name} leads to {address}, where nothing is sent")]
struct ForbiddenAddress {
    name: String,
    address: IpAddr,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        let (rules, scheme, looking) = (self.rules.clone(), self.scheme, self.lookup.look_up(&name));
        Box::pin(async move {
            let addresses = looking.await?;
            // One that is barred bars all: whoever mixes them is up to something.
            if let Some(address) = addresses.iter().find(|address| !rules.permit(scheme, **address)) {
                return Err(ForbiddenAddress { name, address: *address }.into());
            }
            // The port is that of the URL.
            let addresses = addresses.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}
