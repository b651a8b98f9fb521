//! The names of the columns and the types of their cells: the fields of the records.

use serde_json::Value;

use super::number;

/// What a cell holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CellType {
    Text,
    /// A whole number.
    Number,
    /// `true` or `false`, in any case.
    Truth,
    /// Words with spaces between them.
    Words,
}

/// A column.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CsvColumn {
    /// The field's name, after that of the object that it is in, if it is in one.
    pub(super) name: &'static str,
    cell_type: CellType,
}

const fn text(name: &'static str) -> CsvColumn {
    CsvColumn { name, cell_type: CellType::Text }
}

const fn number(name: &'static str) -> CsvColumn {
    CsvColumn { name, cell_type: CellType::Number }
}

const fn truth(name: &'static str) -> CsvColumn {
    CsvColumn { name, cell_type: CellType::Truth }
}

const fn words(name: &'static str) -> CsvColumn {
    CsvColumn { name, cell_type: CellType::Words }
}

/// The column that says of which kind a row is.
pub(super) const TYPE: &str = "type";

/// All columns. `assignments` is not among them: it is a list of objects, which no cell can hold.
pub(super) const COLUMNS: [CsvColumn; 45] = [
    text(TYPE),
    text("tenantId"),
    text("partnerNumber"),
    text("name"),
    text("kind"),
    text("cloud"),
    text("domain"),
    text("country"),
    text("sku"),
    text("publisher"),
    number("minQuantity"),
    number("maxQuantity"),
    words("terms"),
    words("billingCycles"),
    text("id"),
    text("partner"),
    text("customer"),
    text("displayName"),
    words("roles"),
    text("startsAt"),
    text("endsAt"),
    truth("autoExtend"),
    text("terminatedAt"),
    text("terminatedBy"),
    text("terminationReason"),
    text("invitation"),
    text("message"),
    text("duration"),
    text("renews"),
    text("grant"),
    text("expiresAt"),
    text("decidedAt"),
    text("declineReason"),
    text("partnerOfRecord"),
    text("offer"),
    text("friendlyName"),
    text("status"),
    words("suspensionReasons"),
    number("quantity"),
    text("term"),
    text("billingCycle"),
    truth("autoRenew"),
    text("termEndsAt"),
    text("cancellableUntil"),
    text("createdAt"),
];

/// The columns of what a subscription becomes when it renews.
pub(super) const NEXT_TERM: [CsvColumn; 3] =
    [number("nextTerm.quantity"), text("nextTerm.term"), text("nextTerm.billingCycle")];

/// All columns there are.
pub(super) fn all() -> impl Iterator<Item = &'static CsvColumn> {
    COLUMNS.iter().chain(&NEXT_TERM)
}

impl CsvColumn {
    /// The value of a cell of this column.
    pub(super) fn value(&self, cell: &str) -> Result<Value, String> {
        match self.cell_type {
            CellType::Text => Ok(cell.into()),
            CellType::Number => {
                number::read(cell.trim()).map_err(|reason| format!("{}: {reason}", self.name))
            }
            CellType::Truth if cell.trim().eq_ignore_ascii_case("true") => Ok(true.into()),
            CellType::Truth if cell.trim().eq_ignore_ascii_case("false") => Ok(false.into()),
            CellType::Truth => Err(format!("{}: `{cell}` is neither true nor false", self.name)),
            CellType::Words => Ok(cell.split_whitespace().collect()),
        }
    }
}
