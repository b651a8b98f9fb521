//! The disk of a program, whose writes go wrong when the test says so.
//!
//! A library that the program loads before the C library (`disk.c`) stands between it and its SQLite file; nothing in
//! the program knows of it. What is to go wrong stands in a small file that both have open.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::plan::Faults;

/// What the n-th write meets.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    error: u32,
    how: u32,
}

// The errors' numbers on Linux.
const EIO: u32 = 5;
const EFBIG: u32 = 27;
const ENOSPC: u32 = 28;

/// All later writes go wrong too.
const STAYS: u32 = 1;
/// Half of the n-th write is done, as on a disk that is almost full.
const TORN: u32 = 2;

pub const FAULTS: [Fault; 7] = [
    Fault { error: ENOSPC, how: 0 },
    Fault { error: EIO, how: 0 },
    Fault { error: EFBIG, how: 0 },
    Fault { error: ENOSPC, how: STAYS },
    Fault { error: EIO, how: STAYS },
    Fault { error: ENOSPC, how: TORN | STAYS },
    // Nothing is wrong with a write that is done in two.
    Fault { error: EIO, how: TORN },
];

pub struct Disk {
    library: PathBuf,
    control: PathBuf,
    file: File,
}

impl Disk {
    pub fn new(directory: &Path) -> Self {
        let (library, control) = (directory.join("disk.so"), directory.join("disk.control"));
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/faults/disk.c");
        let compiled = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).status();
        assert!(compiled.expect("a C compiler is needed").success());
        let file = File::options().read(true).write(true).create_new(true).open(&control).unwrap();
        file.set_len(4096).unwrap();
        Self { library, control, file }
    }

    /// Puts itself under the program.
    pub fn under(&self, program: &mut Command) {
        program.env("LD_PRELOAD", &self.library).env("FAULTS_CONTROL", &self.control);
    }

    fn set(&self, numbers: [u32; 5]) {
        // The first number arms: it is written when all others are right.
        for (place, number) in numbers.into_iter().enumerate().rev() {
            self.file.write_all_at(&number.to_ne_bytes(), place as u64 * 4).unwrap();
        }
    }
}

impl Faults for Disk {
    type Fault = Fault;

    fn arm(&self, n: u32, fault: Fault) {
        self.set([n, fault.error, fault.how, 0, 0]);
    }

    fn disarm(&self) -> bool {
        self.file.write_all_at(&[0; 4], 0).unwrap();
        let mut hits = [0; 4];
        self.file.read_exact_at(&mut hits, 16).unwrap();
        u32::from_ne_bytes(hits) > 0
    }

    fn stays(fault: Fault) -> bool {
        fault.how & STAYS != 0
    }
}
