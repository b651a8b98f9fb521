//! Heads of the log, as they are printed and kept: one JSON object a line, the first of which names the key.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use entity::{CustomerId, EventId, Instant};
use serde::{Deserialize, Serialize};

use super::CliResult;
use access::{Head, LogPublicKey};

/// What was kept.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) key: LogPublicKey,
    pub(super) heads: Vec<Head>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct KeyLine {
    key: String,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct HeadLine {
    /// Null for what concerns no customer.
    customer: Option<CustomerId>,
    sequence: i64,
    event: EventId,
    occurred_at: Instant,
    hash: String,
    signature: String,
}

/// Heads as text.
pub(super) fn written(key: &LogPublicKey, heads: &[Head]) -> String {
    let mut text = String::new();
    let lines = heads.iter().map(|head| {
        serde_json::to_string(&HeadLine {
            customer: head.customer,
            sequence: head.sequence,
            event: head.event,
            occurred_at: head.occurred_at,
            hash: URL_SAFE_NO_PAD.encode(&head.hash),
            signature: URL_SAFE_NO_PAD.encode(head.signature.as_deref().unwrap_or_default()),
        })
    });
    let first = serde_json::to_string(&KeyLine { key: key.to_text() });
    for line in std::iter::once(first).chain(lines) {
        // Neither writing such a line as JSON nor writing to a string fails.
        let _ = writeln!(text, "{}", line.unwrap_or_default());
    }
    text
}

/// Reads heads that were kept, each of which must be signed.
pub(super) fn read(file: &Path) -> CliResult<Kept> {
    let place = file.display();
    let text = fs::read_to_string(file).map_err(|cause| format!("{place} cannot be read: {cause}."))?;
    let mut lines = text.lines();
    let not_heads = |number: usize| {
        format!(
            "{place}, line {number}: this is not what `copartner log head` prints. Give a file that it printed."
        )
    };
    let first: Option<KeyLine> = lines.next().and_then(|line| serde_json::from_str(line).ok());
    let key = first.and_then(|first| LogPublicKey::from_text(&first.key)).ok_or_else(|| not_heads(1))?;
    let mut heads = Vec::new();
    for (number, line) in (2..).zip(lines) {
        let head = head(line).ok_or_else(|| not_heads(number))?;
        if !head.is_signed_by(&key) {
            return Err(format!("{place}, line {number}: the signature is not by the key in line 1."));
        }
        heads.push(head);
    }
    Ok(Kept { key, heads })
}

fn head(line: &str) -> Option<Head> {
    let HeadLine { customer, sequence, event, occurred_at, hash, signature } =
        serde_json::from_str(line).ok()?;
    let bytes = |text: String| URL_SAFE_NO_PAD.decode(text).ok();
    Some(Head {
        customer,
        sequence,
        event,
        occurred_at,
        hash: bytes(hash)?,
        signature: Some(bytes(signature)?),
    })
}
