//! The development issuer's key, kept in a file.
//!
//! Promises that all servers on one directory have one key, even if they start at once, and that no one else on the
//! machine can read it. Deliberately absent: a passphrase and rotation. It is for development; remove the file for a new
//! key.

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use aws_lc_rs::signature::Ed25519KeyPair;
use pem::Pem;
use tempfile::NamedTempFile;

/// The name of the file in the data directory: PKCS#8 in PEM (RFC 7468 section 10).
const FILE_NAME: &str = "development-key.pem";

/// The label of a private key in PEM.
const LABEL: &str = "PRIVATE KEY";

/// The largest file that is read, in bytes. A key takes some 120.
const MAX_FILE: u64 = 4096;

/// Why there is no development key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DevelopmentKeyFault {
    /// The directory or the file cannot be read or written, for the reason that the system gives.
    File { path: PathBuf, reason: String },
    /// The file holds something else.
    NotAKey { path: PathBuf },
    /// The system gives no random numbers.
    NoRandomness,
}

impl DevelopmentKeyFault {
    /// What is wrong and what to do about it.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::File { path, reason } => {
                format!("The development key {} cannot be kept: {reason}.", path.display())
            }
            Self::NotAKey { path } => {
                let path = path.display();
                format!(
                    "{path} is not an Ed25519 key in PKCS#8 PEM: remove it, and the next start makes a new one."
                )
            }
            Self::NoRandomness => "The system gives no random numbers for a development key.".into(),
        }
    }
}

/// The key of a data directory, made if there is none.
pub(super) fn open_or_make(directory: &Path) -> Result<Ed25519KeyPair, DevelopmentKeyFault> {
    let path = directory.join(FILE_NAME);
    if let Some(key) = open(&path)? {
        return Ok(key);
    }
    make(directory, &path)?;
    // Whoever was first: another server may have made the file since.
    open(&path)?.ok_or_else(|| fault(&path)(ErrorKind::NotFound.into()))
}

fn open(path: &Path) -> Result<Option<Ed25519KeyPair>, DevelopmentKeyFault> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fault(path)(error)),
    };
    let mut text = Vec::new();
    file.take(MAX_FILE).read_to_end(&mut text).map_err(fault(path))?;
    let pem = pem::parse(text).ok().filter(|pem| pem.tag() == LABEL);
    let key = pem.and_then(|pem| Ed25519KeyPair::from_pkcs8(pem.contents()).ok());
    key.map(Some).ok_or_else(|| DevelopmentKeyFault::NotAKey { path: path.to_owned() })
}

/// Writes a whole key beside the place and then puts it there, unless something is there already: so a reader finds a
/// whole key or none, and the first of several wins.
fn make(directory: &Path, path: &Path) -> Result<(), DevelopmentKeyFault> {
    let key = Ed25519KeyPair::generate().and_then(|key| key.to_pkcs8());
    let key = key.map_err(|_| DevelopmentKeyFault::NoRandomness)?;
    fs::create_dir_all(directory).map_err(fault(path))?;
    // Mode 0600 from its beginning.
    let mut file = NamedTempFile::new_in(directory).map_err(fault(path))?;
    file.write_all(pem::encode(&Pem::new(LABEL, key.as_ref())).as_bytes()).map_err(fault(path))?;
    file.as_file().sync_all().map_err(fault(path))?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(fault(path)(error.error)),
    }
}

fn fault(path: &Path) -> impl Fn(std::io::Error) -> DevelopmentKeyFault {
    |error| DevelopmentKeyFault::File { path: path.to_owned(), reason: error.kind().to_string() }
}
