//! Documents made to exhaust time or stack.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rstest::rstest;

use super::fixture::{admit, with};
use super::hostile::{self, Recipe};
use crate::{AdmittedOperation, Limit, Limits, Rejection};

/// How long one of them may take in an unoptimised build on a busy machine; what hangs takes minutes.
const TIMEOUT: Duration = Duration::from_secs(2);
/// The stack of a worker thread.
const STACK: usize = 2 * 1024 * 1024;

/// Admits a document in a thread with a worker's stack, and an ordinary one afterwards.
fn admit_in_worker(text: String, limits: impl FnOnce(&mut Limits)) -> Result<AdmittedOperation, Rejection> {
    let gate = with(limits);
    let (answer, answered) = mpsc::channel();
    let worker = thread::Builder::new().stack_size(STACK).spawn(move || {
        let first = admit(&gate, &text);
        let ordinary = admit(&gate, "{party{id}}").is_ok();
        // Nobody listens any more if it took too long.
        let _ = answer.send((first, ordinary));
    });
    let (first, ordinary) = answered.recv_timeout(TIMEOUT).unwrap();
    worker.unwrap().join().unwrap();
    assert!(ordinary, "an ordinary document still passes");
    first
}

#[rstest]
#[case::lists(hostile::lists)]
#[case::open_lists(hostile::open_lists)]
#[case::objects(hostile::objects)]
#[case::typed_objects(hostile::typed_objects)]
#[case::selections(hostile::selections)]
#[case::open_selections(hostile::open_selections)]
#[case::inline_fragments(hostile::inline_fragments)]
#[case::wide_lists(hostile::wide_lists)]
#[case::wide_objects(hostile::wide_objects)]
#[case::same_field(hostile::same_field)]
#[case::same_object(hostile::same_object)]
#[case::aliases(hostile::aliases)]
#[case::directives(hostile::directives)]
#[case::unknown_directives(hostile::unknown_directives)]
#[case::doubling(hostile::doubling)]
#[case::flat_doubling(hostile::flat_doubling)]
#[case::unreached_doubling(hostile::unreached_doubling)]
#[case::backward_chain(hostile::backward_chain)]
#[case::cycle(hostile::cycle)]
#[case::unreached_cycle(hostile::unreached_cycle)]
#[case::all_spread_all(hostile::all_spread_all)]
#[case::list_types(hostile::list_types)]
#[case::default_lists(hostile::default_lists)]
#[case::default_objects(hostile::default_objects)]
#[case::directive_values(hostile::directive_values)]
#[case::variables(hostile::variables)]
#[case::operations(hostile::operations)]
#[case::unknown_fields(hostile::unknown_fields)]
#[case::foreign_characters(hostile::foreign_characters)]
#[case::commas(hostile::commas)]
#[case::comments(hostile::comments)]
#[case::stray_brackets(hostile::stray_brackets)]
#[case::open_brackets(hostile::open_brackets)]
#[case::half_strings(hostile::half_strings)]
#[case::long_name(hostile::long_name)]
fn a_document_without_end_is_rejected_at_once(
    #[case] recipe: Recipe,
    #[values(500, 5_000, 100_000)] size: usize,
) {
    let answer = admit_in_worker(recipe(size), |_| {});
    // Five hundred members of one object are no attack.
    let fair = size == 500 && std::ptr::fn_addr_eq(recipe, hostile::wide_objects as Recipe);
    assert_eq!(answer.is_ok(), fair);
}

#[rstest]
#[case::lists(hostile::lists)]
#[case::open_lists(hostile::open_lists)]
#[case::objects(hostile::objects)]
#[case::typed_objects(hostile::typed_objects)]
#[case::selections(hostile::selections)]
#[case::open_selections(hostile::open_selections)]
#[case::inline_fragments(hostile::inline_fragments)]
#[case::flat_doubling(hostile::flat_doubling)]
#[case::doubling(hostile::doubling)]
#[case::backward_chain(hostile::backward_chain)]
#[case::cycle(hostile::cycle)]
#[case::list_types(hostile::list_types)]
#[case::default_lists(hostile::default_lists)]
#[case::default_objects(hostile::default_objects)]
#[case::directive_values(hostile::directive_values)]
#[case::open_brackets(hostile::open_brackets)]
fn no_configuration_lets_a_document_take_the_whole_stack(
    #[case] recipe: Recipe,
    #[values(130, 500, 2_000)] size: usize,
) {
    assert!(admit_in_worker(recipe(size), unlimited).is_err());
}

