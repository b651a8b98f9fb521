//! Misspelt names of the published schema.

use std::sync::LazyLock;

use copartner::graphql::Api;
use gate::{Limits, Rejection, RequestParameters};
use rstest::rstest;

use super::{admit, with};

#[test]
fn a_near_miss_of_the_published_schema_is_not_hinted_at() {
    for near in
        ["{viewr{id}}", "{customer(idd:1){id}}", "{viewer{tenantIdd}}", "{customers(first:1){node{id}}}"]
    {
        let Err(rejection) = admit(near) else { unreachable!("{near}") };
        for error in rejection.errors() {
            assert!(!error.message.to_lowercase().contains("did you mean"), "{error:?}");
        }
    }
}

#[rstest]
#[case::field("{viewr{kind}}", "Type `Query` does not have a field `viewr`. Did you mean `viewer`?")]
#[case::in_a_type(
    "{viewer{tenantIdd}}",
    "Type `Viewer` does not have a field `tenantIdd`. Did you mean `tenantId`?"
)]
#[case::argument(
    "{offers(frist:1){totalCount}}",
    "The argument `frist` is not supported by `Query.offers`. Did you mean `first`?"
)]
#[case::argument_of_a_directive(
    "{viewer{kind @skip(iff:true)}}",
    "The argument `iff` is not supported by `@skip`. Did you mean `if`?"
)]
#[case::input_field(
    "{customer(by:{domian:\"a.example\"}){id}}",
    "Field `domian` does not exist on `CustomerKey`. Did you mean `domain`?"
)]
#[case::word(
    "{customers(orderBy:{field:NAMES}){totalCount}}",
    "Value `NAMES` does not exist on `CustomerOrderField`. Did you mean `NAME`?"
)]
#[case::variable(
    "query($a:CustomerFiltr){customers(filter:$a){totalCount}}",
    "Cannot find type `CustomerFiltr` in this document. Did you mean `CustomerFilter`?"
)]
#[case::condition(
    "{viewer{...on Viewr{kind}}}",
    "Type condition `Viewr` of inline fragment is not a type defined in the schema. Did you mean `Viewer`?"
)]
#[case::directive(
    "{viewer @skp(if:true){kind}}",
    "Cannot find directive `@skp` in this document. Did you mean `skip`?"
)]
#[case::nothing_near("{nothing}", "Type `Query` does not have a field `nothing`.")]
#[case::several(
    "{viewer{partner{grnats{nodes{id}} kin}}}",
    "Type `Partner` does not have a field `kin`. Did you mean `kind`?"
)]
fn a_near_miss_is_hinted_at_where_the_limits_say_so(#[case] text: &str, #[case] expected: &str) {
    static SUGGESTING: LazyLock<Api> =
        LazyLock::new(|| with(Limits { suggestions: true, ..Limits::default() }));
    let Err(Rejection::Validation(errors)) = SUGGESTING.admit(RequestParameters::of(text)) else {
        unreachable!("{text}")
    };
    let messages: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
    assert!(messages.contains(&expected), "{messages:?}");
    // And not otherwise.
    let plain = expected.split(" Did you mean").next().unwrap();
    let Err(rejection) = admit(text) else { unreachable!("{text}") };
    assert!(rejection.errors().iter().any(|error| error.message == plain), "{rejection:?}");
}
