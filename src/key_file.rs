//! An Ed25519 key that the server keeps in a file.
//!
//! Promises that whoever opens one path has one key, even if several start at once, and that no one else on the machine
//! can read it. Deliberately absent: a passphrase and rotation.

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use ed25519_dalek::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _};
use ed25519_dalek::{SecretKey, SigningKey};
use pem::Pem;
use rand::TryRng as _;
use rand::rngs::SysRng;
use tempfile::NamedTempFile;

/// The label of a private key in PEM (RFC 7468 section 10).
const LABEL: &str = "PRIVATE KEY";

/// The largest file that is read, in bytes. A key takes some 120.
const MAX_FILE: u64 = 4096;

/// Why there is no key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyFileError {
    /// The directory or the file cannot be read or written, for the reason that the system gives.
    File { path: PathBuf, reason: String },
    /// The file holds something else.
    NotAKey { path: PathBuf },
    /// The system gives no random numbers.
    NoRandomness,
}

impl KeyFileError {
    /// What is wrong and what to do about it.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::File { path, reason } => {
                format!("The key {} cannot be kept: {reason}.", path.display())
            }
            Self::NotAKey { path } => format!(
                "{} is not an Ed25519 key in PKCS#8 PEM: put the right file there, or remove it for a new key.",
                path.display()
            ),
            Self::NoRandomness => "The system gives no random numbers for a key.".into(),
        }
    }
}

/// The key at a path, made if there is none.
pub fn open_or_make(path: &Path) -> Result<SigningKey, KeyFileError> {
    if let Some(key) = open(path)? {
        return Ok(key);
    }
    make(path)?;
    // Whoever was first: another server may have made the file since.
    open(path)?.ok_or_else(|| fault(path)(ErrorKind::NotFound.into()))
}

/// The key at a path, if there is a file.
pub fn open(path: &Path) -> Result<Option<SigningKey>, KeyFileError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fault(path)(error)),
    };
    let mut text = Vec::new();
    file.take(MAX_FILE).read_to_end(&mut text).map_err(fault(path))?;
    let pem = pem::parse(text).ok().filter(|pem| pem.tag() == LABEL);
    let key = pem.and_then(|pem| SigningKey::from_pkcs8_der(pem.contents()).ok());
    key.map(Some).ok_or_else(|| KeyFileError::NotAKey { path: path.to_owned() })
}

/// Writes a whole key beside the place and then puts it there, unless something is there already: so a reader finds a
/// whole key or none, and the first of several wins.
fn make(path: &Path) -> Result<(), KeyFileError> {
    let mut octets = SecretKey::default();
    SysRng.try_fill_bytes(&mut octets).map_err(|_| KeyFileError::NoRandomness)?;
    let key = SigningKey::from_bytes(&octets).to_pkcs8_der();
    let key = key.map_err(|_| KeyFileError::NotAKey { path: path.to_owned() })?;
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(directory).map_err(fault(path))?;
    // Mode 0600 from its beginning.
    let mut file = NamedTempFile::new_in(directory).map_err(fault(path))?;
    file.write_all(pem::encode(&Pem::new(LABEL, key.as_bytes())).as_bytes()).map_err(fault(path))?;
    file.as_file().sync_all().map_err(fault(path))?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(fault(path)(error.error)),
    }
}

fn fault(path: &Path) -> impl Fn(std::io::Error) -> KeyFileError {
    |error| KeyFileError::File { path: path.to_owned(), reason: error.kind().to_string() }
}
