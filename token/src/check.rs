//! One thing that is asked of a token, and what came out.

use super::Rejection;

/// One thing that is asked of a token, and what came out. It quotes the token, so it is for whoever holds it: shown by
/// `copartner token check`, never logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenCheck {
    /// What is asked, as one or two words.
    pub name: &'static str,
    /// Why the answer refuses the token; `None` if it passed.
    pub rejection: Option<Rejection>,
    /// What was found. Everything from the token is quoted and escaped, so it is safe on a terminal.
    pub detail: String,
}

impl TokenCheck {
    #[must_use]
    pub const fn passed(&self) -> bool {
        self.rejection.is_none()
    }
}

/// What to do about a check that fails. This is the only difference between verifying a token and explaining it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnRejection {
    /// Stop at it.
    Stop,
    /// Write it down, and go on with what can still be known.
    Continue,
}

/// What a check came to, for the checks that build on it. Whoever makes something of the token has to unwrap all of
/// them, so going on past a failed check cannot end in an identity.
pub(super) type CheckOutcome<T> = Result<T, Rejection>;

/// The checks of one token so far.
pub(super) struct Checks {
    on_rejection: OnRejection,
    pub(super) checks: Vec<TokenCheck>,
}

impl Checks {
    pub(super) const fn new(on_rejection: OnRejection) -> Self {
        Self { on_rejection, checks: Vec::new() }
    }

    /// Records what a check came to. The outer error is to stop at. `found` says what the check saw, and is asked only when
    /// that is written down.
    pub(super) fn record<T>(
        &mut self,
        name: &'static str,
        outcome: CheckOutcome<T>,
        found: impl FnOnce(Option<&T>) -> String,
    ) -> Result<CheckOutcome<T>, Rejection> {
        if self.on_rejection == OnRejection::Stop {
            return outcome.map(Ok);
        }
        let rejection = outcome.as_ref().err().copied();
        let words = [rejection.map_or("", Rejection::sentence), &found(outcome.as_ref().ok())].join(" ");
        self.checks.push(TokenCheck { name, rejection, detail: words.trim().to_owned() });
        Ok(outcome)
    }

    /// Records a check without which nothing more can be known.
    pub(super) fn require<T>(
        &mut self,
        name: &'static str,
        outcome: CheckOutcome<T>,
        found: impl FnOnce(Option<&T>) -> String,
    ) -> Result<T, Rejection> {
        self.record(name, outcome, found)?
    }

    /// Asks about what an earlier check came to. If that failed, this is neither asked nor written down.
    pub(super) fn after<'t, T, U>(
        &mut self,
        earlier: &'t CheckOutcome<T>,
        name: &'static str,
        ask: impl FnOnce(&'t T) -> CheckOutcome<U>,
        found: impl FnOnce(&'t T) -> String,
    ) -> Result<CheckOutcome<U>, Rejection> {
        match earlier {
            Ok(earlier) => self.record(name, ask(earlier), |_| found(earlier)),
            Err(rejection) => Ok(Err(*rejection)),
        }
    }
}
