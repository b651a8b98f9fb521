//! What the operator does with tenants: lets them in or not, and corrects what is known of them.

use entity::{CustomerId, PartnerId, customer, partner};
use serde::{Deserialize, Serialize};

use super::Command;
use crate::Result;
use access::{Changed, Permit, Transaction};
use domain::action::{Action, TenantAction};
use domain::refusal::Refusal;
use domain::tenant::{ProfileChange, next_status};
use domain::text::check_message;
use domain::validation::Validation;

/// A registered tenant, and which version of it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TenantName {
    pub id: TenantRef,
    pub expected_version: Option<i32>,
}

/// A registered tenant, by its partner's or its customer's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TenantRef {
    Partner(PartnerId),
    Customer(CustomerId),
}

/// A tenant's row.
#[derive(Clone, Debug)]
pub enum TenantRow {
    Partner(partner::Model),
    Customer(customer::Model),
}

/// The tenant that a command has written.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TenantWritten {
    pub id: TenantRef,
    /// As it is then, which after a dry run is nowhere else.
    #[serde(skip)]
    pub row: Option<TenantRow>,
}

/// Let nobody of a tenant in until it is reinstated.
#[derive(Clone, Debug, Serialize)]
pub struct SuspendTenant {
    pub tenant: TenantName,
    pub reason: String,
}

/// Let a suspended tenant in again.
#[derive(Clone, Debug, Serialize)]
pub struct ReinstateTenant {
    pub tenant: TenantName,
}

/// Let nobody of a tenant in, for good.
#[derive(Clone, Debug, Serialize)]
pub struct CloseTenant {
    pub tenant: TenantName,
    pub reason: String,
}

/// Correct what is known of a tenant.
#[derive(Clone, Debug, Serialize)]
pub struct UpdateTenantProfile {
    pub tenant: TenantName,
    pub change: ProfileChange,
}

impl Command for SuspendTenant {
    const NAME: &'static str = "suspendTenant";
    type Done = TenantWritten;

    fn action(&self) -> Action {
        TenantAction::Suspend.into()
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<TenantWritten> {
        move_to(tx, self.tenant, TenantAction::Suspend, Some(self.reason)).await
    }
}

impl Command for ReinstateTenant {
    const NAME: &'static str = "reinstateTenant";
    type Done = TenantWritten;

    fn action(&self) -> Action {
        TenantAction::Reinstate.into()
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<TenantWritten> {
        move_to(tx, self.tenant, TenantAction::Reinstate, None).await
    }
}

impl Command for CloseTenant {
    const NAME: &'static str = "closeTenant";
    type Done = TenantWritten;

    fn action(&self) -> Action {
        TenantAction::Close.into()
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<TenantWritten> {
        move_to(tx, self.tenant, TenantAction::Close, Some(self.reason)).await
    }
}

impl Command for UpdateTenantProfile {
    const NAME: &'static str = "updateTenantProfile";
    type Done = TenantWritten;

    fn action(&self) -> Action {
        TenantAction::UpdateProfile.into()
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<TenantWritten> {
        let TenantName { id, expected_version } = self.tenant;
        let is_customers = matches!(id, TenantRef::Customer(_));
        self.change.errors(is_customers).into_iter().collect::<Validation>().finish()?;
        let action = TenantAction::UpdateProfile;
        Ok(match id {
            TenantRef::Partner(own) => {
                let permit = tx.permit::<partner::Entity>(own, action, expected_version).await?;
                let row = self.change.of_partner(permit.row());
                written(id, TenantRow::Partner(applied(tx, permit, row).await?))
            }
            TenantRef::Customer(own) => {
                let permit = tx.permit::<customer::Entity>(own, action, expected_version).await?;
                let row = self.change.of_customer(permit.row());
                tx.refuse_taken_domain(&row).await?;
                written(id, TenantRow::Customer(applied(tx, permit, row).await?))
            }
        })
    }
}

/// Writes a row, if it is another one than the permitted.
async fn applied<E: Changed<Model: PartialEq>>(
    tx: &mut Transaction<'_>,
    permit: Permit<E>,
    row: E::Model,
) -> Result<E::Model> {
    if *permit.row() == row {
        return Ok(row);
    }
    tx.apply(permit, row).await
}

fn written(id: TenantRef, row: TenantRow) -> TenantWritten {
    TenantWritten { id, row: Some(row) }
}

/// Does what `action` makes of the tenant's status, for this reason.
async fn move_to(
    tx: &mut Transaction<'_>,
    tenant: TenantName,
    action: TenantAction,
    reason: Option<String>,
) -> Result<TenantWritten> {
    let TenantName { id, expected_version } = tenant;
    let at = tx.view().at();
    reason.as_deref().map_or(Ok(()), |reason| check_message("reason", reason)).map_err(Refusal::from)?;
    Ok(match id {
        TenantRef::Partner(own) => {
            let permit = tx.permit::<partner::Entity>(own, action, expected_version).await?;
            let status = next_status(permit.row().status, action)?;
            let row = partner::Model {
                status,
                status_reason: reason,
                status_since: Some(at),
                ..permit.row().clone()
            };
            written(id, TenantRow::Partner(tx.apply(permit, row).await?))
        }
        TenantRef::Customer(own) => {
            let permit = tx.permit::<customer::Entity>(own, action, expected_version).await?;
            let status = next_status(permit.row().status, action)?;
            let row = customer::Model {
                status,
                status_reason: reason,
                status_since: Some(at),
                ..permit.row().clone()
            };
            written(id, TenantRow::Customer(tx.apply(permit, row).await?))
        }
    })
}
