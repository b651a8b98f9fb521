//! The words of [`vocabulary`](crate::vocabulary) as text, for those who know nothing of the database.

use sea_orm::{ActiveEnum, Iterable};

/// A value out of a closed list, which the API, the database and the log spell alike.
pub trait Word: Sized {
    /// As it is spelled.
    fn name(&self) -> String;

    /// The value that is spelled so, if there is one.
    fn named(name: &str) -> Option<Self>;

    /// All values, in the order of their declaration.
    fn all() -> impl Iterator<Item = Self>;
}

impl<W: ActiveEnum<Value = String> + Iterable> Word for W {
    fn name(&self) -> String {
        self.to_value()
    }

    fn named(name: &str) -> Option<Self> {
        Self::try_from_value(&name.to_owned()).ok()
    }

    fn all() -> impl Iterator<Item = Self> {
        Self::iter()
    }
}

/// Closed lists of words, each stored as the API spells it.
macro_rules! words {
    ($($(#[$about:meta])* pub enum $list:ident { $($(#[$of_word:meta])* $word:ident),* $(,)? })*) => {$(
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
        #[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum $list {
            $($(#[$of_word])* $word,)*
        }
    )*};
}

pub(crate) use words;
