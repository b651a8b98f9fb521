//! What can be done with webhooks.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use entity::{EventId, WebhookId, webhook};

use super::Webhook;
use crate::command::{
    Command, RegisterWebhook, RemoveWebhook, ReplayWebhook, RotateWebhookSecret, RunOptions, SecretGiven,
    UpdateWebhook, WebhookName, Written,
};
use crate::graphql::Result;
use crate::graphql::id::TypedId;
use crate::graphql::input::{ChangeInput, RunInput};
use crate::graphql::payload::{UserError, read_back, run_command, written};
use crate::graphql::vocabulary::{EventKind, WebhookStatus, rows};
use access::Replay;
use domain::refusal::Refusal;
use domain::webhook::{NewWebhook, Setting, WebhookChange, WebhookRules};

/// A webhook to register.
#[derive(Clone, Debug, InputObject)]
pub struct RegisterWebhookInput {
    /// Where to send events: an https:// address on the public internet, at most 1,000 characters.
    url: String,
    /// What to call it: 1 to 200 characters.
    description: Option<String>,
    /// The kinds of events to send; left out: all, those too that are added later.
    kinds: Option<Vec<EventKind>>,
    #[graphql(flatten)]
    run: RunInput,
}

/// The webhook, and its new secret.
#[derive(Clone, Debug, SimpleObject)]
pub struct RegisterWebhookPayload {
    /// The webhook; null when refused.
    webhook: Option<Webhook>,
    /// What its deliveries are signed with, as Standard Webhooks writes it: `whsec_` and base64. It is shown here once, and
    /// stored nowhere: if it gets lost, rotate it. Null after a dry run, and for a repeat under an idempotency key.
    secret: Option<String>,
    /// Why it was refused; empty when it was done.
    user_errors: Vec<UserError>,
}

/// What is to become of a webhook. What is left out stays.
#[derive(Clone, Debug, InputObject)]
pub struct UpdateWebhookInput {
    /// The webhook's id.
    webhook: ID,
    /// Where to send events from now on, those too that wait.
    url: Option<String>,
    /// What to call it; null takes the description away.
    description: MaybeUndefined<String>,
    /// The kinds of events to send from now on; null for all.
    kinds: MaybeUndefined<Vec<EventKind>>,
    /// DISABLED to send nothing until it is ENABLED again; what happens meanwhile is sent then.
    status: Option<WebhookStatus>,
    #[graphql(flatten)]
    change: ChangeInput,
}

/// Which webhook is given another secret.
#[derive(Clone, Debug, InputObject)]
pub struct RotateWebhookSecretInput {
    /// The webhook's id.
    webhook: ID,
    /// For how many hours the secret before signs, too: 0 to 168. 0 for when it has leaked: it ends at once.
    #[graphql(default = 24)]
    overlap_hours: i32,
    #[graphql(flatten)]
    change: ChangeInput,
}

/// Which webhook is removed.
#[derive(Clone, Debug, InputObject)]
pub struct RemoveWebhookInput {
    /// The webhook's id.
    webhook: ID,
    #[graphql(flatten)]
    change: ChangeInput,
}

/// What a webhook is to send again.
#[derive(Clone, Debug, InputObject)]
pub struct ReplayWebhookInput {
    /// The webhook's id.
    webhook: ID,
    /// The id of an event: from this one on all is sent again, in order. What still waits is sent in its turn anyway.
    from: ID,
    /// True to send this event alone, out of turn and once: if that fails, it is PARKED again.
    #[graphql(default)]
    only: bool,
    #[graphql(flatten)]
    change: ChangeInput,
}

/// The webhook that was changed.
#[derive(Clone, Debug, SimpleObject)]
pub struct WebhookPayload {
    /// The webhook, one that was removed as it was; null when refused, and for a repeat of a removal.
    webhook: Option<Webhook>,
    /// Why it was refused; empty when it was done.
    user_errors: Vec<UserError>,
}

#[derive(Debug, Default)]
pub struct WebhookMutation;

