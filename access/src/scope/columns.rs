//! The columns of tables as select lists, whose texts are made once: to build one anew for each statement costs more than most of
//! the rest of it.

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, IdenStatic, Iterable};

/// How the columns are named in the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Named {
    AsTheyAre,
    /// Each begins with this.
    Under(&'static str),
    /// All of them are this: they are read by their places.
    All(&'static str),
}

/// One text for each table, the name that it goes by in the statement, and the way its columns are named: so there are few.
type Lists = RwLock<HashMap<(TypeId, Option<&'static str>, Named), &'static str>>;

static LISTS: LazyLock<Lists> = LazyLock::new(Lists::default);

/// All columns of a table, in the order of its model, from the table itself or from what goes by this name.
pub(crate) fn columns<E: EntityTrait>(from: Option<&'static str>, named: Named) -> Expr {
    let key = (TypeId::of::<E>(), from, named);
    if let Some(list) = LISTS.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return Expr::cust(*list);
    }
    let (entity, table) = (E::default(), from);
    let table = table.unwrap_or_else(|| entity.table_name());
    let column = |column: E::Column| {
        let name = column.as_str();
        match named {
            Named::AsTheyAre => format!(r#""{table}"."{name}""#),
            Named::Under(prefix) => format!(r#""{table}"."{name}" AS "{prefix}{name}""#),
            Named::All(all) => format!(r#""{table}"."{name}" AS "{all}""#),
        }
    };
    let list: &'static str = E::Column::iter().map(column).collect::<Vec<_>>().join(", ").leak();
    LISTS.write().unwrap_or_else(PoisonError::into_inner).insert(key, list);
    Expr::cust(list)
}
