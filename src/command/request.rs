//! Relationship requests: asked, taken back, accepted, declined.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use entity::{
    CustomerId, GrantId, RequestId, TenantId, customer, customer_reference, relationship_request as request,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Command, CustomerName, Written};
use crate::{Error, Result};
use access::{Permit, Principal, RequestPermit, TenantKey, Transaction};
use domain::action::{Action, GrantAction, RequestAction};
use domain::invitation;
use domain::refusal::{Refusal, RefusalCode};
use domain::request::RequestRows;
use domain::request::{Acceptance, Accepted, Addressee, NewRequest, accept, decline, renewal, withdraw};

/// How many requests can be made at once.
pub const MOST_AT_ONCE: usize = 100;

/// How a customer names the request that it decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum RequestName {
    Id(RequestId),
    /// An open invitation, by its secret.
    Invitation(String),
}

/// Ask a customer for a relationship; without a customer, make an open invitation.
#[derive(Clone, Debug, Serialize)]
pub struct RequestRelationship {
    pub customer: Option<CustomerName>,
    pub asked: NewRequest,
}

/// The request that was made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Requested {
    pub request: RequestId,
    /// The secret of an open invitation. Only its hash is stored, so that a repeat cannot show it again.
    #[serde(skip)]
    pub invitation: Option<String>,
    /// The request as it is then, which after a dry run is nowhere else.
    #[serde(skip)]
    pub rows: Option<RequestRows>,
}

impl Command for RequestRelationship {
    const NAME: &'static str = "requestRelationship";
    type Done = Requested;

    fn action(&self) -> Action {
        Action::RequestRelationship
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<Requested> {
        let permit = tx.permit_request()?;
        let to = self.addressee(tx, &permit).await?;
        self.ask(tx, &permit, to).await
    }
}

impl RequestRelationship {
    /// Whom the request is for; None for an open invitation.
    async fn addressee(
        &self,
        tx: &mut Transaction<'_>,
        permit: &RequestPermit,
    ) -> Result<Option<CustomerId>> {
        self.asked.check()?;
        match &self.customer {
            None => Ok(None),
            Some(CustomerName::Tenant(tenant)) => tx.addressee(permit, tenant.clone()).await.map(Some),
            Some(CustomerName::Id(Some(id))) => {
                let tenant = known(tx, *id).await?;
                tx.addressee(permit, TenantKey::Id(tenant)).await.map(Some)
            }
            Some(CustomerName::Id(None)) => Err(Refusal::not_found("customer").into()),
        }
    }

    async fn ask(
        self,
        tx: &mut Transaction<'_>,
        permit: &RequestPermit,
        to: Option<CustomerId>,
    ) -> Result<Requested> {
        let invitation = to.is_none().then(new_secret);
        let to = Addressee { customer: to, invitation_hash: invitation.as_deref().map(invitation::digest) };
        let rows = self.asked.rows(RequestId(Uuid::now_v7()), permit.partner().id, to, tx.view().at());
        let request = tx.create_request(permit, rows.clone()).await?.id;
        Ok(Requested { request, invitation, rows: Some(rows) })
    }
}

/// Ask several customers, each on its own: one that is refused does not keep the others.
#[derive(Clone, Debug, Serialize)]
pub struct RequestRelationships(pub Vec<RequestRelationship>);

impl Command for RequestRelationships {
    const NAME: &'static str = "requestRelationships";
    /// In the order of the input.
    type Done = Vec<Result<Requested, Refusal>>;

    fn action(&self) -> Action {
        Action::RequestRelationship
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<Self::Done> {
        let permit = tx.permit_request()?;
        let number = self.0.len();
        if number == 0 || number > MOST_AT_ONCE {
            let message =
                format!("Between 1 and {MOST_AT_ONCE} requests can be made at once; {number} are given.");
            return Err(Refusal::new(RefusalCode::LimitExceeded, message).at("requests").into());
        }
        tx.lock_several().await?;
        let mut done = Vec::with_capacity(number);
        let mut allowed = Vec::new();
        for (place, request) in self.0.into_iter().enumerate() {
            match request.addressee(tx, &permit).await {
                Ok(to) => {
                    allowed.push((to, place, request));
                    // The place is filled below.
                    done.push(None);
                }
                Err(Error::Refused(refusal)) => done.push(Some(Err(refusal.in_element("requests", place)))),
                Err(error) => return Err(error),
            }
        }
        // Every transaction locks customers in this one order, so that no two wait for each other crosswise.
        allowed.sort_by_key(|(to, place, _)| (to.is_none(), *to, *place));
        for (to, place, request) in allowed {
            tx.begin_part().await?;
            let outcome = request.ask(tx, &permit, to).await;
            let outcome = tx.end_part(outcome).await?;
            if let Some(done) = done.get_mut(place) {
                *done = Some(outcome.map_err(|refusal| refusal.in_element("requests", place)));
            }
        }
        Ok(done.into_iter().flatten().collect())
    }
}

/// Ask to go on with a grant after its end.
#[derive(Clone, Debug, Serialize)]
pub struct RenewGrant {
    pub grant: GrantId,
    pub duration_days: i32,
    pub message: Option<String>,
    pub valid_days: i32,
}

impl Command for RenewGrant {
    const NAME: &'static str = "renewGrant";
    type Done = Requested;

