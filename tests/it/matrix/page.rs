//! The matrix as a page for a person who reads no code: `docs/access-matrix.md`.

use std::collections::BTreeSet;
use std::fmt::Write;

use entity::Word;

use super::cell::MARKS;
use super::operations::NOUNS;
use super::viewers::Viewer;
use crate::facts::{CONTOSO, FABRIKAM, Facts, NORTHWIND};

/// One operation: its noun, what it does, its name in the schema, a mark for each viewer, and which fields some see empty.
pub struct Row {
    pub noun: &'static str,
    pub words: &'static str,
    pub name: String,
    pub marks: Vec<String>,
    pub empty: BTreeSet<String>,
}

/// Writes the page.
pub fn page(facts: &Facts, viewers: &[Viewer], rows: &[Row]) -> String {
    let sold = |partner: usize| {
        facts.subscriptions.iter().filter(|sold| (sold.customer, sold.partner) == (CONTOSO, partner)).count()
    };
    let mut page = format!(
        "# Access matrix

Who gets what from every operation, as the server answers it. `tests/it/matrix/` asks the server all of this and compares the
answers with this page, which it wrote; it fails when one mark is another. The answers themselves are in
[access_matrix.txt](../tests/it/access_matrix.txt); the rule behind them is in [ARCHITECTURE.md](../ARCHITECTURE.md#the-access-rule).

Contoso is a customer. It has bought {} subscriptions from Fabrikam and {} from Northwind, and has delegated administration
roles to both. Tailspin is a partner too, but a stranger to Contoso; its customer is Adatum. What follows is asked about Contoso, about
a subscription that Fabrikam sold to it, about its grant to Fabrikam, and about a request that Fabrikam made to it; and about a
webhook of Fabrikam's.

## Who asks

| | Who | Role in the own tenant | Holds at Contoso |
| --- | --- | --- | --- |
",
        sold(FABRIKAM),
        sold(NORTHWIND)
    );
    for Viewer { code, who, holds, person, .. } in viewers {
        let roles: Vec<_> = person.roles.iter().map(Word::name).collect();
        writeln!(page, "| **{code}** | {who} | {} | {holds} |", roles.join(", ")).unwrap();
    }
    page.push_str("\n## What the marks mean\n\n| | |\n| :-: | --- |\n");
    for (mark, meaning) in MARKS {
        writeln!(page, "| **{mark}** | {meaning} |").unwrap();
    }
    page.push_str(
        "\nAn operation that changes something is tried with a mistake in it that is found last of all, so that nothing changes: \
         ✓ means\nthat nothing but this mistake was in the way. Role definitions are the same for everyone, and not among the rows.\n",
    );
    for noun in NOUNS {
        write!(page, "\n## {noun}\n\n| |").unwrap();
        for viewer in viewers {
            write!(page, " {} |", viewer.code).unwrap();
        }
        writeln!(page, "\n| --- |{}", " :-: |".repeat(viewers.len())).unwrap();
        let of_noun = || rows.iter().filter(|row| row.noun == noun);
        for Row { words, name, marks, .. } in of_noun() {
            writeln!(page, "| {words} `{name}` | {} |", marks.join(" | ")).unwrap();
        }
        for Row { name, empty, .. } in of_noun().filter(|row| !row.empty.is_empty()) {
            let fields: Vec<_> = empty.iter().map(|field| format!("`{field}`")).collect();
            writeln!(page, "\n◐ at `{name}`: without {}.", fields.join(", ")).unwrap();
        }
    }
    page
}
