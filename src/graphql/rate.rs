//! What an operation costs, and what its tenant has left.

use async_graphql::{Context, Object};
use entity::Instant;

use super::scalar::DateTime;

/// A tenant's points on this server, after it was charged with an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// What the operation was foretold to cost.
    pub cost: u64,
    pub limit: u64,
    pub remaining: u64,
    /// When there are as many as there can be.
    pub resets_at: Instant,
    /// How far that is away, in seconds.
    pub seconds: u64,
}

/// What this operation cost, and what the viewer's tenant has left on this server.
#[Object]
impl RateLimit {
    /// What this operation was foretold to cost, in points. What it does not read of that is given back when it is answered.
    async fn cost(&self) -> i32 {
        int(self.cost)
    }

    /// How many points the tenant has when it has asked for nothing for a while.
    async fn limit(&self) -> i32 {
        int(self.limit)
    }

    /// How many it has left, this operation paid.
    async fn remaining(&self) -> i32 {
        int(self.remaining)
    }

    /// When it has `limit` points again, if it asks for nothing until then.
    async fn resets_at(&self) -> DateTime {
        self.resets_at.into()
    }
}

fn int(number: u64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

#[derive(Debug, Default)]
pub struct RateQuery;

#[Object]
impl RateQuery {
    /// What this operation cost, and what the viewer's tenant has left.
    async fn rate_limit<'c>(&self, ctx: &Context<'c>) -> &'c RateLimit {
        ctx.data_unchecked()
    }
}
