//! The heads of all chains: read, claimed by a server's key, and signed.

use crate::Result;
use crate::chain::head::Head;
use crate::chain::key::{LogKey, LogPublicKey};
use crate::core::server_transaction::ServerTransaction;
use crate::core::store::Store;
use crate::unscoped::log::{chains_after, sign};
use crate::unscoped::secrets::{self, Existing};

/// How many heads are read or signed at once.
const BATCH: u64 = 1_000;

/// The name under which the database knows the public half of the log's key.
const PUBLIC_KEY: &str = "log-public-key";

/// Whether this server's key is the one that the log is signed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is; or it is from now on, because there was none.
    Ours,
    /// Another server's key signs this log.
    Anothers(LogPublicKey),
}

impl Store {
    /// The heads of all chains that have entries, in the order of their customers' ids.
    pub async fn heads(&self) -> Result<Vec<Head>> {
        let mut heads = Vec::new();
        let mut after = None;
        loop {
            let rows = self.server_read(chains_after(after, BATCH)).await?;
            let Some(last) = rows.last() else { return Ok(heads) };
            after = Some(last.customer_id);
            heads.extend(rows.into_iter().filter_map(Head::of));
        }
    }

    /// The public half of the key that this log is signed with, as the database knows it.
    pub async fn log_public_key(&self) -> Result<Option<LogPublicKey>> {
        let key = self.server_read(secrets::secret(PUBLIC_KEY)).await?.pop();
        Ok(key.map(|key| LogPublicKey::from_bytes(key.value)))
    }

    /// Makes this server's key the one that the log is signed with, unless there is another. The heads that are there
    /// are signed then, and only then: a head whose signature is gone later is a sign of meddling.
    pub async fn claim_log(&self, key: LogKey) -> Result<Claim> {
        let transaction = self.server_transaction().await?;
        let public = key.public().as_bytes().to_vec();
        if transaction.write(secrets::put(PUBLIC_KEY, public, Existing::Keep)).await? > 0 {
            sign_all(&transaction, &key).await?;
        }
        transaction.commit().await?;
        match self.log_public_key().await? {
            Some(public) if public != key.public() => Ok(Claim::Anothers(public)),
            Some(_) | None => {
                self.set_log_key(key);
                Ok(Claim::Ours)
            }
        }
    }

    /// Signs the log with this server's key from now on, whichever signed it before. For an operator who has lost the
    /// old key, and has checked that the log is whole.
    pub async fn sign_log_anew(&self, key: &LogKey) -> Result<()> {
        let transaction = self.server_transaction().await?;
        let public = key.public().as_bytes().to_vec();
        transaction.write(secrets::put(PUBLIC_KEY, public, Existing::Replace)).await?;
        sign_all(&transaction, key).await?;
        transaction.commit().await
    }
}

/// Signs every head as it is, one batch after another.
async fn sign_all(transaction: &ServerTransaction, key: &LogKey) -> Result<()> {
    let mut after = None;
    loop {
        let rows = transaction.read(chains_after(after, BATCH)).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.customer_id);
        for row in &rows {
            if let Some(signature) = Head::of(row.clone()).and_then(|head| head.signed(key).signature) {
                transaction.write(sign(row, signature)).await?;
            }
        }
    }
}
