//! Narrowing by what the clock decides: a recorded state means something only at an instant.

use entity::{
    GrantStatus, Instant, RequestStatus, access_assignment as assignment, delegated_admin_grant as grant,
    relationship_request as request,
};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition};

use crate::core::view::ScopedSelect;
use crate::read::grant_end::ends_at;
use crate::scope::effective_grants::in_force;
use crate::viewer::Principal;
use domain::grant::{Health, SOON};

impl ScopedSelect<'_, grant::Entity> {
    /// Only grants that give rights now.
    pub fn in_force(self) -> Self {
        let condition = in_force(self.view());
        self.narrowed(condition)
    }

    /// Only grants that stand, at the viewer's instant, in one of `statuses`: as `domain::grant::status_at` says.
    pub fn in_status(self, statuses: &[GrantStatus]) -> Self {
        let at = self.view().at();
        let of = |column: grant::Column| Expr::col(column.as_column_ref());
        let is = |status| of(grant::Column::Status).eq(status);
        let is_over = || {
            Condition::all()
                .add(of(grant::Column::EndsAt).lte(at))
                .add(of(grant::Column::AutoExtend).eq(false))
        };
        let any =
            statuses.iter().fold(Condition::any().add(Expr::cust("1 = 0")), |any, status| match status {
                GrantStatus::Active => {
                    any.add(Condition::all().add(is(GrantStatus::Active)).add(is_over().not()))
                }
                GrantStatus::Expired => any
                    .add(is(GrantStatus::Expired))
                    .add(Condition::all().add(is(GrantStatus::Active)).add(is_over())),
                GrantStatus::Terminated => any.add(is(GrantStatus::Terminated)),
            });
        self.narrowed(any)
    }

    /// Only grants that are not over and with which one of these things is amiss: as `domain::grant::health` says. What
    /// the viewer may not see of a grant is not amiss.
    pub fn in_health(self, ailments: &[Health]) -> Self {
        let view = self.view();
        let at = view.at();
        let of = |column: grant::Column| Expr::col(column.as_column_ref());
        let is_near = || {
            Condition::all()
                .add(of(grant::Column::AutoExtend).eq(false))
                .add(of(grant::Column::EndsAt).lte(at + SOON))
        };
        let any =
            ailments.iter().fold(Condition::any().add(Expr::cust("1 = 0")), |any, ailment| match ailment {
                Health::NoAssignment => match view.viewer().principal() {
                    Principal::Partner(_) | Principal::Customer(_) => {
                        let held = view
                            .select::<assignment::Entity>()
                            .existing(assignment::Column::GrantId, grant::Column::Id);
                        any.add(held.not())
                    }
                    Principal::Operator | Principal::Timer => any,
                },
                Health::ExpiresSoon => any.add(is_near()),
                Health::EndsWithoutRenewal => {
                    let continuing = view.select::<request::Entity>();
                    let continuing = continuing.in_status(&[RequestStatus::Open, RequestStatus::Accepted]);
                    let is_continued = continuing.existing(request::Column::Renews, grant::Column::Id);
                    any.add(is_near().add(is_continued.not()))
                }
            });
        self.in_status(&[GrantStatus::Active]).narrowed(any)
    }

    /// Only grants whose effective end lies in `from <= end < until`; either may be left out.
    pub fn ending(self, from: Option<Instant>, until: Option<Instant>) -> Self {
        let end = ends_at(self.view());
        let range = Condition::all()
            .add_option(from.map(|from| end.clone().gte(from)))
            .add_option(until.map(|until| end.lt(until)));
        self.narrowed(range)
    }
}

impl ScopedSelect<'_, request::Entity> {
    /// Only requests that stand, at the viewer's instant, in one of `statuses`: as `domain::request::status_at` says.
    pub fn in_status(self, statuses: &[RequestStatus]) -> Self {
        let at = self.view().at();
        let of = |column: request::Column| Expr::col(column.as_column_ref());
        let is = |status| of(request::Column::Status).eq(status);
        let expires_at = || of(request::Column::ExpiresAt);
        let any =
            statuses.iter().fold(Condition::any().add(Expr::cust("1 = 0")), |any, status| match status {
                RequestStatus::Open => any.add(is(RequestStatus::Open).and(expires_at().gt(at))),
                RequestStatus::Expired => {
                    any.add(is(RequestStatus::Expired)).add(is(RequestStatus::Open).and(expires_at().lte(at)))
                }
                RequestStatus::Accepted | RequestStatus::Declined | RequestStatus::Withdrawn => {
                    any.add(is(*status))
                }
            });
        self.narrowed(any)
    }
}
