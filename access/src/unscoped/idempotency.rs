//! Idempotency keys that no repeat can use any more.

use entity::{Instant, idempotency_record};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryTrait};

use super::ServerWrite;

/// Removes everyone's keys that were claimed until then.
pub(crate) fn forget_until(until: Instant) -> ServerWrite {
    let old = idempotency_record::Column::CreatedAt.lte(until);
    ServerWrite::new(idempotency_record::Entity::delete_many().filter(old).into_query())
}
