//! Documents that are GraphQL but not valid: the rules of the specification's section "Validation".

use rstest::rstest;

use super::fixture::{admit, admit_named, gate, message};
use super::hostile;
use crate::{OperationKind, Rejection, RequestError};

#[rstest]
#[case::unknown_field("{custommer{id}}", "Type `Query` does not have a field `custommer`.")]
#[case::unknown_meta_field("{__nope}", "Type `Query` does not have a field `__nope`.")]
#[case::introspection_below(
    "{party{__schema{types{name}}}}",
    "Type `Party` does not have a field `__schema`."
)]
#[case::no_selection("{customer}", "This field has fields of its own; say which are asked for: `{ … }`.")]
#[case::selection_on_a_leaf(
    "{customer{id{x}}}",
    "Field selection of scalar type `ID` must not have subselections."
)]
#[case::selection_on_typename(
    "{__typename{x}}",
    "Field selection of scalar type `String` must not have subselections."
)]
#[case::unknown_argument(
    "{customer(idd: 2){id}}",
    "The argument `idd` is not supported by `Query.customer`."
)]
#[case::argument_of_typename(
    "{__typename(a: 1)}",
    "The argument `a` is not supported by `Query.__typename`."
)]
#[case::argument_twice("{customer(id:1,id:2){id}}", "The argument `id` is provided multiple times.")]
#[case::argument_missing("{must}", "The required argument `Query.must(int:)` is not provided.")]
#[case::conflict_of_names(
    "{customer{x:name x:size}}",
    "Operation must not select different types using the same name `x`."
)]
#[case::conflict_of_fields(
    "{customer{x:id x:peer{id}}}",
    "Operation must not select different types using the same name `x`."
)]
#[case::conflict_across_types(
    "{party{...on Customer{x:size}...on Partner{x:name}}}",
    "Operation must not select different types using the same name `x`."
)]
#[case::conflict_below(
    "{party{peer{x:id} peer{x:name}}}",
    "Operation must not select different types using the same name `x`."
)]
#[case::conflict_of_arguments(
    "{a:customer(id:1){id} a:customer(id:2){id}}",
    "Operation must not provide conflicting field arguments for the same name `customer`."
)]
#[case::conflict_of_longer_lists(
    "{a:list(ints:[1]) a:list(ints:[1,2])}",
    "The fields `a` differ in their arguments; give one of them an alias."
)]
#[case::conflict_of_shorter_lists(
    "{a:list(ints:[1,2]) a:list(ints:[1])}",
    "The fields `a` differ in their arguments; give one of them an alias."
)]
#[case::conflict_of_larger_objects(
    "{a:input(any:{b:1}) a:input(any:{b:1,c:2})}",
    "Operation must not provide conflicting field arguments for the same name `input`."
)]
#[case::unknown_fragment("{party{...F}}", "Cannot find fragment `F` in this document.")]
#[case::unused_fragment("{party{id}} fragment F on Party{id}", "Fragment `F` must be used in an operation.")]
#[case::only_a_fragment("fragment F on Party{id}", "Fragment `F` must be used in an operation.")]
#[case::two_of_one_name(
    "{party{...F}} fragment F on Party{id} fragment F on Party{name}",
    "The fragment `F` is defined multiple times in the document."
)]
#[case::fragment_on_a_leaf(
    "{party{... on Tier{id}}}",
    "Inline fragment must have a composite type in its type condition."
)]
#[case::fragment_on_nothing(
    "{party{... on Nope{id}}}",
    "Type condition `Nope` of inline fragment is not a type defined in the schema."
)]
#[case::fragment_never_applies(
    "{customer{... on Partner{id}}}",
    "Inline fragment with type condition `Partner` cannot be applied to `Customer`."
)]
#[case::cycle_of_one(
    "{party{...F}} fragment F on Party{...F}",
    "The fragment `F` spreads itself, directly or through other fragments."
)]
#[case::cycle_of_two(
    "{party{...F}} fragment F on Party{peer{...G}} fragment G on Party{...F}",
    "The fragment `F` spreads itself, directly or through other fragments."
)]
#[case::cycle_unreached(
    "{party{id}} fragment F on Party{...G} fragment G on Party{...F}",
    "Fragment `F` must be used in an operation."
)]
#[case::unknown_directive("{party @nope {id}}", "Cannot find directive `@nope` in this document.")]
#[case::deferred("{... @defer {party{id}}}", "Cannot find directive `@defer` in this document.")]
#[case::condition_missing("{party @skip {id}}", "The required argument `@skip(if:)` is not provided.")]
#[case::condition_missing_on_typename(
    "{__typename @skip}",
    "The required argument `@skip(if:)` is not provided."
)]
#[case::directive_twice(
    "{party @skip(if:true) @skip(if:false){id}}",
    "Non-repeatable directive skip can only be used once per location."
)]
#[case::directive_misplaced(
    "query @skip(if:true){party{id}}",
    "Skip directive is not supported for QUERY location."
)]
#[case::operation_twice(
    "query A{party{id}} query A{party{id}}",
    "The operation `A` is defined multiple times in the document."
)]
#[case::one_without_a_name(
    "query A{party{id}} {party{id}}",
    "Anonymous operation cannot be selected when the document contains other operations."
)]
#[case::two_subscribed(
    "subscription{tick party{id}}",
    "Anonymous subscription can only have one root field."
)]
#[case::two_subscribed_by_fragment(
    "subscription{...F tick} fragment F on Subscription{party{id}}",
    "Anonymous subscription can only have one root field."
)]
#[case::subscribed_to_a_name(
    "subscription{__typename}",
    "Anonymous subscription can not have an introspection field as a root field."
)]
#[case::maybe_subscribed(
    "subscription{tick @skip(if:true)}",
    "Anonymous subscription can not specify @skip or @include on root fields."
)]
#[case::a_schema(
    "{party{id}} type A {a: Int}",
    "An executable document must not contain an object type definition."
)]
#[case::a_schema_alone(
    "extend type Query{a: Int}",
    "An executable document must not contain an object type extension."
)]
fn an_invalid_document_is_rejected(#[case] text: &str, #[case] expected: &str) {
    let Err(Rejection::Validation(errors)) = admit(gate(), text) else { unreachable!("{text}") };
    let messages: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
    assert!(messages.contains(&expected), "{messages:?}");
    assert!(messages.iter().all(|message| !message.to_lowercase().contains("did you mean")), "{messages:?}");
    assert!(errors.iter().all(|error| error.locations.len() == 1), "{errors:?}");
}