#[Object]
impl WebhookMutation {
    /// Have the events of the viewer's tenant sent to an address, from its own registration on. It is sent what the roles and
    /// groups of this token see, at the instant of each attempt. A tenant has at most 10, unless the server is configured otherwise. For
    /// a partner's ADMIN_AGENT, a CUSTOMER_ADMINISTRATOR or the OPERATOR. Users need a second factor, applications only where
    /// their issuer asks them for it.
    ///
    /// Codes: FORBIDDEN, IDEMPOTENCY_KEY_REUSED, INVALID, LIMIT_EXCEEDED.
    async fn register_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where to send which events.")] input: RegisterWebhookInput,
    ) -> Result<RegisterWebhookPayload> {
        let RegisterWebhookInput { url, description, kinds, run } = input;
        let new = NewWebhook { url, description, kinds: kinds.as_deref().map(rows) };
        let command = RegisterWebhook { new, rules: rules(ctx) };
        RegisterWebhookPayload::of(ctx, Ok(command), &run.into()).await
    }

    /// Change where a webhook is, what it is sent, or whether it is served. For a partner's ADMIN_AGENT, a
    /// CUSTOMER_ADMINISTRATOR or the OPERATOR. Users need a second factor, applications only where their issuer asks them for it.
    ///
    /// Codes: FORBIDDEN, IDEMPOTENCY_KEY_REUSED, INVALID, NOT_FOUND, VERSION_CONFLICT.
    async fn update_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which webhook, and what is to become of it.")] input: UpdateWebhookInput,
    ) -> Result<WebhookPayload> {
        let UpdateWebhookInput { webhook, url, description, kinds, status, change: how } = input;
        let change = WebhookChange {
            url,
            description: setting(description),
            kinds: setting(kinds.map_value(|kinds| rows(&kinds))),
            status: status.map(Into::into),
        };
        let command = named(&webhook, &how);
        let command = command.map(|webhook| UpdateWebhook { webhook, change, rules: rules(ctx) });
        WebhookPayload::of(ctx, command, &how.run.into()).await
    }

    /// Give a webhook another secret. Both sign until the old one's end; an emergency ends it at once. For a partner's
    /// ADMIN_AGENT, a CUSTOMER_ADMINISTRATOR or the OPERATOR. Users need a second factor, applications only where their issuer
    /// asks them for it.
    ///
    /// Codes: FORBIDDEN, IDEMPOTENCY_KEY_REUSED, INVALID, NOT_FOUND, VERSION_CONFLICT.
    async fn rotate_webhook_secret(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which webhook, and for how long the old secret goes on.")]
        input: RotateWebhookSecretInput,
    ) -> Result<RegisterWebhookPayload> {
        let RotateWebhookSecretInput { webhook, overlap_hours, change } = input;
        let command = named(&webhook, &change);
        let command = command.map(|webhook| RotateWebhookSecret { webhook, overlap_hours });
        RegisterWebhookPayload::of(ctx, command, &change.run.into()).await
    }

    /// Remove a webhook, with what is known of its deliveries. What waits is not sent any more. For a partner's ADMIN_AGENT, a
    /// CUSTOMER_ADMINISTRATOR or the OPERATOR. Users need a second factor, applications only where their issuer asks them for it.
    ///
    /// Codes: FORBIDDEN, IDEMPOTENCY_KEY_REUSED, INVALID, NOT_FOUND, VERSION_CONFLICT.
    async fn remove_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which webhook is removed.")] input: RemoveWebhookInput,
    ) -> Result<WebhookPayload> {
        let command = named(&input.webhook, &input.change).map(|webhook| RemoveWebhook { webhook });
        Ok(match run_command(ctx, command, &input.change.run.into()).await? {
            // Of a repeat there is nothing left to show.
            Ok(done) => {
                WebhookPayload { webhook: done.row.map(|row| Arc::new(row).into()), user_errors: Vec::new() }
            }
            Err(user_errors) => WebhookPayload { webhook: None, user_errors },
        })
    }

    /// Sends again, from one event on, what the webhook's roles and groups see today; the ids of the messages stay. For a
    /// partner's ADMIN_AGENT, a CUSTOMER_ADMINISTRATOR or the OPERATOR. Users need a second factor, applications only where their
    /// issuer asks them for it.
    ///
    /// Codes: FORBIDDEN, IDEMPOTENCY_KEY_REUSED, INVALID, NOT_FOUND, VERSION_CONFLICT.
    async fn replay_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which webhook, and what of the log.")] input: ReplayWebhookInput,
    ) -> Result<WebhookPayload> {
        let ReplayWebhookInput { webhook, from, only, change } = input;
        let command = named(&webhook, &change).and_then(|webhook| {
            let event = EventId::decode(&from).ok_or_else(|| Refusal::not_found("from"))?;
            let replay = if only { Replay::Only(event) } else { Replay::From(event) };
            Ok(ReplayWebhook { webhook, replay })
        });
        WebhookPayload::of(ctx, command, &change.run.into()).await
    }
}

impl RegisterWebhookPayload {
    async fn of<C: Command<Done = SecretGiven>>(
        ctx: &Context<'_>,
        command: Result<C>,
        options: &RunOptions,
    ) -> Result<Self> {
        Ok(match run_command(ctx, command, options).await? {
            Ok(SecretGiven { webhook, row, secret }) => {
                let row = match row {
                    Some(row) => Arc::new(row),
                    None => read_back(ctx, webhook).await?,
                };
                // What a dry run has made signs nothing.
                let secret = secret.filter(|_| !options.dry_run).map(|secret| secret.to_text());
                Self { webhook: Some(row.into()), secret, user_errors: Vec::new() }
            }
            Err(user_errors) => Self { webhook: None, secret: None, user_errors },
        })
    }
}

impl WebhookPayload {
    async fn of<C: Command<Done = Written<WebhookId, webhook::Model>>>(
        ctx: &Context<'_>,
        command: Result<C>,
        options: &RunOptions,
    ) -> Result<Self> {
        Ok(match run_command(ctx, command, options).await? {
            Ok(done) => Self { webhook: Some(written(ctx, done).await?.into()), user_errors: Vec::new() },
            Err(user_errors) => Self { webhook: None, user_errors },
        })
    }
}

fn rules(ctx: &Context<'_>) -> WebhookRules {
    ctx.data_unchecked::<WebhookRules>().clone()
}

fn named(id: &ID, change: &ChangeInput) -> Result<WebhookName> {
    let id = WebhookId::decode(id).ok_or_else(|| Refusal::not_found("webhook"))?;
    Ok(WebhookName { id, expected_version: change.expected_version })
}

fn setting<T>(value: MaybeUndefined<T>) -> Setting<T> {
    match value {
        MaybeUndefined::Undefined => Setting::Stays,
        MaybeUndefined::Null => Setting::Becomes(None),
        MaybeUndefined::Value(value) => Setting::Becomes(Some(value)),
    }
}
