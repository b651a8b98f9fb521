//! The files that a command reads, and standard input among them.

use std::fs::File;
use std::io::{BufRead, BufReader, Seek, stdin};
use std::path::Path;

use super::CliResult;
use crate::import::Input;

/// How much of a file is read at once.
const CHUNK: usize = 1 << 20;

/// The file at `path`, or standard input for `-`, and how many bytes it has: none for one that tells no length.
pub fn open(path: &Path) -> CliResult<(Input, u64)> {
    if path.as_os_str() == "-" {
        return Ok((Input::new("standard input", || Ok(Box::new(BufReader::new(stdin())))), 0));
    }
    let unreadable = |cause| format!("{} cannot be read: {cause}.", path.display());
    // Now rather than when its turn comes: a name that is misspelt is told before anything is done.
    let bytes = File::open(path).and_then(|file| file.metadata()).map_err(unreadable)?.len();
    let place = path.to_owned();
    let opener =
        move || Ok(Box::new(BufReader::with_capacity(CHUNK, File::open(&place)?)) as Box<dyn BufRead>);
    Ok((Input::new(&path.display().to_string(), opener), bytes))
}

/// The same for a format that is read more than once: standard input is kept in a file that nobody else sees.
pub fn reopen(path: &Path) -> CliResult<(Input, u64)> {
    if path.as_os_str() != "-" {
        return open(path);
    }
    let unreadable = |cause| format!("standard input cannot be kept: {cause}.");
    let mut kept = tempfile::tempfile().map_err(unreadable)?;
    let bytes = std::io::copy(&mut stdin().lock(), &mut kept).map_err(unreadable)?;
    let opener = move || {
        let mut file = kept.try_clone()?;
        file.rewind()?;
        Ok(Box::new(BufReader::with_capacity(CHUNK, file)) as Box<dyn BufRead>)
    };
    Ok((Input::new("standard input", opener), bytes))
}
