//! Documents that exhaust the time or the stack of a naive reader, in any size.

use std::fmt::Write;

/// Writes a document of a certain size.
pub(crate) type Recipe = fn(usize) -> String;

fn around(open: &str, inner: &str, close: &str, times: usize) -> String {
    format!("{}{inner}{}", open.repeat(times), close.repeat(times))
}

fn each(times: usize, line: impl Fn(usize) -> String) -> String {
    (0..times).fold(String::new(), |mut text, n| {
        writeln!(text, "{}", line(n)).unwrap();
        text
    })
}

pub(crate) fn lists(n: usize) -> String {
    format!("{{input(any:{})}}", around("[", "", "]", n))
}

pub(crate) fn open_lists(n: usize) -> String {
    format!("{{input(any:{}", "[".repeat(n))
}

pub(crate) fn objects(n: usize) -> String {
    format!("{{input(any:{})}}", around("{a:", "1", "}", n))
}

pub(crate) fn typed_objects(n: usize) -> String {
    format!("{{input(deep:{})}}", around("{must:1 deep:", "null", "}", n))
}

pub(crate) fn selections(n: usize) -> String {
    format!("{{party{}}}", around("{peer", "{id}", "}", n))
}

pub(crate) fn open_selections(n: usize) -> String {
    "{party".repeat(n)
}

pub(crate) fn inline_fragments(n: usize) -> String {
    around("{...", "{__typename}", "}", n)
}

pub(crate) fn wide_lists(n: usize) -> String {
    format!("{{list(ints:[{}])}}", "1 ".repeat(n))
}

pub(crate) fn wide_objects(n: usize) -> String {
    format!("{{input(any:{{{}}})}}", each(n, |n| format!("a{n}:1")))
}

pub(crate) fn same_field(n: usize) -> String {
    format!("{{party{{{}}}}}", "id ".repeat(n * 4))
}

pub(crate) fn same_object(n: usize) -> String {
    format!("{{{}}}", "party{peer{id}}".repeat(n))
}

pub(crate) fn aliases(n: usize) -> String {
    format!("{{party{{{}}}}}", each(n, |n| format!("a{n}:id")))
}

pub(crate) fn directives(n: usize) -> String {
    format!("{{party{}{{id}}}}", "@note ".repeat(n))
}

pub(crate) fn unknown_directives(n: usize) -> String {
    format!("{{party{}{{id}}}}", each(n, |n| format!("@a{n}")))
}

pub(crate) fn doubling(n: usize) -> String {
    let links =
        each(n, |n| format!("fragment F{n} on Party{{a:peer{{...F{}}} b:peer{{...F{}}}}}", n + 1, n + 1));
    format!("{{party{{...F0}}}}\n{links}fragment F{n} on Party{{id}}")
}

pub(crate) fn flat_doubling(n: usize) -> String {
    let links = each(n, |n| format!("fragment F{n} on Party{{...F{0} ...F{0}}}", n + 1));
    format!("{{party{{...F0}}}}\n{links}fragment F{n} on Party{{id}}")
}

pub(crate) fn unreached_doubling(n: usize) -> String {
    format!("{} {}", "{party{id}}", doubling(n).split_once('\n').unwrap().1)
}

pub(crate) fn backward_chain(n: usize) -> String {
    let links = each(n, |n| format!("fragment F{} on Party{{...F{n}}}", n + 1));
    format!("fragment F0 on Party{{id}}\n{links}{{party{{...F{n}}}}}")
}

pub(crate) fn cycle(n: usize) -> String {
    let links = each(n, |n| format!("fragment F{n} on Party{{peer{{...F{}}}}}", n + 1));
    format!("{{party{{...F0}}}}\n{links}fragment F{n} on Party{{peer{{...F0}}}}")
}

pub(crate) fn unreached_cycle(n: usize) -> String {
    format!("{} {}", "{party{id}}", cycle(n).split_once('\n').unwrap().1)
}

pub(crate) fn all_spread_all(n: usize) -> String {
    let spreads =
        |from: usize| (from + 1..n.min(40)).map(|n| format!("...F{n}")).collect::<Vec<_>>().join(" ");
    let links = each(n, |n| format!("fragment F{n} on Party{{id {}}}", spreads(n)));
    format!("{{party{{...F0}}}}\n{links}")
}

pub(crate) fn list_types(n: usize) -> String {
    format!("query($x: {}){{input(any:$x)}}", around("[", "Int", "]", n))
}

pub(crate) fn default_lists(n: usize) -> String {
    format!("query($x: Anything = {}){{input(any:$x)}}", around("[", "1", "]", n))
}

pub(crate) fn default_objects(n: usize) -> String {
    format!("query($x: Anything = {}){{input(any:$x)}}", around("{a:", "1", "}", n))
}

pub(crate) fn directive_values(n: usize) -> String {
    format!("{{party @note(tags:{}){{id}}}}", around("[", "\"a\"", "]", n))
}

pub(crate) fn variables(n: usize) -> String {
    format!("query({}){{party{{id}}}}", each(n, |n| format!("$a{n}: Int")))
}

pub(crate) fn operations(n: usize) -> String {
    each(n, |n| format!("query Q{n}{{party{{id}}}}"))
}

pub(crate) fn unknown_fields(n: usize) -> String {
    format!("{{party{{{}}}}}", each(n, |n| format!("nothing{n}")))
}

pub(crate) fn foreign_characters(n: usize) -> String {
    "\u{1F600}".repeat(n * 4)
}

pub(crate) fn commas(n: usize) -> String {
    format!("{{party{}{{id}}}}", ",".repeat(n * 21))
}

pub(crate) fn comments(n: usize) -> String {
    format!("{{party{}{{id}}}}", "#\n".repeat(n * 21))
}

pub(crate) fn stray_brackets(n: usize) -> String {
    "}".repeat(n * 4)
}

pub(crate) fn open_brackets(n: usize) -> String {
    "(".repeat(n)
}

pub(crate) fn half_strings(n: usize) -> String {
    "{text(text:\"\n".repeat(n)
}

pub(crate) fn long_name(n: usize) -> String {
    format!("{{{}}}", "a".repeat(n))
}
