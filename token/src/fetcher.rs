//! Asking an issuer for a document over HTTP.
//!
//! Promises an end: a time limit for every answer and a size that none may pass. Deliberately absent: redirects, which
//! would let one address speak for another, cookies, and compressed answers, whose size shows only when it is too late.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::header::ACCEPT;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use url::Url;

use super::KeyError;
use super::address::is_loopback;

/// The largest document, in bytes. Entra ID's set of keys is some 20 KiB.
pub(super) const MAX_DOCUMENT: usize = 256 * 1024;

/// How long one answer may take, to its last byte.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(5);

/// The clients are made when they are first asked for: each reads all TLS roots that the system trusts, which whoever has
/// its keys in files does not need.
#[derive(Clone, Debug)]
pub(super) struct Fetcher {
    time_limit: Duration,
    elsewhere: Arc<OnceLock<Client>>,
    /// Asks this machine itself, whatever proxy the environment names.
    here: Arc<OnceLock<Client>>,
}

impl Fetcher {
    pub(super) fn new(time_limit: Duration) -> Self {
        Self { time_limit, elsewhere: Arc::default(), here: Arc::default() }
    }

    fn client(&self, address: &Url) -> Result<&Client, KeyError> {
        let (made, client) = if is_loopback(address) {
            (&self.here, Client::builder().no_proxy())
        } else {
            (&self.elsewhere, Client::builder())
        };
        if let Some(client) = made.get() {
            return Ok(client);
        }
        let client = client
            .user_agent(concat!("copartner/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .timeout(self.time_limit)
            // A connection belongs to the worker thread that opened it; one an hour is not worth sharing.
            .pool_max_idle_per_host(0)
            .build()
            .map_err(|error| KeyError::Client(error.to_string()))?;
        Ok(made.get_or_init(|| client))
    }

    pub(super) async fn fetch(&self, address: &Url) -> Result<Vec<u8>, KeyError> {
        let client = self.client(address)?;
        let request = client.get(address.clone()).header(ACCEPT, "application/json");
        let mut answer = request.send().await.map_err(|error| key_error(&error))?;
        if answer.status() != StatusCode::OK {
            return Err(KeyError::Status(answer.status().as_u16()));
        }
        let mut document = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| key_error(&error))? {
            if document.len() + chunk.len() > MAX_DOCUMENT {
                return Err(KeyError::TooLarge);
            }
            document.extend_from_slice(&chunk);
        }
        Ok(document)
    }
}

fn key_error(error: &reqwest::Error) -> KeyError {
    if error.is_timeout() { KeyError::Slow } else { KeyError::Unreachable }
}
