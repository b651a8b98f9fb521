//! One thing that is asked of a token, and what came out.

use super::Refusal;

/// One thing that is asked of a token, and what came out. It quotes the token, so it is for whoever holds it: shown by
/// `copartner token check`, never logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What is asked, as one or two words.
    pub name: &'static str,
    /// Why the answer refuses the token; `None` if it passed.
    pub refusal: Option<Refusal>,
    /// What was found. Everything from the token is quoted and escaped, so it is safe on a terminal.
    pub detail: String,
}

impl Check {
    #[must_use]
    pub const fn passed(&self) -> bool {
        self.refusal.is_none()
    }
}

/// What to do about a check that fails. This is the only difference between verifying a token and explaining it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// Stop at it.
    Stop,
    /// Write it down, and go on with what can still be known.
    GoOn,
}

/// What a check came to, for the checks that build on it. Whoever makes something of the token has to unwrap all of
/// them, so going on past a failed check cannot end in an identity.
pub(super) type Outcome<T> = Result<T, Refusal>;

/// The checks of one token so far.
pub(super) struct Findings {
    patience: Patience,
    pub(super) checks: Vec<Check>,
}

impl Findings {
    pub(super) const fn new(patience: Patience) -> Self {
        Self { patience, checks: Vec::new() }
    }

    /// Takes what a check came to. The outer error is to stop at. `found` says what the check saw, and is asked only when
    /// that is written down.
    pub(super) fn take<T>(
        &mut self,
        name: &'static str,
        outcome: Outcome<T>,
        found: impl FnOnce(Option<&T>) -> String,
    ) -> Result<Outcome<T>, Refusal> {
        if self.patience == Patience::Stop {
            return outcome.map(Ok);
        }
        let refusal = outcome.as_ref().err().copied();
        let words = [refusal.map_or("", Refusal::sentence), &found(outcome.as_ref().ok())].join(" ");
        self.checks.push(Check { name, refusal, detail: words.trim().to_owned() });
        Ok(outcome)
    }

    /// Takes a check without which nothing more can be known.
    pub(super) fn need<T>(
        &mut self,
        name: &'static str,
        outcome: Outcome<T>,
        found: impl FnOnce(Option<&T>) -> String,
    ) -> Result<T, Refusal> {
        self.take(name, outcome, found)?
    }

    /// Asks about what an earlier check came to. If that failed, this is neither asked nor written down.
    pub(super) fn after<'t, T, U>(
        &mut self,
        earlier: &'t Outcome<T>,
        name: &'static str,
        ask: impl FnOnce(&'t T) -> Outcome<U>,
        found: impl FnOnce(&'t T) -> String,
    ) -> Result<Outcome<U>, Refusal> {
        match earlier {
            Ok(earlier) => self.take(name, ask(earlier), |_| found(earlier)),
            Err(refusal) => Ok(Err(*refusal)),
        }
    }
}
