//! Trusted documents: the operations that clients were built with, by their ids, from files beside the configuration.
//!
//! There is one gate for every door: a request is resolved here before its document is parsed, whether it came by POST, by GET, over
//! a WebSocket or for a stream of events. Where only trusted documents are run, no text of a client's is, not even
//! introspection. Elsewhere clients may register documents themselves, each under its hash (automatic persisted queries).

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use access::Viewer;
use entity::{TenantId, TenantRole};
use gate::{AdmittedOperation, Gate};
use moka::sync::Cache;
use sha2::{Digest, Sha256};

use super::error::HttpError;
use super::request::GraphqlRequest;

/// What a registered document takes besides its text, in bytes, about.
const KEY: usize = 128;

/// Which documents are run.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DocumentSettings {
    pub mode: DocumentMode,
    /// Files of trusted documents: Relay's, an object of texts by their ids; or Apollo's persisted query manifests.
    pub manifests: Vec<PathBuf>,
    /// Whether clients may register documents by sending them with their SHA-256, to send the hash alone afterwards.
    pub automatic: bool,
    /// How much is kept of what was registered, in bytes; what was used least is forgotten first.
    pub automatic_bytes: u64,
    /// Whoever may ask for the schema: principals with one of these roles in their tenant. Left out,
    /// it is told to everyone, at `/schema.graphql` too; empty, to nobody.
    #[schemars(with = "Option<Vec<String>>")]
    pub introspection_roles: Option<Vec<TenantRole>>,
}

impl Default for DocumentSettings {
    fn default() -> Self {
        Self {
            mode: DocumentMode::default(),
            manifests: Vec::new(),
            automatic: false,
            automatic_bytes: 8 * 1024 * 1024,
            introspection_roles: None,
        }
    }
}

/// What is done with a document that is not trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DocumentMode {
    /// Documents have no ids.
    #[default]
    Off,
    /// It is run, counted and logged.
    Log,
    /// It is refused.
    Enforce,
}

/// Why a file of documents is not one.
#[derive(Debug, thiserror::Error)]
pub enum DocumentsError {
    #[error("the trusted documents in {0} cannot be read: {1}.")]
    File(PathBuf, std::io::Error),
    #[error(
        "{0} holds no trusted documents: neither an object of texts by their ids, as Relay writes it, nor Apollo's \
         `apollo-persisted-query-manifest`, version 1."
    )]
    Form(PathBuf),
    #[error(
        "the trusted document `{0}` has two texts. Give each text an id of its own, its SHA-256 for one."
    )]
    Twice(String),
    #[error("only trusted documents are to be run, and `documents.manifests` names none.")]
    None,
    #[error(
        "only trusted documents are to be run, so that clients can register none: set `automatic = false` in [documents]."
    )]
    Automatic,
}

/// The trusted documents of a server. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct TrustedDocuments {
    mode: DocumentMode,
    texts: Arc<HashMap<String, String>>,
    registered: Option<Registered>,
    introspection_roles: Option<Arc<[TenantRole]>>,
}

/// What clients have registered, each tenant for itself: so that nobody learns what another one asks.
type Registered = Cache<(TenantId, [u8; 32]), Arc<str>>;

/// Apollo's form of a file of documents.
#[derive(Deserialize)]
struct Manifest {
    format: String,
    version: u32,
    operations: Vec<ManifestOperation>,
}

#[derive(Deserialize)]
struct ManifestOperation {
    id: String,
    body: String,
}

impl TrustedDocuments {
    /// Reads the files.
    ///
    /// # Errors
    ///
    /// The first file that holds no documents, in words for the operator.
    pub fn read(settings: &DocumentSettings) -> Result<Self, DocumentsError> {
        let registered = settings.automatic.then(|| {
            let builder = Cache::builder().max_capacity(settings.automatic_bytes);
            builder.weigher(|_, text: &Arc<str>| u32::try_from(text.len() + KEY).unwrap_or(u32::MAX)).build()
        });
        let introspection_roles = settings.introspection_roles.as_deref().map(Arc::from);
        if settings.mode == DocumentMode::Off {
            return Ok(Self { registered, introspection_roles, ..Self::default() });
        }
        if settings.automatic && settings.mode == DocumentMode::Enforce {
            return Err(DocumentsError::Automatic);
        }
        let mut texts = HashMap::new();
        for file in &settings.manifests {
            for (id, text) in read(file)? {
                if texts.get(&id).is_some_and(|other| *other != text) {
                    return Err(DocumentsError::Twice(id));
                }
                texts.insert(id, text);
            }
        }
        if texts.is_empty() && settings.mode == DocumentMode::Enforce {
            return Err(DocumentsError::None);
        }
        Ok(Self { mode: settings.mode, texts: Arc::new(texts), registered, introspection_roles })
    }

