//! The orders of lists: a field of the object, and which way.

/// An input that orders a list: by one of the fields that the table is ordered by, or else by `$default`.
macro_rules! order {
    (
        $(#[$doc:meta])* $name:ident,
        $(#[$field_doc:meta])* $field:ident = $by:ty { $($(#[$word_doc:meta])* $word:ident),+ $(,)? },
        or $default:ident $direction:ident $(,)?
    ) => {
        $(#[$field_doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
        pub enum $field { $($(#[$word_doc])* $word),+ }

        $(#[$doc])*
        #[derive(Clone, Copy, Debug, async_graphql::InputObject)]
        pub struct $name {
            /// What the list is ordered by.
            field: $field,
            /// ASC begins with the smallest, the earliest or the first by name; DESC ends with it.
            #[graphql(default_with = "OrderDirection::Ascending")]
            direction: OrderDirection,
        }

        impl $name {
            /// The order asked for, or else the list's own.
            pub fn sort(order: Option<Self>) -> Sort<$by> {
                let Some(Self { field, direction }) = order else {
                    return Sort { by: <$by>::$default, direction: Direction::$direction };
                };
                let by = match field { $($field::$word => <$by>::$word),+ };
                Sort { by, direction: direction.into() }
            }
        }
    };
}

pub(super) use order;
