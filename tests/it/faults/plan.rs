//! What is to go wrong, and what came of it.

use access::Database;

/// What can go wrong between a server and its database.
pub trait Faults {
    /// One way in which it does.
    type Fault: Copy + std::fmt::Debug + 'static;

    /// From now on, the n-th step goes wrong.
    fn arm(&self, n: u32, fault: Self::Fault);

    /// Nothing goes wrong any more. Whether something did.
    fn disarm(&self) -> bool;

    /// Whether all later steps go wrong too.
    fn stays(fault: Self::Fault) -> bool;
}

/// What became of the mutations.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// Faults that were met.
    pub injected: u32,
    /// Mutations that were acknowledged although they met one.
    pub acknowledged: u32,
    /// Mutations that were not, and are stored.
    pub stored: u32,
    /// Mutations that were not, and have not happened.
    pub absent: u32,
}

/// What goes wrong in one life: each mutation's n-th step, in ways that take turns.
#[derive(Clone, Copy, Debug)]
pub struct Plan<T: 'static> {
    pub n: u32,
    pub faults: &'static [T],
    /// Where in `faults` to begin.
    pub first: usize,
    /// Whether mutations have idempotency keys.
    pub is_keyed: bool,
}

impl Tally {
    /// What came of it, where nothing was lost and nothing half-made: else the trial had ended there.
    pub fn sentence(self, database: &Database) -> String {
        let Self { injected, acknowledged, stored, absent } = self;
        let database = match database {
            Database::Sqlite(_) => "SQLite",
            Database::Postgres(_) => "PostgreSQL",
        };
        format!(
            "{database}: {injected} faults injected: {acknowledged} mutations acknowledged all the same, {stored} stored \
             without an acknowledgement, {absent} absent; 0 lost, 0 half-made"
        )
    }
}