    /// What of them no request can run, a sentence each.
    #[must_use]
    pub fn faults(&self, gate: &Gate) -> Vec<String> {
        let mut faults: Vec<_> = (self.texts.iter())
            .filter_map(|(id, text)| {
                let rejection = gate.check(text).err()?;
                let why =
                    rejection.errors().into_iter().next().map(|error| error.message).unwrap_or_default();
                Some(format!("the trusted document `{id}` cannot be run: {why}"))
            })
            .collect();
        faults.sort();
        faults
    }

    /// Whether the schema is told to whoever asks.
    pub(super) fn is_schema_public(&self) -> bool {
        self.introspection_roles.is_none()
    }

    /// Refuses an operation that asks for the schema, by someone to whom it is not told.
    pub(super) fn check_introspection(
        &self,
        viewer: &Viewer,
        admitted: &AdmittedOperation,
    ) -> Result<(), HttpError> {
        match &self.introspection_roles {
            Some(roles)
                if admitted.introspection_cost > 0 && !roles.iter().any(|role| viewer.has_role(*role)) =>
            {
                Err(HttpError::no_introspection())
            }
            _ => Ok(()),
        }
    }

    /// A tenant's request with the text of its document, if that may be run.
    pub(super) fn resolve(
        &self,
        tenant: TenantId,
        request: GraphqlRequest,
    ) -> Result<GraphqlRequest, HttpError> {
        let trusted = request.document_id().and_then(|id| self.texts.get(id));
        match (self.mode, request.text(), request.document_id(), trusted) {
            (DocumentMode::Off, None, Some(_), _) => self.registered(tenant, request),
            (DocumentMode::Off, Some(_), _, _) => self.register(tenant, request),
            (_, None, None, _) => Err(GraphqlRequest::no_document()),
            (_, None, Some(_), Some(text)) => Ok(request.with_text(text.clone())),
            // The text may come along, as it was trusted.
            (_, Some(text), Some(_), Some(trusted)) if text == trusted => Ok(request),
            (_, Some(_), Some(_), Some(_)) => Err(HttpError::untrusted_document(
                "The document is another than the one that is trusted under this id. Send the id alone.",
            )),
            (DocumentMode::Log, Some(_), _, None) => {
                metrics::counter!("copartner_untrusted_documents_total").increment(1);
                tracing::info!(operation = request.parameters().operation_name, "a document is not trusted");
                self.register(tenant, request)
            }
            (DocumentMode::Log, None, Some(_), None) if request.document_hash().is_some() => {
                self.registered(tenant, request)
            }
            (_, Some(_), None, _) => Err(HttpError::untrusted_document(
                "This server runs trusted documents only: send the id of one as `documentId`, without `query`.",
            )),
            (_, _, Some(_), None) => Err(HttpError::untrusted_document(
                "No document is trusted under this id. Have the operator of this server add it.",
            )),
        }
    }
}

impl TrustedDocuments {
    /// The request with the text that the tenant has registered under this hash.
    fn registered(&self, tenant: TenantId, request: GraphqlRequest) -> Result<GraphqlRequest, HttpError> {
        let (Some(registered), Some(hash)) = (&self.registered, request.document_hash()) else {
            return Err(HttpError::no_persisted_queries());
        };
        match digest(hash).and_then(|digest| registered.get(&(tenant, digest))) {
            Some(text) => Ok(request.with_text(text.to_string())),
            None => Err(HttpError::persisted_query_not_found()),
        }
    }

    /// Registers the text of a request under the hash that comes with it, if there is one: that of its very bytes.
    fn register(&self, tenant: TenantId, request: GraphqlRequest) -> Result<GraphqlRequest, HttpError> {
        let (Some(registered), Some(hash), Some(text)) =
            (&self.registered, request.document_hash(), request.text())
        else {
            return Ok(request);
        };
        let own: [u8; 32] = Sha256::digest(text).into();
        if digest(hash) != Some(own) {
            return Err(HttpError::bad_request(
                "`sha256Hash` is not the SHA-256 of `query`, in 64 hexadecimal digits of lower case. Hash the very bytes that are sent.",
            ));
        }
        registered.get_with((tenant, own), || text.into());
        Ok(request)
    }
}

/// The bytes of a hash in its one form.
fn digest(hash: &str) -> Option<[u8; 32]> {
    let digits = hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(hash.as_bytes().chunks(2)).take_while(|_| digits) {
        *byte = u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()?;
    }
    digits.then_some(bytes)
}

/// The documents of a file, by their ids.
fn read(file: &Path) -> Result<HashMap<String, String>, DocumentsError> {
    let bytes = std::fs::read(file).map_err(|error| DocumentsError::File(file.to_owned(), error))?;
    if let Ok(manifest) = serde_json::from_slice::<Manifest>(&bytes)
        && manifest.format == "apollo-persisted-query-manifest"
        && manifest.version == 1
    {
        return Ok(manifest.operations.into_iter().map(|one| (one.id, one.body)).collect());
    }
    serde_json::from_slice(&bytes).map_err(|_| DocumentsError::Form(file.to_owned()))
}
