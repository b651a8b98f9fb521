//! Offers: what can be bought.

use crate::migration::{Migration, Step::Both};

const UP: &str = r"
CREATE TABLE offer (
    id {uuid} NOT NULL PRIMARY KEY,
    sku {text} NOT NULL UNIQUE,
    name {text} NOT NULL,
    name_folded {text} NOT NULL,
    publisher {text} NOT NULL,
    min_quantity INTEGER NOT NULL CHECK (min_quantity >= 1),
    max_quantity INTEGER NOT NULL CHECK (max_quantity >= min_quantity),
    terms {json} NOT NULL,
    billing_cycles {json} NOT NULL,
    created_at {instant} NOT NULL
) {strict};
CREATE INDEX offer_by_name ON offer (name_folded, id);
";

const DOWN: &str = r"
DROP TABLE offer;
";

pub(crate) const MIGRATION: Migration = Migration { file: file!(), up: &[Both(UP)], down: &[Both(DOWN)] };
