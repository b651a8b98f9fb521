//! The words in which errors of an import are told.

/// How many characters of a reason are shown: it may quote what the file holds.
const LONGEST_REASON: usize = 800;

/// How deep values may nest in a file. No record nests as deep.
pub(super) const DEEPEST: usize = 100;

/// Some parsers take the first of two equal members, others the last: such an object is refused.
pub(super) fn twice(member: &str) -> String {
    format!("`{member}` is there twice in one object: leave one of them")
}

/// The reason without `at line 1 column 7`: the file's line has another number, and values have no place.
pub(super) fn without_place(reason: &str) -> String {
    reason.rsplit_once(" at line ").map_or(reason, |(reason, _)| reason).to_owned()
}

/// A text without control characters and not too long, for a terminal: it may quote what a file holds.
pub(super) fn shown(words: &str) -> String {
    let mut shown = String::new();
    for character in words.chars().take(LONGEST_REASON) {
        if character.is_control() {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    if words.chars().nth(LONGEST_REASON).is_some() {
        shown.push('…');
    }
    shown
}
