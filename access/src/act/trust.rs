//! Whom the operator trusts: issuers, and what of them is revoked.

use entity::{CredentialKind, EventKind, RevocationId, issuer_trust, revocation};
use sea_orm::ActiveEnum;
use serde_json::Value;
use uuid::Uuid;

use crate::Result;
use crate::chain::entry::Entry;
use crate::core::proof::RegistrationPermit;
use crate::core::transaction::Transaction;
use domain::history::FieldChange;
use domain::refusal::{Refusal, RefusalCode};

/// How much is revoked of one issuer at most: all servers have it in memory.
const MOST_REVOCATIONS: u64 = 10_000;

impl Transaction<'_> {
    /// Trusts an issuer from now on; one of the configuration, which is `None` here, again.
    pub async fn trust_issuer(
        &mut self,
        permit: &RegistrationPermit,
        issuer: &str,
        config: Option<Value>,
    ) -> Result<issuer_trust::Model> {
        let told = FieldChange::new("issuer", None, Some(issuer.to_owned()));
        let row = self.issuer_row(issuer, config, None);
        self.put_issuer(permit, row, EventKind::IssuerTrusted, Vec::from([told])).await
    }

    /// Trusts an issuer no more.
    pub async fn revoke_issuer(
        &mut self,
        permit: &RegistrationPermit,
        issuer: &str,
        reason: String,
    ) -> Result<issuer_trust::Model> {
        let changes = told_of(issuer, &reason);
        let row = self.issuer_row(issuer, None, Some(reason));
        self.put_issuer(permit, row, EventKind::IssuerRevoked, changes).await
    }

    fn issuer_row(&self, issuer: &str, config: Option<Value>, reason: Option<String>) -> issuer_trust::Model {
        let (at, by) = (self.view().at(), self.view().viewer().identity().subject.clone());
        let revoked_at = reason.as_ref().map(|_| at);
        let issuer = issuer.to_owned();
        issuer_trust::Model {
            issuer,
            config,
            revoked_at,
            revoked_reason: reason,
            changed_by: by,
            changed_at: at,
        }
    }

    async fn put_issuer(
        &mut self,
        permit: &RegistrationPermit,
        row: issuer_trust::Model,
        kind: EventKind,
        changes: Vec<FieldChange>,
    ) -> Result<issuer_trust::Model> {
        self.lock(None).await?;
        let select = self.view().select::<issuer_trust::Entity>();
        let stored = self.see(select.eq(issuer_trust::Column::Issuer, row.issuer.as_str())).await?;
        let row = match stored {
            None => {
                self.insert::<issuer_trust::Entity>(permit, row.clone()).await?;
                row
            }
            Some(stored) => {
                // How it was trusted is known again when it is trusted again.
                let row = issuer_trust::Model { config: row.config.or(stored.config), ..row };
                self.replace::<issuer_trust::Entity>(permit, row.clone()).await?;
                row
            }
        };
        self.append(Entry::registration(kind, issuer_subject(&row.issuer), changes)).await?;
        Ok(row)
    }

    /// Accepts a credential of an issuer no more. Of a principal, once more: tokens that were issued until now.
    pub async fn revoke_credential(
        &mut self,
        permit: &RegistrationPermit,
        issuer: &str,
        (kind, value): (CredentialKind, &str),
        reason: String,
    ) -> Result<revocation::Model> {
        use revocation::Column;
        self.lock(None).await?;
        let of_issuer = self.view().select::<revocation::Entity>().eq(Column::Issuer, issuer);
        let same = of_issuer.clone().eq(Column::Kind, kind).eq(Column::Value, value);
        let stored = self.see(same).await?;
        let mut changes = told_of(issuer, &reason);
        let row = revocation::Model {
            id: stored.as_ref().map_or_else(|| RevocationId(Uuid::now_v7()), |stored| stored.id),
            issuer: issuer.to_owned(),
            kind,
            value: value.to_owned(),
            revoked_at: self.view().at(),
            reason,
            revoked_by: self.view().viewer().identity().subject.clone(),
        };
        if stored.is_some() {
            self.replace::<revocation::Entity>(permit, row.clone()).await?;
        } else {
            if self.count(of_issuer).await? >= MOST_REVOCATIONS {
                return Err(too_many().into());
            }
            self.insert::<revocation::Entity>(permit, row.clone()).await?;
        }
        changes.push(FieldChange::new(kind.to_value().to_lowercase(), None, Some(value.to_owned())));
        self.append(Entry::registration(EventKind::CredentialRevoked, issuer_subject(issuer), changes))
            .await?;
        Ok(row)
    }
}

fn too_many() -> Refusal {
    let message = format!(
        "Of one issuer {MOST_REVOCATIONS} credentials are revoked at most. Revoke the issuer itself, or have it publish other keys."
    );
    Refusal::new(RefusalCode::LimitExceeded, message).at("issuer")
}

fn told_of(issuer: &str, reason: &str) -> Vec<FieldChange> {
    let new = |field: &str, value: &str| FieldChange::new(field, None, Some(value.to_owned()));
    Vec::from([new("issuer", issuer), new("reason", reason)])
}

/// What the log files an issuer's events under: the same for one name always.
fn issuer_subject(issuer: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, issuer.as_bytes())
}
