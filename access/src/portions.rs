//! Portions of a few fixed sizes, so that a statement's text stays the same whatever the number of its rows or keys, and is
//! prepared once.

/// How many go into one statement: as many of the first as fit, then of the second, and so on.
const SIZES: [usize; 4] = [512, 64, 8, 1];

/// Cuts `rows` into pieces of the fixed sizes.
pub(crate) fn portions<T>(mut rows: Vec<T>) -> Vec<Vec<T>> {
    let mut portions = Vec::new();
    for size in SIZES {
        while rows.len() >= size {
            let rest = rows.split_off(size);
            portions.push(std::mem::replace(&mut rows, rest));
        }
    }
    portions
}

/// Cuts `keys` into lists of the fixed sizes, the last one filled up by repeating a key.
pub(crate) fn lists<T: Clone>(mut keys: Vec<T>) -> Vec<Vec<T>> {
    let mut lists = Vec::new();
    while let Some(last) = keys.last().cloned() {
        let [most, ..] = SIZES;
        let rest = keys.split_off(keys.len().min(most));
        let filled = SIZES.into_iter().rev().find(|size| *size >= keys.len()).unwrap_or(most);
        keys.resize(filled, last);
        lists.push(std::mem::replace(&mut keys, rest));
    }
    lists
}
