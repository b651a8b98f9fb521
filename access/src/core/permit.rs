//! How a proof is given: what the act needs of its actor is asked, then the row, seen by the viewer's rule and locked, and then the
//! permission there.

use entity::delegated_admin_grant as grant;
use entity::{GrantId, customer, relationship_request as request};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, QueryResult};

use crate::core::proof::{Permit, PurchasePermit, RegistrationPermit, RequestPermit, WebhookPermit};
use crate::core::transaction::Transaction;
use crate::core::view::ScopedSelect;
use crate::nouns::Changed;
use crate::scope::effective_grants::{Held, access_beside, with_holdings};
use crate::scope::scoped::{Scoped, rule};
use crate::scope::selection::Beside;
use crate::unscoped::invitation::{Invited, is_invitation, open_and_locked};
use crate::viewer::Principal;
use crate::{Error, Result};
use domain::action::{Action, GrantAction, RequestAction};
use domain::decision::decide;
use domain::refusal::Refusal;
use domain::tenant::check_customer_open;

impl Transaction<'_> {
    /// The viewer may do this, as far as no object comes into it.
    fn allow(&self, action: Action) -> Result<()> {
        Ok(action.check(self.view.viewer().actor()).map_err(Refusal::forbidden)?)
    }

    /// The object with this id, seen and locked, with which the viewer may do this.
    pub async fn permit<E: Changed>(
        &mut self,
        id: E::Id,
        action: E::Action,
        expected_version: Option<i32>,
    ) -> Result<Permit<E>> {
        Ok(self.permit_beside(id, action, expected_version, Vec::new()).await?.0)
    }

    /// [`permit`](Self::permit), and what the database says of the object and of what is read beside it.
    pub(crate) async fn permit_beside<E: Changed>(
        &mut self,
        id: E::Id,
        action: E::Action,
        expected_version: Option<i32>,
        beside: Vec<Beside>,
    ) -> Result<(Permit<E>, Vec<QueryResult>)> {
        self.permitted(id, action.into(), expected_version, beside).await
    }

    /// The object with this id, about which the clock alone decides.
    pub async fn permit_time<E: Changed>(&mut self, id: E::Id) -> Result<Permit<E>> {
        Ok(self.permitted(id, Action::KeepTime, None, Vec::new()).await?.0)
    }

    async fn permitted<E: Changed>(
        &mut self,
        id: E::Id,
        action: Action,
        expected_version: Option<i32>,
        beside: Vec<Beside>,
    ) -> Result<(Permit<E>, Vec<QueryResult>)> {
        self.allow(action)?;
        let select = self.view.select::<E>().narrowed(Expr::col(E::ID.as_column_ref()).eq(id));
        let not_found = || Refusal::not_found(E::NOUN);
        let select = beside.into_iter().fold(select, ScopedSelect::beside);
        // What takes no permission there needs no look at the grants.
        let is_by_grant = action.permission().is_some();
        let results = if self.connection.is_optimistic() {
            let select = match E::CUSTOMER.filter(|_| is_by_grant) {
                Some(customer) => with_holdings(select, Held::AtCustomerOfRow(customer)),
                None => select,
            };
            self.rows_with_chain(select).await?
        } else {
            // Everyone locks the customer first, so that no two acts wait for each other.
            let seen = self.view.select::<E>().narrowed(Expr::col(E::ID.as_column_ref()).eq(id));
            let customer = self.lock_customer_of(seen, E::CUSTOMER).await?.ok_or_else(not_found)?;
            self.lock_rows(if is_by_grant { with_holdings(select, Held::At(customer)) } else { select })
                .await?
        };
        let row = E::read(results.first().ok_or_else(not_found)?)?;
        let grant = self.decide(action, &results)?;
        expect::<E>(&row, expected_version)?;
        Ok((Permit { row, action, seen_by: rule::<E>(self.view), grant }, results))
    }

    /// The open invitation that this secret belongs to, locked, with which the viewer, a customer, may do this.
    pub async fn permit_by_invitation(
        &mut self,
        secret: &str,
        action: RequestAction,
        expected_version: Option<i32>,
    ) -> Result<Permit<request::Entity>> {
        self.allow(action.into())?;
        let Principal::Customer(own) = self.view.viewer().principal() else {
            return Err(Error::Internal("someone who is no customer may decide a request"));
        };
        self.lock_several().await?;
        self.lock(Some(own.id)).await?;
        let invited = self.unscoped(open_and_locked(secret)).await?.pop();
        let row = invited.map(Invited::into_row).ok_or_else(|| Refusal::not_found("request"))?;
        expect::<request::Entity>(&row, expected_version)?;
        Ok(Permit { row, action: action.into(), seen_by: is_invitation(secret), grant: None })
    }

    /// The viewer may register tenants and offers.
    pub fn permit_registration(&self) -> Result<RegistrationPermit> {
        self.allow(Action::Register)?;
        Ok(RegistrationPermit(()))
    }

    /// The viewer may ask for relationships, for its own tenant.
    pub fn permit_request(&self) -> Result<RequestPermit> {
        self.allow(Action::RequestRelationship)?;
        self.requesting(None)
    }

    /// The viewer may ask to go on with the permitted grant.
    pub fn permit_renewal(&self, permit: &Permit<grant::Entity>) -> Result<RequestPermit> {
        self.allow(GrantAction::Renew.into())?;
        self.requesting(Some(permit.row.id))
    }

    fn requesting(&self, renews: Option<GrantId>) -> Result<RequestPermit> {
        match self.view.viewer().principal() {
            Principal::Partner(own) => Ok(RequestPermit { partner: own.clone(), renews }),
            Principal::Customer(_) | Principal::Operator | Principal::Timer => {
                Err(Error::Internal("someone who is no partner may ask for a relationship"))
            }
        }
    }

    /// The viewer may have events of its tenant sent somewhere. What the tenant does so goes one after another.
    pub(crate) async fn permit_webhook(&mut self) -> Result<WebhookPermit> {
        self.allow(Action::RegisterWebhook)?;
        let viewer = self.view.viewer();
        let (partner, customer) = match viewer.principal() {
            Principal::Partner(own) => (Some(own.id), None),
            Principal::Customer(own) => (None, Some(own.id)),
            Principal::Operator => (None, None),
            Principal::Timer => return Err(Error::Internal("the timer may register a webhook")),
        };
        self.lock(customer).await?;
        Ok(WebhookPermit { tenant: viewer.tenant(), partner, customer })
    }

    /// The one customer of this selection, seen and locked, to whom the viewer may sell; and what the database says of it and
    /// of what is read beside it.
    pub(crate) async fn permit_sale(
        &mut self,
        select: ScopedSelect<'_, customer::Entity>,
        beside: Beside,
    ) -> Result<(PurchasePermit, Vec<QueryResult>)> {
        self.allow(Action::Purchase)?;
        let Principal::Partner(own) = self.view.viewer().principal() else {
            return Err(Error::Internal("someone who is no partner may sell"));
        };
        let not_found = || Refusal::not_found("customer");
        let id = customer::Column::Id;
        let locked = self.lock_customer_of(select.clone(), Some(id)).await?.ok_or_else(not_found)?;
        let results = self.results(with_holdings(select.beside(beside), Held::At(locked))).await?;
        let customer = customer::Entity::read(results.first().ok_or_else(not_found)?)?;
        let grant = self.decide(Action::Purchase, &results)?;
        check_customer_open(customer.status)?;
        Ok((PurchasePermit { partner: own.id, customer: customer.id, grant }, results))
    }

    /// Whether the viewer may do this where it holds what the results say: the grant that it uses, if it takes one.
    fn decide(&self, action: Action, results: &[QueryResult]) -> Result<Option<GrantId>> {
        let Some(_) = action.permission() else { return Ok(None) };
        let access = access_beside(results)?;
        Ok(decide(action, self.view.viewer().actor(), &access).map_err(Refusal::forbidden)?)
    }
}

/// Whether the caller decides about the row as it is now.
fn expect<E: Changed>(row: &E::Model, expected_version: Option<i32>) -> Result<()> {
    let current = E::version(row);
    match expected_version {
        Some(expected) if expected != current => Err(Refusal::version_conflict(current).into()),
        _ => Ok(()),
    }
}
