//! How subscriptions stand at the viewer's instant: as `domain::subscription::as_of` says, whether or not anyone has
//! written down what the clock has brought about since.

use entity::{BillingCycle, Instant, SubscriptionStatus, Term, subscription};
use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{ActiveEnum, Condition};

use crate::core::view::ScopedSelect;
use crate::scope::reach::Place;
use crate::scope::selection::of;
use domain::subscription::WINDOW;
use subscription::Column;

impl ScopedSelect<'_, subscription::Entity> {
    /// Only subscriptions that stand in one of `statuses`.
    pub fn in_status(self, statuses: &[SubscriptionStatus]) -> Self {
        let at = self.view().at();
        self.narrowed_by(&STATUS, |place| {
            let none = Condition::any().add(Expr::cust("1 = 0"));
            statuses.iter().fold(none, |any, status| any.add(stands_as(*status, at, place)))
        })
    }

    /// Only subscriptions of which there are `min` to `max`, both included; either may be left out.
    pub fn of_quantity(self, min: Option<i32>, max: Option<i32>) -> Self {
        let quantity = current(Column::Quantity, Column::NextQuantity, self.view().at());
        let range = Condition::all()
            .add_option(min.map(|min| quantity.clone().gte(min)))
            .add_option(max.map(|max| quantity.lte(max)));
        self.narrowed(range)
    }

    /// Only subscriptions whose running term is one of `terms`.
    pub fn on_terms(self, terms: &[Term]) -> Self {
        let term = current(Column::Term, Column::NextTerm, self.view().at());
        self.narrowed(term.is_in(terms.iter().map(ActiveEnum::to_value)))
    }

    /// Only subscriptions that are billed in one of `cycles`.
    pub fn billed(self, cycles: &[BillingCycle]) -> Self {
        let cycle = current(Column::BillingCycle, Column::NextBillingCycle, self.view().at());
        self.narrowed(cycle.is_in(cycles.iter().map(ActiveEnum::to_value)))
    }

    /// Only subscriptions that can be cancelled until an instant in `from <= instant < until`; either may be left out.
    ///
    /// A window begins with the start and with each renewal. One that has been renewed more than once since anyone wrote
    /// that down is taken as though it had been once: months are not counted in SQL.
    pub fn cancellable(self, from: Option<Instant>, until: Option<Instant>) -> Self {
        if from.is_none() && until.is_none() {
            return self;
        }
        let at = self.view().at();
        let lies = |column: Column, before: chrono::TimeDelta| {
            Condition::all()
                .add_option(from.map(|from| of(column).gte(from - before)))
                .add_option(until.map(|until| of(column).lt(until - before)))
        };
        let no_time = chrono::TimeDelta::zero();
        let has_started = is(SubscriptionStatus::Pending)
            .and(of(Column::StartsAt).lte(at))
            .and(of(Column::CancellableUntil).is_null());
        let unrenewed = Condition::any()
            .add(lies(Column::CancellableUntil, no_time))
            .add(lies(Column::StartsAt, WINDOW).add(has_started));
        let any = Condition::any()
            .add(Condition::all().add(has_renewed(at).not()).add(unrenewed))
            .add(lies(Column::TermEndsAt, WINDOW).add(has_renewed(at)));
        self.narrowed(any)
    }
}

/// What decides how a subscription stands.
pub(crate) const STATUS: [Column; 4] =
    [Column::Status, Column::StartsAt, Column::TermEndsAt, Column::AutoRenew];

/// That a subscription stands in this state at `at`.
pub(crate) fn stands_as(status: SubscriptionStatus, at: Instant, place: Place) -> Condition {
    use SubscriptionStatus::{Active, Cancelled, Expired, Pending, Suspended};
    let is = |status: SubscriptionStatus| place.of(Column::Status).eq(status.to_value());
    let has_started = || place.of(Column::StartsAt).lte(at);
    let is_over = || place.of(Column::TermEndsAt).lte(at).and(place.of(Column::AutoRenew).eq(false));
    let runs_as = |status: SubscriptionStatus| match status {
        Active => is(Active).or(is(Pending).and(has_started())),
        _ => is(status),
    };
    match status {
        Pending => Condition::all().add(is(Pending)).add(has_started().not()),
        Active | Suspended => Condition::all().add(runs_as(status)).add(is_over().not()),
        Expired => Condition::any()
            .add(is(Expired))
            .add(runs_as(Active).and(is_over()))
            .add(is(Suspended).and(is_over())),
        Cancelled => Condition::all().add(is(Cancelled)),
    }
}

/// That a term has ended by `at`, another one runs, and nobody has written that down.
fn has_renewed(at: Instant) -> Expr {
    use SubscriptionStatus::{Active, Pending, Suspended};
    let runs = of(Column::Status).is_in([Pending, Active, Suspended]);
    runs.and(of(Column::TermEndsAt).lte(at)).and(of(Column::AutoRenew).eq(true))
}

/// What `column` says of the term that runs at `at`, which `next` has changed if it has begun since.
fn current(column: Column, next: Column, at: Instant) -> Expr {
    let renewed = Func::coalesce([of(next), of(column)]);
    Expr::case(has_renewed(at), renewed).finally(of(column)).into()
}

fn is(status: SubscriptionStatus) -> Expr {
    of(Column::Status).eq(status)
}
