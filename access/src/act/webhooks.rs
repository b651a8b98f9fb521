//! Webhooks: registered, given new secrets, and made to send again.

use entity::{
    DeliveryId, DeliveryStatus, EventId, EventKind, Instant, SecurityGroups, TenantRoles, WebhookId,
    WebhookStatus, event, webhook, webhook_delivery as delivery,
};
use rand::TryRng as _;
use rand::rngs::SysRng;
use serde::Serialize;
use uuid::Uuid;

use crate::chain::entry::Entry;
use crate::chain::webhook_secret::WebhookSecret;
use crate::core::proof::Permit;
use crate::core::transaction::Transaction;
use crate::unscoped::feed;
use crate::{Error, Result};
use domain::refusal::{Refusal, RefusalCode};
use domain::webhook::target::Target;
use domain::webhook::{NewWebhook, stored};

/// A webhook with its newest secret, which is nowhere else.
#[derive(Clone, Debug)]
pub struct WithSecret {
    pub row: webhook::Model,
    pub secret: WebhookSecret,
}

/// What is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Replay {
    /// From this event on.
    From(EventId),
    /// This event alone, out of turn.
    Only(EventId),
}

impl Transaction<'_> {
    /// Registers a webhook, which sees what the viewer would see. A tenant has at most `most` of them.
    pub async fn create_webhook(
        &mut self,
        (target, new): (Target, NewWebhook),
        most: u64,
    ) -> Result<WithSecret> {
        let permit = self.permit_webhook().await?;
        if self.count(self.view().select::<webhook::Entity>()).await? >= most {
            let message =
                format!("You have {most} webhooks, and cannot have more. Remove one that is not needed.");
            return Err(Refusal::new(RefusalCode::LimitExceeded, message).at("url").into());
        }
        let (view, id, nonce) = (self.view(), WebhookId(Uuid::now_v7()), nonce()?);
        let (key, identity, at) = (view.store().log_key()?, view.viewer().identity(), view.at());
        let (tenant_id, partner_id, customer_id) = permit.tenant();
        let row = webhook::Model {
            id,
            tenant_id,
            partner_id,
            customer_id,
            url: target.to_string(),
            origin: target.origin(),
            description: new.description,
            kinds: new.kinds.map(stored),
            roles: TenantRoles(identity.roles.clone()),
            security_groups: SecurityGroups(identity.groups.clone()),
            status: WebhookStatus::Enabled,
            secret_nonce: nonce.clone(),
            secret_key_id: key.webhook_key_id()?,
            secret_rotated_at: at,
            previous_nonce: None,
            previous_until: None,
            created_by: identity.subject.clone(),
            version: 1,
            created_at: at,
            updated_at: at,
            position: None,
            next_attempt_at: at,
            failing_since: None,
            lease_owner: None,
            lease_until: None,
        };
        let secret = key.webhook_secret(id, &nonce)?;
        let entry = Entry::of::<webhook::Entity>(EventKind::WebhookRegistered, None, &row);
        self.create::<webhook::Entity>(&permit, &row, entry).await?;
        Ok(WithSecret { row, secret })
    }

    /// Gives a webhook another secret. The one before goes on to sign until then.
    pub async fn rotate_secret(
        &mut self,
        permit: Permit<webhook::Entity>,
        until: Instant,
    ) -> Result<WithSecret> {
        let (view, before, nonce) = (self.view(), permit.row(), nonce()?);
        let (key, at, id) = (view.store().log_key()?, view.at(), before.id);
        // What another key has made cannot be made again.
        let goes_on = until > at && before.secret_key_id == key.webhook_key_id()?;
        let row = webhook::Model {
            secret_nonce: nonce.clone(),
            secret_key_id: key.webhook_key_id()?,
            secret_rotated_at: at,
            previous_nonce: goes_on.then(|| before.secret_nonce.clone()),
            previous_until: goes_on.then_some(until),
            updated_at: at,
            next_attempt_at: at,
            ..before.clone()
        };
        let secret = key.webhook_secret(id, &nonce)?;
        Ok(WithSecret { row: self.apply(permit, row).await?, secret })
    }

    /// Has a webhook send again. What still waits is sent in its turn anyway.
    pub async fn replay(
        &mut self,
        permit: Permit<webhook::Entity>,
        replay: Replay,
    ) -> Result<webhook::Model> {
        let at = self.view().at();
        let (Replay::From(id) | Replay::Only(id)) = replay;
        let seen = self.see(self.view().select::<event::Entity>().find(id)).await?;
        let seen = seen.ok_or_else(|| Refusal::not_found("from"))?;
        let before = permit.row();
        let place = self.unscoped(feed::place_of(&seen)).await?.pop().map(|entry| entry.position);
        let place = place.filter(|place| before.position.is_none_or(|position| *place <= position));
        let mut row = webhook::Model { updated_at: at, next_attempt_at: at, ..before.clone() };
        match (replay, place) {
            (Replay::From(_), Some(place)) => {
                row.position = Some(place - 1);
                // Whoever serves it now writes nothing of that any more.
                (row.lease_owner, row.lease_until) = (None, None);
            }
            (Replay::Only(_), Some(place)) => self.send_once(&permit, &seen, place).await?,
            (Replay::From(_) | Replay::Only(_), None) => {}
        }
        self.apply(permit, row).await
    }

    /// Has one event sent out of turn.
    async fn send_once(
        &mut self,
        permit: &Permit<webhook::Entity>,
        seen: &event::Model,
        position: i64,
    ) -> Result<()> {
        let at = self.view().at();
        let once = delivery::Model {
            id: DeliveryId(Uuid::now_v7()),
            webhook_id: permit.row().id,
            event_id: seen.id,
            position,
            status: DeliveryStatus::Retrying,
            attempts: 0,
            first_attempt_at: at,
            last_attempt_at: at,
            next_attempt_at: Some(at),
            response_status: None,
            failure: None,
        };
        let of_event = Some(Vec::from([seen.id.into()]));
        self.delete_children::<delivery::Entity, _>(permit, delivery::Column::EventId, of_event).await?;
        self.insert_children::<delivery::Entity, _>(permit, Vec::from([once])).await
    }

    /// Removes a webhook, with what is known of its deliveries.
    pub async fn remove_webhook(&mut self, permit: Permit<webhook::Entity>) -> Result<webhook::Model> {
        self.remove(permit).await
    }
}

/// What a new secret is derived from.
fn nonce() -> Result<Vec<u8>> {
    let mut nonce = [0; 16];
    let filled = SysRng.try_fill_bytes(&mut nonce);
    filled.map_err(|_| Error::Internal("the system gives no random numbers"))?;
    Ok(nonce.to_vec())
}
