//! Finding by name: tenants by their own, grants by theirs and by that of the other party as far as the viewer knows it.

use entity::{customer_reference as customer, delegated_admin_grant as grant, partner};
use sea_orm::ColumnTrait;
use sea_orm::Condition;
use sea_orm::sea_query::{Expr, ExprTrait, LikeExpr};

use crate::core::view::ScopedSelect;
use crate::read::narrowing::containing;
use crate::scope::scoped::Scoped;
use crate::scope::selection::of;
use crate::viewer::Principal;

impl ScopedSelect<'_, grant::Entity> {
    /// Only grants whose name, or the name of whose other party, contains `text`, which is taken as it is.
    pub fn named(self, text: &str) -> Self {
        let view = self.view();
        let has = |column: Expr| column.like(containing(text));
        let of_partner = || {
            let partners = view.select::<partner::Entity>().contains(&[partner::Column::NameFolded], text);
            partners.existing(partner::Column::Id, grant::Column::PartnerId)
        };
        let of_customer = || {
            let customers = view.select::<customer::Entity>().contains(&[customer::Column::NameFolded], text);
            customers.existing(customer::Column::Id, grant::Column::CustomerId)
        };
        let own = Condition::any().add(has(Expr::col(grant::Column::DisplayNameFolded.as_column_ref())));
        let any = match view.viewer().principal() {
            Principal::Partner(_) => own.add(of_customer()),
            Principal::Customer(_) => own.add(of_partner()),
            Principal::Operator => own.add(of_partner()).add(of_customer()),
            Principal::Timer => own,
        };
        self.narrowed(any)
    }
}

impl<E: Scoped> ScopedSelect<'_, E> {
    /// Only rows whose `name`, which is folded, is `text` or begins with it as its first word.
    pub fn called(self, name: E::Column, text: &str) -> Self {
        let first_word = LikeExpr::new(format!("{} %", text.replace(['\\', '%', '_'], ""))).escape('\\');
        self.narrowed(of(name).eq(text).or(of(name).like(first_word)))
    }
}
