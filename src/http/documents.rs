//! Trusted documents: the operations that clients were built with, by their ids, from files beside the configuration.
//!
//! There is one gate for every door: a request is resolved here before its document is parsed, whether it came by POST, by GET, over
//! a WebSocket or for a stream of events. Where only trusted documents are run, no text of a client's is, not even
//! introspection. Deliberately absent: documents that clients register themselves.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::HttpError;
use super::request::GraphqlRequest;

/// Which documents are run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DocumentSettings {
    pub mode: DocumentMode,
    /// Files of trusted documents: Relay's, an object of texts by their ids; or Apollo's persisted query manifests.
    pub manifests: Vec<PathBuf>,
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
}

/// The trusted documents of a server. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct TrustedDocuments {
    mode: DocumentMode,
    texts: Arc<HashMap<String, String>>,
}

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
        if settings.mode == DocumentMode::Off {
            return Ok(Self::default());
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
        Ok(Self { mode: settings.mode, texts: Arc::new(texts) })
    }

    /// The request with the text of its document, if that may be run.
    pub(super) fn resolve(&self, request: GraphqlRequest) -> Result<GraphqlRequest, HttpError> {
        let trusted = request.document_id().and_then(|id| self.texts.get(id));
        match (self.mode, request.text(), request.document_id(), trusted) {
            (DocumentMode::Off, None, Some(_), _) => Err(HttpError::no_persisted_queries()),
            (DocumentMode::Off, Some(_), _, _) => Ok(request),
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
                Ok(request)
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
