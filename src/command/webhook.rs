//! Webhooks: registered by the administrators of a tenant, for its own events, and administered by them.

use entity::{WebhookId, webhook};
use serde::{Deserialize, Serialize};

use super::{Command, Written};
use crate::Result;
use access::{Replay, Transaction, WebhookSecret, WithSecret};
use domain::action::{Action, WebhookAction};
use domain::webhook::{NewWebhook, WebhookChange, WebhookRules, change, overlap};

/// Which webhook, and which version of it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct WebhookName {
    pub id: WebhookId,
    pub expected_version: Option<i32>,
}

/// A webhook that was given a secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SecretGiven {
    pub webhook: WebhookId,
    /// As it is then, which after a dry run is nowhere else.
    #[serde(skip)]
    pub row: Option<webhook::Model>,
    /// Shown once: a repeat does not have it.
    #[serde(skip)]
    pub secret: Option<WebhookSecret>,
}

impl From<WithSecret> for SecretGiven {
    fn from(WithSecret { row, secret }: WithSecret) -> Self {
        Self { webhook: row.id, row: Some(row), secret: Some(secret) }
    }
}

/// Register a webhook.
#[derive(Clone, Debug, Serialize)]
pub struct RegisterWebhook {
    pub new: NewWebhook,
    #[serde(skip)]
    pub rules: WebhookRules,
}

impl Command for RegisterWebhook {
    const NAME: &'static str = "registerWebhook";
    type Done = SecretGiven;

    fn action(&self) -> Action {
        Action::RegisterWebhook
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<SecretGiven> {
        let checked = self.new.check(&self.rules.targets)?;
        Ok(tx.create_webhook(checked, self.rules.of_tenant).await?.into())
    }
}

/// Change a webhook.
#[derive(Clone, Debug, Serialize)]
pub struct UpdateWebhook {
    pub webhook: WebhookName,
    pub change: WebhookChange,
    #[serde(skip)]
    pub rules: WebhookRules,
}

impl Command for UpdateWebhook {
    const NAME: &'static str = "updateWebhook";
    type Done = Written<WebhookId, webhook::Model>;

    fn action(&self) -> Action {
        WebhookAction::Update.into()
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<Self::Done> {
        let WebhookName { id, expected_version } = self.webhook;
        let permit = tx.permit::<webhook::Entity>(id, WebhookAction::Update, expected_version).await?;
        let row = change(permit.row(), self.change, &self.rules.targets, tx.view().at())?;
        let row = tx.apply(permit, row).await?;
        Ok(Written::new(row.id, row))
    }
}

/// Give a webhook another secret.
#[derive(Clone, Debug, Serialize)]
pub struct RotateWebhookSecret {
    pub webhook: WebhookName,
    pub overlap_hours: i32,
}

impl Command for RotateWebhookSecret {
    const NAME: &'static str = "rotateWebhookSecret";
    type Done = SecretGiven;

    fn action(&self) -> Action {
        WebhookAction::RotateSecret.into()
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<SecretGiven> {
        let WebhookName { id, expected_version } = self.webhook;
        let permit = tx.permit::<webhook::Entity>(id, WebhookAction::RotateSecret, expected_version).await?;
        let until = overlap(self.overlap_hours, tx.view().at())?;
        Ok(tx.rotate_secret(permit, until).await?.into())
    }
}

/// Remove a webhook.
#[derive(Clone, Debug, Serialize)]
pub struct RemoveWebhook {
    pub webhook: WebhookName,
}

impl Command for RemoveWebhook {
    const NAME: &'static str = "removeWebhook";
    type Done = Written<WebhookId, webhook::Model>;

    fn action(&self) -> Action {
        WebhookAction::Remove.into()
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<Self::Done> {
        let WebhookName { id, expected_version } = self.webhook;
        let permit = tx.permit::<webhook::Entity>(id, WebhookAction::Remove, expected_version).await?;
        let row = tx.remove_webhook(permit).await?;
        Ok(Written::new(row.id, row))
    }
}

/// Have a webhook send again.
#[derive(Clone, Debug, Serialize)]
pub struct ReplayWebhook {
    pub webhook: WebhookName,
    pub replay: Replay,
}

impl Command for ReplayWebhook {
    const NAME: &'static str = "replayWebhook";
    type Done = Written<WebhookId, webhook::Model>;

    fn action(&self) -> Action {
        WebhookAction::Replay.into()
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<Self::Done> {
        let WebhookName { id, expected_version } = self.webhook;
        let permit = tx.permit::<webhook::Entity>(id, WebhookAction::Replay, expected_version).await?;
        let row = tx.replay(permit, self.replay).await?;
        Ok(Written::new(row.id, row))
    }
}
