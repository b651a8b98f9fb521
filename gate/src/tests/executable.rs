//! A small schema that the engine can execute, and that counts its resolvers' calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_graphql::{Context, Interface, Object, SimpleObject, Union};

/// How many resolvers have run.
pub(crate) type Calls = Arc<AtomicUsize>;

fn count(ctx: &Context<'_>) {
    if let Some(calls) = ctx.data_opt::<Calls>() {
        calls.fetch_add(1, Ordering::Relaxed);
    }
}

#[derive(Interface)]
#[graphql(field(name = "name", ty = "String"), field(name = "peer", ty = "Party"))]
pub(crate) enum Party {
    Customer(Customer),
    Partner(Partner),
}

#[derive(Union)]
pub(crate) enum Either {
    Customer(Customer),
    Partner(Partner),
    Note(Note),
}

pub(crate) struct Customer;
pub(crate) struct Partner;

#[derive(SimpleObject)]
pub(crate) struct Note {
    text: String,
}

fn note() -> Note {
    Note { text: "note".to_owned() }
}

#[Object]
impl Customer {
    async fn name(&self, ctx: &Context<'_>) -> String {
        count(ctx);
        "Contoso".to_owned()
    }

    async fn peer(&self, ctx: &Context<'_>) -> Party {
        count(ctx);
        Partner.into()
    }

    async fn size(&self, ctx: &Context<'_>) -> u32 {
        count(ctx);
        7
    }

    async fn friend(&self, ctx: &Context<'_>) -> Option<Customer> {
        count(ctx);
        None
    }
}

#[Object]
impl Partner {
    async fn name(&self, ctx: &Context<'_>) -> String {
        count(ctx);
        "Fabrikam".to_owned()
    }

    async fn peer(&self, ctx: &Context<'_>) -> Party {
        count(ctx);
        Customer.into()
    }

    async fn customers(&self, ctx: &Context<'_>) -> Vec<Customer> {
        count(ctx);
        vec![Customer, Customer]
    }
}

pub(crate) struct Query;

#[Object]
impl Query {
    async fn party(&self, ctx: &Context<'_>) -> Party {
        count(ctx);
        Customer.into()
    }

    async fn parties(&self, ctx: &Context<'_>) -> Vec<Party> {
        count(ctx);
        vec![Partner.into(), Customer.into()]
    }

    async fn either(&self, ctx: &Context<'_>) -> Option<Either> {
        count(ctx);
        Some(note().into())
    }

    async fn eithers(&self, ctx: &Context<'_>) -> Vec<Either> {
        count(ctx);
        vec![Customer.into(), note().into(), Partner.into()]
    }

    async fn customer(&self, ctx: &Context<'_>) -> Customer {
        count(ctx);
        Customer
    }
}

pub(crate) struct Mutation;

#[Object]
impl Mutation {
    /// How many resolvers have run, this one included.
    async fn bump(&self, ctx: &Context<'_>) -> usize {
        count(ctx);
        ctx.data_opt::<Calls>().map_or(0, |calls| calls.load(Ordering::Relaxed))
    }
}
