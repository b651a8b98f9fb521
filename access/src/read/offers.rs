//! Offers from memory.

use std::collections::HashMap;
use std::sync::Arc;

use entity::{OfferId, offer};
use uuid::Uuid;

use crate::Result;
use crate::core::view::View;

impl View {
    /// This offer, if it is remembered.
    #[must_use]
    pub fn remembered_offer(&self, id: OfferId) -> Option<Arc<offer::Model>> {
        self.cached_offers().get(id)
    }

    /// These offers: a statement only for those that are not remembered.
    pub async fn offers(&self, ids: Vec<OfferId>) -> Result<HashMap<OfferId, Arc<offer::Model>>> {
        let remembered = self.cached_offers();
        let mut found: HashMap<_, _> =
            ids.iter().filter_map(|id| Some((*id, remembered.get(*id)?))).collect();
        let missing: Vec<Uuid> = ids.iter().filter(|id| !found.contains_key(id)).map(|id| id.0).collect();
        if !missing.is_empty() {
            for row in self.select::<offer::Entity>().all_by(offer::Column::Id, missing).await? {
                let row = Arc::new(row);
                remembered.insert(Arc::clone(&row));
                found.insert(row.id, row);
            }
        }
        Ok(found)
    }
}