#[rstest]
#[case::alone("{customer{nope}}")]
#[case::with_fields_of_its_own("{customer{nope{id}}}")]
#[case::in_a_list("{customers{nodes{... on Customer{nope}}}}")]
#[case::in_a_fragment("{customer{...F}} fragment F on Customer{nope}")]
fn one_error_is_reported_once(#[case] text: &str) {
    let Err(Rejection::Validation(errors)) = admit(gate(), text) else { unreachable!("{text}") };
    let messages: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
    assert_eq!(messages, ["Type `Customer` does not have a field `nope`."]);
}

#[test]
fn of_many_errors_only_the_first_few_are_reported() {
    let text = hostile::unknown_fields(500);
    let Err(Rejection::Validation(errors)) = admit(gate(), &text) else { unreachable!() };
    assert_eq!(errors.len(), RequestError::MAX_ERRORS);
    assert!(errors[0].message.contains("`nothing0`"), "{errors:?}");
}

#[rstest]
#[case::by_name("query A{party{id}} query B{partner{id}}", Some("B"), Ok("{partner{id}}"))]
#[case::only_one("query A{party{id}}", None, Ok("{party{id}}"))]
#[case::unnamed("{party{id}}", None, Ok("{party{id}}"))]
#[case::none_chosen(
    "query A{party{id}} query B{partner{id}}",
    None,
    Err("The document has several operations; name one of them as operationName.")
)]
#[case::not_there("query A{party{id}}", Some("B"), Err("The document has no operation named `B`."))]
#[case::no_names("{party{id}}", Some("B"), Err("The document has no operation named `B`."))]
#[case::empty_name("{party{id}}", Some(""), Err("The document has no operation named ``."))]
fn the_operation_is_chosen_by_name(
    #[case] text: &str,
    #[case] name: Option<&str>,
    #[case] expected: Result<&str, &str>,
) {
    let answer = admit_named(gate(), text, name);
    assert_eq!(matches!(answer, Err(Rejection::Operation(_))), expected.is_err());
    let answer = answer.as_ref().map(super::fixture::print).map_err(message);
    assert_eq!(answer.as_deref().map_err(String::as_str), expected);
}

#[rstest]
#[case("query Q{party{id}}", OperationKind::Query, Some("Q"))]
#[case("{party{id}}", OperationKind::Query, None)]
#[case("mutation M{bump}", OperationKind::Mutation, Some("M"))]
#[case("subscription{tick}", OperationKind::Subscription, None)]
fn kind_and_name_are_those_of_the_operation(
    #[case] text: &str,
    #[case] kind: OperationKind,
    #[case] name: Option<&str>,
) {
    let admitted = admit(gate(), text).unwrap();
    assert_eq!((admitted.kind, admitted.name.as_deref()), (kind, name));
}
