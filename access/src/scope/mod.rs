//! Who sees what, as SQL: of each table the rule, and the statements that begin with it.
//!
//! Nothing here can reach a database: a rule is made of who looks ([`Perspective`](scoped::Perspective)), and what comes out
//! are words. A rule answers for every kind of viewer and has no default arm. Public data says `everyone()`, hidden data says
//! `no_one()`; silence does not compile. ARCHITECTURE.md has the rules in words.
//!
//! In reading order: what a rule is (`scoped`), those that go by who is a party (`parties`) and by what grants give
//! (`effective_grants`), where lists start (`reach`), and the statements (`columns`, `selection`, `list`).

#![expect(
    clippy::disallowed_methods,
    reason = "this is where conditions are written that read another table"
)]

mod parties;

pub(crate) mod columns;
pub(crate) mod effective_grants;
pub(crate) mod list;
pub(crate) mod reach;
pub(crate) mod scoped;
pub(crate) mod selection;
