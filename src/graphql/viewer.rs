//! Who is asking.

use std::sync::Arc;

use async_graphql::{Context, Object};
use uuid::Uuid;

use super::availability::ViewerActionAvailability;
use super::customer::Customer;
use super::loader::ContextExt;
use super::partner::Partner;
use super::scalar::DateTime;
use super::vocabulary::{TenantKind, TenantRole, words};
use crate::graphql::{Error, Result};
use access::Principal;
use domain::availability::of_viewer;

/// Who is asking.
#[derive(Clone, Copy, Debug)]
pub struct Viewer;

/// Who is asking: derived from the token alone.
#[Object]
impl Viewer {
    /// What the viewer's tenant is to this server.
    #[expect(clippy::unused_async, reason = "the engine takes nothing else")]
    async fn kind(&self, ctx: &Context<'_>) -> Result<TenantKind> {
        let kind = ctx.view().viewer().kind();
        kind.map(TenantKind::from).ok_or(Error::internal("the timer asks the API"))
    }

    /// The viewer's tenant.
    async fn tenant_id(&self, ctx: &Context<'_>) -> Uuid {
        ctx.view().viewer().tenant().0
    }

    /// The principal: the token's oid, or sub.
    async fn subject<'c>(&self, ctx: &Context<'c>) -> &'c str {
        let view: &'c access::View = ctx.data_unchecked();
        &view.viewer().identity().subject
    }

    /// Whether the token is an application's own, without a user.
    async fn is_application(&self, ctx: &Context<'_>) -> bool {
        ctx.view().viewer().identity().is_application
    }

    /// Whether the token says that its bearer signed in with a second factor.
    async fn mfa(&self, ctx: &Context<'_>) -> bool {
        ctx.view().viewer().identity().mfa
    }

    /// The viewer's roles in its own tenant, of those that this server knows.
    async fn roles(&self, ctx: &Context<'_>) -> Vec<TenantRole> {
        words(&ctx.view().viewer().identity().roles)
    }

    /// The object ids of the security groups that the viewer belongs to.
    async fn groups<'c>(&self, ctx: &Context<'c>) -> &'c [Uuid] {
        let view: &'c access::View = ctx.data_unchecked();
        &view.viewer().identity().groups
    }

    /// Each action that takes no object, and what stands between it and the viewer.
    async fn available_actions(&self, ctx: &Context<'_>) -> Vec<ViewerActionAvailability> {
        let actor = ctx.view().viewer().actor();
        ViewerActionAvailability::each(|action| of_viewer(action, actor))
    }

    /// Until when the token is good.
    async fn token_expires_at(&self, ctx: &Context<'_>) -> DateTime {
        ctx.view().viewer().identity().expires_at.into()
    }

    /// The viewer's own tenant; set for partner principals.
    async fn partner(&self, ctx: &Context<'_>) -> Option<Partner> {
        match ctx.view().viewer().principal() {
            Principal::Partner(own) => Some(Partner::from(Arc::new(own.clone()))),
            Principal::Customer(_) | Principal::Operator | Principal::Timer => None,
        }
    }

    /// The viewer's own tenant; set for customer principals.
    async fn customer(&self, ctx: &Context<'_>) -> Option<Customer> {
        match ctx.view().viewer().principal() {
            Principal::Customer(own) => Some(Customer::from(Arc::new(own.clone()))),
            Principal::Partner(_) | Principal::Operator | Principal::Timer => None,
        }
    }
}

#[derive(Debug, Default)]
pub struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// Who is asking: derived from the token alone, never from an argument or a header.
    async fn viewer(&self) -> Viewer {
        Viewer
    }
}
