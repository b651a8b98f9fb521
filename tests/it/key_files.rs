//! Keys that are kept in files.

use std::fs;
use std::sync::Arc;
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use copartner::key_file::{KeyFileError, open, open_or_make};
use ed25519_dalek::Signer as _;
use tempfile::TempDir;

/// A file as aws-lc-rs writes it, with which the first servers made their keys: version 2 of PKCS#8, with the public half
/// (RFC 5958).
const VERSION_2: &str = "-----BEGIN PRIVATE KEY-----\r
MFECAQEwBQYDK2VwBCIEIAwGu0VHaUNe/X3TtRopjC76OTRkBuyPDk2o6HKPUiO3\r
gSEA520P6DroqdO1mQTVke893wXXJiHxE2GZCnZ20OlBtK4=\r
-----END PRIVATE KEY-----\r
";

/// The same key as `openssl genpkey` writes it: version 1, without the public half.
const VERSION_1: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIAwGu0VHaUNe/X3TtRopjC76OTRkBuyPDk2o6HKPUiO3
-----END PRIVATE KEY-----
";

/// What it signed `head` with.
const SIGNATURE: &str =
    "xGHWtDpQU9bHrQVQbgWv2DlItVgocKzGRzYzSJSp7R4yEo+tNCvw7a6fF0DHsCvrKc33IZto07dikqj7puX4Dw==";

#[test]
fn a_key_stays_over_restarts_and_only_its_owner_can_read_it() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("key.pem");
    let first = open_or_make(&path).unwrap();
    assert_eq!(open_or_make(&path).unwrap(), first);
    assert_eq!(open(&path).unwrap(), Some(first));
    let names: Vec<_> =
        fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["key.pem"], "nothing else is left behind");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("-----BEGIN PRIVATE KEY-----"));
}

#[test]
fn each_file_has_a_key_of_its_own_and_none_is_made_by_looking() {
    let directory = TempDir::new().unwrap();
    let path = |name: &str| directory.path().join(name);
    assert_ne!(open_or_make(&path("one.pem")).unwrap(), open_or_make(&path("two.pem")).unwrap());
    assert_eq!(open(&path("three.pem")).unwrap(), None);
    assert!(!path("three.pem").exists());
}

#[test]
fn servers_that_start_at_once_have_one_key() {
    for _ in 0..20 {
        let directory = Arc::new(TempDir::new().unwrap());
        // The directory itself is made on the way.
        let start = || {
            let directory = Arc::clone(&directory);
            thread::spawn(move || open_or_make(&directory.path().join("data/key.pem")).unwrap())
        };
        let starts: Vec<_> = (0..8).map(|_| start()).collect();
        let mut keys: Vec<_> = starts.into_iter().map(|start| start.join().unwrap()).collect();
        keys.dedup();
        assert_eq!(keys.len(), 1);
    }
}

#[test]
fn a_file_that_is_no_key_is_not_written_over() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("key.pem");
    let others_half = VERSION_2.replace("gSEA520P", "gSEA530P");
    let another_label = VERSION_1.replace("PRIVATE", "PUBLIC");
    let no_key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    for text in ["", "x", no_key, &others_half, &another_label] {
        fs::write(&path, text).unwrap();
        let error = open_or_make(&path).unwrap_err();
        assert_eq!(error, KeyFileError::NotAKey { path: path.clone() }, "{text}");
        assert!(error.sentence().contains("remove it"));
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    let error = open_or_make(&path.join("key.pem")).unwrap_err();
    assert!(matches!(error, KeyFileError::File { .. }), "{error:?}");
}

#[test]
fn keys_that_older_servers_and_openssl_wrote_are_read_and_sign_the_same() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("key.pem");
    for text in [VERSION_1, VERSION_2] {
        fs::write(&path, text).unwrap();
        let key = open(&path).unwrap().unwrap();
        assert_eq!(STANDARD.encode(key.verifying_key()), "520P6DroqdO1mQTVke893wXXJiHxE2GZCnZ20OlBtK4=");
        assert_eq!(STANDARD.encode(key.sign(b"head").to_bytes()), SIGNATURE);
    }
}