    fn action(&self) -> Action {
        GrantAction::Renew.into()
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<Requested> {
        let (grant, renewed) = tx.permit_whole(self.grant, GrantAction::Renew, None).await?;
        let permit = tx.permit_renewal(&grant)?;
        let at = tx.view().at();
        let asked = renewal(&renewed, self.duration_days, self.message, self.valid_days, at)?;
        asked.check()?;
        let to = Addressee { customer: Some(renewed.grant.customer_id), invitation_hash: None };
        let rows = asked.rows(RequestId(Uuid::now_v7()), permit.partner().id, to, at);
        let request = tx.create_request(&permit, rows.clone()).await?.id;
        Ok(Requested { request, invitation: None, rows: Some(rows) })
    }
}

/// The secret of an open invitation: 256 bits that nobody can guess, fit for a link.
fn new_secret() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// The tenant of a customer that the partner knows: it sees it, or has asked it before.
async fn known(tx: &Transaction<'_>, id: CustomerId) -> Result<TenantId> {
    let view = tx.view();
    if let Some(seen) = tx.see(view.select::<customer::Entity>().find(id)).await? {
        return Ok(seen.tenant_id);
    }
    let asked = tx.see(view.select::<customer_reference::Entity>().find(id)).await?;
    Ok(asked.ok_or_else(|| Refusal::not_found("customer"))?.tenant_id)
}

/// Take a request back.
#[derive(Clone, Debug, Serialize)]
pub struct WithdrawRequest {
    pub request: RequestId,
    pub expected_version: Option<i32>,
}

impl Command for WithdrawRequest {
    const NAME: &'static str = "withdrawRelationshipRequest";
    type Done = Written<RequestId, request::Model>;

    fn action(&self) -> Action {
        RequestAction::Withdraw.into()
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<Self::Done> {
        let (request, expected) = (self.request, self.expected_version);
        let permit = tx.permit::<request::Entity>(request, RequestAction::Withdraw, expected).await?;
        let row = withdraw(permit.row(), tx.view().at())?;
        let row = tx.apply(permit, row).await?;
        Ok(Written::new(row.id, row))
    }
}

/// Say yes to a request, or to less than it asks for.
#[derive(Clone, Debug, Serialize)]
pub struct AcceptRequest {
    pub request: RequestName,
    pub acceptance: Acceptance,
    pub expected_version: Option<i32>,
}

/// The grant that acceptance made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AcceptanceDone {
    pub request: RequestId,
    pub grant: GrantId,
    /// Both as they are then, which after a dry run are nowhere else.
    #[serde(skip)]
    pub rows: Option<Accepted>,
}

impl Command for AcceptRequest {
    const NAME: &'static str = "acceptRelationshipRequest";
    type Done = AcceptanceDone;

    fn action(&self) -> Action {
        RequestAction::Accept.into()
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<AcceptanceDone> {
        let expected = self.expected_version;
        let (permit, own) = addressed(tx, self.request, RequestAction::Accept, expected).await?;
        let accepted = accept(&tx.asked(&permit).await?, self.acceptance, own, tx.view().at())?;
        let accepted = tx.accept(permit, accepted).await?;
        let (request, grant) = (accepted.request.id, accepted.grant.grant.id);
        Ok(AcceptanceDone { request, grant, rows: Some(accepted) })
    }
}

/// Say no to a request.
#[derive(Clone, Debug, Serialize)]
pub struct DeclineRequest {
    pub request: RequestName,
    pub reason: Option<String>,
    pub expected_version: Option<i32>,
}

impl Command for DeclineRequest {
    const NAME: &'static str = "declineRelationshipRequest";
    type Done = Written<RequestId, request::Model>;

    fn action(&self) -> Action {
        RequestAction::Decline.into()
    }

    async fn execute(self, tx: &mut Transaction<'_>) -> Result<Self::Done> {
        let expected = self.expected_version;
        let (permit, own) = addressed(tx, self.request, RequestAction::Decline, expected).await?;
        let row = decline(permit.row(), own.id, self.reason, tx.view().at())?;
        let row = tx.apply(permit, row).await?;
        Ok(Written::new(row.id, row))
    }
}

/// The request that the viewer, a customer, is to decide.
async fn addressed<'v>(
    tx: &mut Transaction<'v>,
    request: RequestName,
    action: RequestAction,
    expected_version: Option<i32>,
) -> Result<(Permit<request::Entity>, &'v customer::Model)> {
    let Principal::Customer(own) = tx.view().viewer().principal() else {
        return Err(Error::Internal("someone who is no customer may decide a request"));
    };
    let permit = match request {
        RequestName::Id(id) => tx.permit(id, action, expected_version).await?,
        RequestName::Invitation(secret) => tx.permit_by_invitation(&secret, action, expected_version).await?,
    };
    Ok((permit, own))
}
