//! The questions that tools ask about the published schema.

use gate::{Limit, LimitExceeded, Rejection};

use super::admit;

/// As graphql-js 16 asks it with all its options on.
const EVERYTHING: &str = include_str!("introspection.graphql");

#[test]
fn tools_may_ask_for_the_whole_schema() {
    let admitted = admit(EVERYTHING).unwrap();
    assert!(admitted.introspection_cost > 0);
    assert_eq!((admitted.cost, admitted.name.as_deref()), (0, Some("IntrospectionQuery")));
}

#[test]
fn graphiql_may_ask_for_the_whole_schema() {
    // It leaves options out, depending on its settings.
    for left_out in ["isOneOf", "specifiedByURL", "isRepeatable", "(includeDeprecated: true)"] {
        let text = EVERYTHING.replace(left_out, "");
        assert!(admit(&text).is_ok(), "without {left_out}");
    }
}

fn exceeded(text: &str) -> Limit {
    let Err(Rejection::TooComplex(LimitExceeded { limit, .. })) = admit(text) else { unreachable!("{text}") };
    limit
}

#[test]
fn introspection_that_goes_in_circles_is_rejected() {
    let circles = |levels| {
        let inner = (0..levels).fold("name".to_owned(), |inner, _| format!("fields{{type{{{inner}}}}}"));
        format!("{{__schema{{types{{{inner}}}}}}}")
    };
    assert!(admit(&circles(1)).is_ok());
    assert_eq!(exceeded(&circles(8)), Limit::IntrospectionCost);
    assert_eq!(exceeded(&circles(10)), Limit::IntrospectionDepth);
    let possible =
        (0..9).fold("name".to_owned(), |inner, _| format!("possibleTypes{{interfaces{{{inner}}}}}"));
    let limit = exceeded(&format!("{{__schema{{types{{{possible}}}}}}}"));
    assert!(matches!(limit, Limit::IntrospectionCost | Limit::IntrospectionDepth), "{limit:?}");
}
