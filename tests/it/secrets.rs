//! Passwords and keys: shown nowhere, and readable by nobody else on the machine.

use std::io::{Read, Write};
use std::net::TcpListener;

use rstest::rstest;
use tempfile::TempDir;

use crate::terminal::{copartner, words};

/// All that the program says.
fn all(output: &std::process::Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), words(output))
}

#[rstest]
#[case("postgres://user:S3cret@localhost/db", "postgres://user:***@localhost/db")]
#[case("postgres://user@localhost/db?password=S3cret&sslmode=require", "password=***&sslmode=require")]
#[case("postgres://user@localhost/db?pass%77ord=S3cret", "password=***")]
#[case("postgres://user@localhost/db?options=-c%20app.key%3DS3cret", "options=***")]
#[case("postgres://user@localhost/db?PASSWORD=S3cret", "`PASSWORD`")]
#[case("postgres://user@localhost/db?sslpassword=S3cret", "`sslpassword`")]
#[case("host=localhost user=user password=S3cret", "`***` is neither")]
#[case("postgres://user:1/S3cret@localhost/db", "# is written %23")]
fn a_password_is_masked_wherever_it_stands(#[case] database: &str, #[case] shown: &str) {
    let directory = TempDir::new().unwrap();
    for arguments in [&["config", "check"][..], &["migrate", "status"], &["serve", "--development-issuer"]] {
        // Nobody listens there.
        let database = database.replace("localhost", "localhost:1");
        let output = copartner(directory.path(), &[arguments, &["--database", &database]].concat());
        let told = all(&output);
        assert!(!told.contains("S3cret"), "{arguments:?}: {told}");
        if arguments[0] == "config" {
            assert!(told.replace("localhost:1", "localhost").contains(shown), "{told}");
        }
    }
}

#[test]
fn a_file_that_is_no_toml_is_told_by_its_place_without_the_line() {
    let directory = TempDir::new().unwrap();
    let file = "listen = \"127.0.0.1:0\"\ndatabase = \"postgres://user:S3cret@localhost/db\n";
    std::fs::write(directory.path().join("copartner.toml"), file).unwrap();
    let output = copartner(directory.path(), &["config", "check"]);
    assert!(!output.status.success());
    let told = all(&output);
    assert!(told.contains("copartner.toml is not TOML") && told.contains("line 2"), "{told}");
    assert!(!told.contains("S3cret"), "{told}");
}

#[test]
fn a_certificate_that_cannot_be_verified_is_a_sentence() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // A server that takes up TLS, as PostgreSQL's protocol has it, and does not know how to go on.
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 8];
            let _ = stream.read_exact(&mut request).and_then(|()| stream.write_all(b"S"));
        }
    });
    let url = format!("postgres://user@{address}/db?sslmode=verify-ca");
    let directory = TempDir::new().unwrap();
    let output = copartner(directory.path(), &["migrate", "status", "--database", &url]);
    let told = words(&output);
    assert!(!output.status.success() && told.contains("cannot be reached"), "{told}");
    assert!(!told.contains("panicked"), "{told}");
}

#[cfg(unix)]
#[test]
fn nobody_else_on_the_machine_reads_what_is_kept() {
    use std::os::unix::fs::PermissionsExt;
    let directory = TempDir::new().unwrap();
    let mode =
        |path: &str| std::fs::metadata(directory.path().join(path)).unwrap().permissions().mode() & 0o777;
    let output = copartner(directory.path(), &["migrate", "up", "--data", "one/two"]);
    assert!(output.status.success(), "{}", words(&output));
    assert_eq!((mode("one"), mode("one/two")), (0o700, 0o700));
    assert_eq!(mode("one/two/copartner.sqlite"), 0o600);
    crate::world::development_issuer(&directory.path().join("one/two"));
    assert_eq!(mode("one/two/development-key.pem"), 0o600);
    // A directory that someone else has made stays as it is.
    std::fs::create_dir(directory.path().join("theirs")).unwrap();
    let before = mode("theirs");
    assert!(copartner(directory.path(), &["migrate", "up", "--data", "theirs"]).status.success());
    assert_eq!(mode("theirs"), before);
}
