//! What a schema's SDL does not say: how long its lists are, what is dear to answer, and what its strings may hold.

/// The conventions of one schema, all of them constants of the program that serves it.
///
/// The default fits a schema that pages its lists as Relay does, and knows no custom scalar's format.
#[derive(Clone, Copy, Debug, Default)]
pub struct Conventions {
    /// The custom scalars whose values are strings of a known format. A custom scalar that is not named here takes any
    /// value.
    pub scalars: &'static [ScalarFormat],
    /// How the cost of an operation is counted.
    pub cost: CostModel,
    /// How long the lists and strings in arguments may be.
    pub input: InputRules,
}

/// A custom scalar whose values are strings of a certain format (GraphQL, "Scalars", "Input Coercion").
#[derive(Clone, Copy, Debug)]
pub struct ScalarFormat {
    /// The scalar's name in the schema.
    pub name: &'static str,
    /// What it takes, as the end of the sentence "A value of this type is …", with an example.
    pub description: &'static str,
    /// Whether a string has the format.
    pub is_valid: fn(&str) -> bool,
}

/// How the cost of an operation is counted, in units of about one object that the server reads.
///
/// [`AdmittedOperation::cost`](crate::AdmittedOperation::cost) says how these numbers are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CostModel {
    /// Objects in a page when neither `first` nor `last` is given; 50 by default.
    pub default_page: u64,
    /// The most objects that a page has, whatever `first` and `last` say; 200 by default, and at least 1.
    pub max_page: u64,
    /// Objects in a list that is not paged; 10 by default.
    pub unpaged_list: u64,
    /// What each root field of a mutation counts besides, because it writes; 10 by default.
    pub mutation: u64,
    /// What each element of a list counts that is given under this name, as an argument or an input field; elsewhere 1.
    pub elements: &'static [(&'static str, u64)],
    /// Values of the enum `orderBy.field` that no index serves: the order is computed for every object of the list.
    pub computed_orders: &'static [&'static str],
    /// What such an order counts besides; 100 by default.
    pub computed_order: u64,
}

impl Default for CostModel {
    fn default() -> Self {
        Self {
            default_page: 50,
            max_page: 200,
            unpaged_list: 10,
            mutation: 10,
            elements: &[],
            computed_orders: &[],
            computed_order: 100,
        }
    }
}

/// How long the lists and strings in arguments may be, for all fields alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputRules {
    /// The most elements of a list, counted after duplicates are removed where the list is a set; 100 by default.
    pub max_elements: usize,
    /// The most characters (Unicode scalar values) of a `String` or an `ID`; 1,000 by default.
    pub max_characters: usize,
    /// The arguments and input fields whose strings have rules of their own, wherever the name stands.
    pub strings: &'static [StringRule],
}

impl Default for InputRules {
    fn default() -> Self {
        Self { max_elements: 100, max_characters: 1_000, strings: &[] }
    }
}

/// What the strings of one argument or input field may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StringRule {
    /// The name of the argument or of the input field. The elements of a list have the list's name.
    pub name: &'static str,
    /// The most characters (Unicode scalar values).
    pub max_characters: usize,
    /// Which characters they may have.
    pub form: TextForm,
}

/// Which characters a string may have.
///
/// Control characters (Unicode's category Cc) mean different things to databases, terminals and logs. Bidirectional
/// controls (UAX #9) make one name look like another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextForm {
    /// A name or a word, which is shown among other things: neither control characters nor bidirectional controls.
    Line,
    /// What people write to each other: tabs, line breaks and both directions, but no other control characters.
    Message,
}
