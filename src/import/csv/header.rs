//! The first row of a table, which names the columns.

use strsim::damerau_levenshtein;

use super::{
    column::{CsvColumn, TYPE, all},
    is_blank,
};

/// Up to which edit distance a name is suggested in place of an unknown one.
const NEAR: usize = 2;

/// The columns of a table, from left to right.
#[derive(Debug)]
pub(super) struct CsvHeader(Vec<&'static CsvColumn>);

impl CsvHeader {
    /// Reads the first row, or says what is wrong with it. Empty cells at its end are no columns.
    pub(super) fn read(cells: &[String]) -> Result<Self, String> {
        let named = cells.iter().rposition(|cell| !is_blank(cell)).map_or(0, |last| last + 1);
        let mut columns: Vec<&'static CsvColumn> = Vec::with_capacity(named);
        for cell in cells.iter().take(named) {
            let column = all().find(|column| column.name == cell).ok_or_else(|| unknown(cell))?;
            if columns.contains(&column) {
                return Err(format!("the column `{cell}` is there twice"));
            }
            columns.push(column);
        }
        if columns.iter().any(|column| column.name == TYPE) {
            Ok(Self(columns))
        } else {
            Err("the column `type` is missing, which says of each row what it is, such as customer"
                .to_owned())
        }
    }

    pub(super) fn columns(&self) -> &[&'static CsvColumn] {
        &self.0
    }
}

fn unknown(cell: &str) -> String {
    if is_blank(cell) {
        return "a column has no name".to_owned();
    }
    let near: Vec<_> = all().map(|column| column.name).filter(|name| is_near(name, cell)).collect();
    if near.is_empty() {
        let names: Vec<_> = all().map(|column| column.name).collect();
        return format!("the column `{cell}` is not known; there are {}", names.join(", "));
    }
    format!("the column `{cell}` is not known; do you mean `{}`?", near.join("` or `"))
}

/// Whether somebody who writes `cell` may mean `name`: `Tenant ID`, `tenant_id` and `tennantId` are all `tenantId`.
fn is_near(name: &str, cell: &str) -> bool {
    let plain =
        |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let (name, cell) = (plain(name), plain(cell));
    let distance = damerau_levenshtein(&name, &cell);
    distance <= NEAR && distance < name.len().min(cell.len()) / 2 || distance == 0
}
