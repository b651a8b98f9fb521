//! Where an issuer's keys are read from: a file, an address, or what `OpenID` discovery names.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;
use url::Url;

use super::KeyError;
use super::address::read_address;
use super::fetcher::{Fetcher, MAX_DOCUMENT};
use super::issuer_pattern::misspell;
use super::object::read_object;

#[derive(Clone, Debug)]
pub(super) enum KeySource {
    File(PathBuf),
    Address(Url),
    /// A discovery document, which must be the issuer's own, names the address (`OpenID` Connect Discovery section 4).
    Discovery {
        document: Url,
        issuer: String,
    },
}

impl KeySource {
    /// The JWKS as it stands now, unread.
    pub(super) async fn read(&self, fetcher: &Fetcher) -> Result<Vec<u8>, KeyError> {
        match self {
            Self::File(path) => read_file(path).await,
            Self::Address(address) => fetcher.fetch(address).await,
            Self::Discovery { document, issuer } => {
                let answer = fetcher.fetch(document).await?;
                let answer = read_object(&answer).map_err(|_| KeyError::NotJson)?;
                fetcher.fetch(&keys_address(&answer, document, issuer)?).await
            }
        }
    }
}

fn keys_address(answer: &Map<String, Value>, document: &Url, issuer: &str) -> Result<Url, KeyError> {
    // Section 4.3: the document of one issuer must not speak for another. A template's has the placeholder in it.
    match answer.get("issuer").and_then(Value::as_str) {
        Some(published) if published == issuer => {}
        Some(published) if published == misspell(issuer) => {
            return Err(KeyError::IssuerSlash {
                published: published.to_owned(),
                configured: issuer.to_owned(),
            });
        }
        _ => return Err(KeyError::OtherIssuer),
    }
    let address = answer.get("jwks_uri").and_then(Value::as_str).ok_or(KeyError::NotJson)?;
    let address =
        read_address(address).map_err(|reason| KeyError::Address(format!("of `jwks_uri`, {reason}")))?;
    // An answer from elsewhere must not make this machine ask itself.
    if document.scheme() == "https" && address.scheme() != "https" {
        return Err(KeyError::Address("`jwks_uri` is http, and the document that names it is https".into()));
    }
    Ok(address)
}

async fn read_file(path: &Path) -> Result<Vec<u8>, KeyError> {
    let unreadable = |error: std::io::Error| KeyError::File(error.kind().to_string());
    let file = File::open(path).await.map_err(unreadable)?;
    let mut document = Vec::new();
    let limit = MAX_DOCUMENT as u64 + 1;
    file.take(limit).read_to_end(&mut document).await.map_err(unreadable)?;
    if document.len() > MAX_DOCUMENT { Err(KeyError::TooLarge) } else { Ok(document) }
}
