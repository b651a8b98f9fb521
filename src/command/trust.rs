//! Whom the operator trusts: issuers, and what of them is revoked.

use entity::{CredentialKind, issuer_trust, revocation};
use serde::{Deserialize, Serialize};

use super::Command;
use crate::Result;
use access::Transaction;
use domain::action::Action;
use domain::refusal::{Refusal, RefusalCode};
use domain::text::check_message;
use token::IssuerConfig;

/// An issuer whose trust was changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IssuerChanged {
    pub issuer: String,
    /// As it is then, which after a dry run is nowhere else.
    #[serde(skip)]
    pub row: Option<issuer_trust::Model>,
}

/// Trust an issuer.
#[derive(Clone, Debug, Serialize)]
pub struct TrustIssuer {
    pub config: IssuerConfig,
    /// What is wrong with it, in words for the operator.
    #[serde(skip)]
    pub flaw: Option<String>,
    /// Whether the server's configuration has it, so that it can only be trusted again.
    #[serde(skip)]
    pub is_configured: bool,
}

impl Command for TrustIssuer {
    const NAME: &'static str = "trustIssuer";
    type Done = IssuerChanged;

    fn action(&self) -> Action {
        Action::Register
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<IssuerChanged> {
        let permit = tx.permit_registration()?;
        if let Some(flaw) = self.flaw {
            return Err(Refusal::new(RefusalCode::Invalid, flaw).at("issuer").into());
        }
        let issuer = self.config.issuer.clone();
        let config = if self.is_configured { None } else { serde_json::to_value(&self.config).ok() };
        let row = tx.trust_issuer(&permit, &issuer, config).await?;
        Ok(IssuerChanged { issuer, row: Some(row) })
    }
}

/// Trust an issuer no more.
#[derive(Clone, Debug, Serialize)]
pub struct RevokeIssuer {
    pub issuer: IssuerName,
    pub reason: String,
}

/// An issuer as the operator names it, and whom the server knows.
#[derive(Clone, Debug, Serialize)]
pub struct IssuerName {
    pub name: String,
    #[serde(skip)]
    pub is_known: bool,
    /// The names that are known, for whoever has misspelled one.
    #[serde(skip)]
    pub known: Vec<String>,
}

impl IssuerName {
    /// The name, byte for byte as the server knows it.
    fn check(self) -> Result<String, Refusal> {
        if self.is_known {
            return Ok(self.name);
        }
        let known = self.known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let message = format!("No issuer is called `{}`, byte for byte. There are: {known}.", self.name);
        Err(Refusal::new(RefusalCode::NotFound, message).at("issuer"))
    }
}

impl Command for RevokeIssuer {
    const NAME: &'static str = "revokeIssuer";
    type Done = IssuerChanged;

    fn action(&self) -> Action {
        Action::Register
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<IssuerChanged> {
        let permit = tx.permit_registration()?;
        check_message("reason", &self.reason).map_err(Refusal::from)?;
        let issuer = self.issuer.check()?;
        let row = tx.revoke_issuer(&permit, &issuer, self.reason).await?;
        Ok(IssuerChanged { issuer, row: Some(row) })
    }
}

/// A credential that is revoked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CredentialRevoked {
    pub issuer: String,
    pub kind: CredentialKind,
    pub value: String,
    pub revoked_at: entity::Instant,
}

/// Accept a token, a principal's tokens of until now or a key no more.
#[derive(Clone, Debug, Serialize)]
pub struct RevokeCredential {
    pub issuer: IssuerName,
    /// What is named of it: one of these.
    pub credentials: Vec<(CredentialKind, String)>,
    pub reason: String,
}

impl Command for RevokeCredential {
    const NAME: &'static str = "revokeCredential";
    type Done = CredentialRevoked;

    fn action(&self) -> Action {
        Action::Register
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<CredentialRevoked> {
        let permit = tx.permit_registration()?;
        let invalid = |message: &str, field: &str| Refusal::new(RefusalCode::Invalid, message).at(field);
        let [(kind, value)] = &self.credentials[..] else {
            return Err(invalid("Name one of `token`, `principal` and `key`, and one alone.", "token").into());
        };
        if value.is_empty() {
            let field = match kind {
                CredentialKind::Token => "token",
                CredentialKind::Principal => "principal",
                CredentialKind::Key => "key",
            };
            return Err(invalid("It is empty. Write it as the tokens have it.", field).into());
        }
        check_message("reason", &self.reason).map_err(Refusal::from)?;
        let issuer = self.issuer.check()?;
        let row = tx.revoke_credential(&permit, &issuer, (*kind, value), self.reason).await?;
        let revocation::Model { issuer, kind, value, revoked_at, .. } = row;
        Ok(CredentialRevoked { issuer, kind, value, revoked_at })
    }
}