#[rstest]
#[case::lists(hostile::lists(126))]
#[case::objects(hostile::objects(126))]
#[case::typed_objects(hostile::typed_objects(126))]
#[case::selections(hostile::selections(126))]
#[case::inline_fragments(hostile::inline_fragments(127))]
#[case::list_types(hostile::list_types(126))]
#[case::default_lists(hostile::default_lists(126))]
#[case::default_objects(hostile::default_objects(126))]
#[case::directive_values(hostile::directive_values(124))]
#[case::fragments(hostile::backward_chain(125))]
fn what_nests_as_deeply_as_can_be_configured_has_room_on_the_stack(#[case] text: String) {
    if let Err(rejection) = admit_in_worker(text, unlimited) {
        assert!(!matches!(rejection, Rejection::TooComplex(_) | Rejection::Parse(_)), "{rejection:?}");
    }
}

fn unlimited(limits: &mut Limits) {
    *limits = Limits {
        document_bytes: u64::MAX,
        tokens: u64::MAX,
        nesting: u64::MAX,
        depth: u64::MAX,
        introspection_depth: u64::MAX,
        aliases: u64::MAX,
        directives: u64::MAX,
        root_fields: u64::MAX,
        ..Limits::default()
    };
}

#[rstest]
#[case(hostile::doubling)]
#[case(hostile::flat_doubling)]
fn a_short_document_that_doubles_is_measured_and_not_written_out(#[case] recipe: Recipe) {
    let Err(Rejection::TooComplex(exceeded)) = admit_in_worker(recipe(30), |limits| limits.depth = 100)
    else {
        unreachable!()
    };
    assert_eq!(exceeded.limit, Limit::Fields);
    assert!(exceeded.actual > 1 << 30, "{exceeded:?}");
    let Err(Rejection::TooComplex(exceeded)) =
        admit_in_worker(recipe(62), |limits| (limits.depth, limits.nesting) = (100, 128))
    else {
        unreachable!()
    };
    assert!(exceeded.actual > 1 << 62, "{exceeded:?}");
}

/// As much as the default limits let through to the validator, in the shapes that take it longest.
#[rstest]
#[case::same_key_everywhere(format!("{{party{{{}}}}}", "peer{id} ".repeat(490)))]
#[case::same_arguments(format!("{{{}}}", "input(any:[1 2 3 4 5 6 7 8 9]) ".repeat(20)))]
#[case::nested_overlap((0..12).fold("id".to_owned(), |inner, _| format!("peer{{{inner}}} peer{{id}}")) )]
#[case::doubled_overlap(format!("{{party{{{}}}}}", (0..7).fold("id".to_owned(), |inner, _| format!("peer{{{inner}}} peer{{{inner}}}"))))]
#[case::many_types(format!("{{party{{{}}}}}", "... on Customer{peer{id}} ... on Partner{peer{id}} ".repeat(110)))]
#[case::nested_types(format!("{{party{{{}}}}}", (0..9).fold("id".to_owned(), |inner, _| format!("... on Customer{{peer{{{inner}}}}} ... on Partner{{id}}"))))]
#[case::types_that_multiply(format!("{{party{{{}}}}}", (0..13).fold("id".to_owned(), |inner, _| format!("... on Customer{{id}} peer{{{inner}}}"))))]
#[case::fragments_in_all_places(format!("{{party{{{}}}}} fragment F on Party{{id name peer{{id}}}}", "...F ".repeat(400)))]
#[case::unreached(hostile::unreached_doubling(140))]
#[case::unknown(hostile::unknown_fields(1_990))]
#[case::variables(hostile::variables(390))]
#[case::all_spread_all(hostile::all_spread_all(30))]
fn the_most_that_passes_the_scan_is_answered_at_once(#[case] text: String) {
    // Whether it passes does not matter, only that it is soon known.
    let _ = admit_in_worker(text, |_| {});
}
