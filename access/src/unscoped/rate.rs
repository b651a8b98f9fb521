//! The points of each tenant that all servers on one PostgreSQL take from together. The table is the server's own: it tells nothing
//! of anyone's rows.

use entity::{Instant, TenantId};
use sea_orm::{DbErr, FromQueryResult, QueryResult};

use super::{ServerWriteReturning, Sql};

/// Fills the tenant's bucket up to $5, and takes $2 from it; if $6 and there is too little, takes nothing. One statement, so that
/// no two servers take the same point. Says what is left, and whether it was taken.
///
/// A server whose clock is behind fills nothing.
const TAKE: &str = "
WITH taken AS (
    INSERT INTO rate_bucket AS b (tenant_id, level, filled_at) VALUES ($1, $3 - $2, $5)
    ON CONFLICT (tenant_id) DO UPDATE
        SET level = least($3, b.level + $7 + greatest(0, $5 - b.filled_at) * $3 / $4) - $2,
            filled_at = greatest(b.filled_at, $5)
        WHERE NOT $6 OR least($3, b.level + $7 + greatest(0, $5 - b.filled_at) * $3 / $4) >= least($2, $3)
    RETURNING level
)
SELECT level, true AS is_taken FROM taken
UNION ALL
SELECT least($3, b.level + $7 + greatest(0, $5 - b.filled_at) * $3 / $4), false
    FROM rate_bucket b WHERE b.tenant_id = $1 AND NOT EXISTS (SELECT 1 FROM taken)";

/// What is to be taken from a tenant's bucket.
#[derive(Clone, Copy, Debug)]
pub struct Withdrawal {
    pub tenant: TenantId,
    pub points: i64,
    /// What was taken before and not used.
    pub refund: i64,
    /// Whether nothing is taken where there is too little.
    pub is_refused: bool,
    pub at: Instant,
}

/// How much a bucket holds, and in how many milliseconds an empty one is full.
#[derive(Clone, Copy, Debug)]
pub struct BucketSize {
    pub points: i64,
    pub window: i64,
}

/// What is in a bucket now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BucketLevel {
    /// In whole points; below zero where more was taken than there was.
    pub points: i64,
    /// Whether what was asked for was taken.
    pub is_taken: bool,
}

impl FromQueryResult for BucketLevel {
    fn from_query_result(row: &QueryResult, names: &str) -> Result<Self, DbErr> {
        let level: f64 = row.try_get(names, "level")?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a level is within what was taken and what a bucket holds"
        )]
        let points = level.floor() as i64;
        Ok(Self { points, is_taken: row.try_get(names, "is_taken")? })
    }
}

/// Takes points from the bucket of a tenant, on PostgreSQL.
pub(crate) fn take(withdrawal: Withdrawal, size: BucketSize) -> ServerWriteReturning<BucketLevel> {
    let Withdrawal { tenant, points, refund, is_refused, at } = withdrawal;
    // Whole numbers up to 2^53 are themselves in this type.
    #[expect(clippy::cast_precision_loss, reason = "a number of points beyond 2^53 is as good as none")]
    let number = |n: i64| (n as f64).into();
    let values = Vec::from([
        tenant.0.into(),
        number(points),
        number(size.points),
        number(size.window),
        at.timestamp_millis().into(),
        is_refused.into(),
        number(refund),
    ]);
    ServerWriteReturning::new(Sql(TAKE.to_owned(), values))
}
