//! What the profile for production refuses, and what is said of it beforehand.

use std::path::Path;
use std::process::Output;

use rstest::rstest;
use tempfile::TempDir;

use super::{copartner, words};

/// A configuration that production bears: nobody listens at its database.
const FIT: &str = r#"
profile = "production"
database = "postgres://copartner@localhost:1/copartner"
metrics_listen = ""

[rate]
mode = "enforce"

[[issuers]]
issuer = "https://login.example.com/{tenantid}/v2.0"
audience = ["api://copartner"]
discovery = "https://login.example.com/.well-known/openid-configuration"
"#;

/// One that could be used, with something in most of its lines that production refuses.
const UNFIT: &str = r#"
profile = "production"
development_issuer = true
metrics_listen = "0.0.0.0:9464"

[[issuers]]
issuer = "http://localhost:8080/realms/main"
tenant = "c0000000-0000-4000-8000-000000000001"
audience = ["api://copartner"]
jwks_url = "http://127.0.0.1:8080/certs"

[limits]
cost = 9_223_372_036_854_775_807
depth = 151

[http]
cors_origins = ["https://portal.example.com", "http://localhost:3000"]

[webhooks]
allow_http = true
"#;

/// What is said of it, each with what to do.
const REFUSED: [(&str, &str); 10] = [
    ("`development_issuer` is on", "Set `development_issuer = false`"),
    ("`issuer` of the issuer `http://localhost:8080/realms/main`", "begins with https://"),
    ("`jwks_url` of the issuer `http://localhost:8080/realms/main`", "begins with https://"),
    ("`http.cors_origins` has `http://localhost:3000`", "https:// alone"),
    ("`limits.depth` is 151", "Set it to 150"),
    ("`limits.cost` is 9223372036854775807", "Set it to 100000,"),
    ("what is beyond a tenant's share is only counted", "`mode = \"enforce\"` in [rate]"),
    ("`metrics_listen` is `0.0.0.0:9464`", "`127.0.0.1:9464`"),
    ("`webhooks.allow_http` is on", "Set `allow_http = false`"),
    ("the database is SQLite", "`sqlite_in_production = true`"),
];

fn configured(settings: &str) -> TempDir {
    let directory = TempDir::new().unwrap();
    std::fs::write(directory.path().join("copartner.toml"), settings).unwrap();
    directory
}

/// The lines for production that are printed, on standard output or standard error.
fn for_production(printed: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(printed).into_owned();
    let lines =
        text.lines().filter_map(|line| line.trim_start_matches("# ").strip_prefix("for production: "));
    lines.map(str::to_owned).collect()
}

fn check(directory: &Path) -> Output {
    copartner(directory, &["config", "check"])
}

#[test]
fn production_tells_at_once_all_that_it_refuses() {
    let directory = configured(UNFIT);
    // It could not go on: a test that fails must not serve for ever.
    for arguments in [&["serve", "--listen", "nowhere"][..], &["config", "check"]] {
        let refused = copartner(directory.path(), arguments);
        assert_eq!(refused.status.code(), Some(1));
        assert!(words(&refused).starts_with("copartner: `profile` is `production`"), "{}", words(&refused));
        let told = for_production(&refused.stderr);
        assert_eq!(told.len(), REFUSED.len(), "{told:#?}");
        for (problem, advice) in REFUSED {
            let is_told = told.iter().any(|line| line.starts_with(problem) && line.contains(advice));
            assert!(is_told, "{problem}: {told:#?}");
        }
        let left = std::fs::read_dir(directory.path()).unwrap().count();
        assert_eq!(left, 1, "neither a database nor a key is made");
    }
}

#[test]
fn what_is_fit_for_production_is_refused_by_nobody_but_the_database() {
    let directory = configured(FIT);
    let checked = check(directory.path());
    assert!(checked.status.success(), "{}", words(&checked));
    assert_eq!(for_production(&checked.stdout), [""; 0]);
    let served = copartner(directory.path(), &["serve"]);
    assert!(words(&served).contains("cannot be reached"), "{}", words(&served));
}

#[test]
fn what_production_would_refuse_is_told_beforehand_and_the_rest_is_a_configuration() {
    let directory = configured(&UNFIT.replace("\"production\"", "\"development\""));
    let checked = check(directory.path());
    assert!(checked.status.success() && checked.stderr.is_empty(), "{}", words(&checked));
    assert_eq!(for_production(&checked.stdout).len(), REFUSED.len());
    let printed = String::from_utf8(checked.stdout).unwrap();
    let read: toml::Table = toml::from_str(&printed).unwrap();
    assert_eq!(read["profile"].as_str(), Some("development"));
}

#[test]
fn the_command_line_cannot_bring_the_development_issuer_into_production() {
    let directory = configured(FIT);
    let refused = copartner(directory.path(), &["serve", "--development-issuer"]);
    assert_eq!(for_production(&refused.stderr).len(), 1, "{}", words(&refused));
    assert!(words(&refused).contains("leave --development-issuer out"), "{}", words(&refused));
}

#[rstest]
#[case("", "no issuer is configured")]
#[case(
    "[[issuers]]\nissuer = \"https://a\"\naudience = [\"a\"]\ndiscovery = \"HTTP://[::1]/d\"",
    "`discovery`"
)]
#[case(
    "[[issuers]]\nissuer = \"http://{tenantid}.a\"\naudience = [\"a\"]\njwks_url = \"https://a\"",
    "`issuer`"
)]
fn issuers_are_there_and_encrypted(#[case] issuers: &str, #[case] problem: &str) {
    let (before, _) = FIT.split_once("[[issuers]]").unwrap();
    let directory = configured(&format!("{before}{issuers}\n"));
    let told = for_production(&check(directory.path()).stderr);
    assert!(told.len() == 1 && told[0].starts_with(problem), "{told:#?}");
}

#[rstest]
#[case(&["127.0.0.1", "[::1]", "localhost", "10.1.2.3", "172.16.0.1", "192.168.0.1", "[fd00::1]", "[::ffff:10.0.0.1]"], true)]
#[case(&["0.0.0.0", "[::]", "192.0.2.1", "172.32.0.1", "[2001:db8::1]", "[fe80::1]", "[::ffff:192.0.2.1]"], false)]
fn metrics_are_for_this_machine_and_private_networks(#[case] hosts: &[&str], #[case] is_fit: bool) {
    for host in hosts {
        let listen = format!("metrics_listen = \"{host}:9464\"");
        let directory = configured(&FIT.replace("metrics_listen = \"\"", &listen));
        let told = for_production(&check(directory.path()).stderr);
        assert_eq!(told.len(), usize::from(!is_fit), "{host}: {told:#?}");
    }
}

#[test]
fn a_limit_may_be_ten_times_its_default_and_sqlite_is_good_where_it_is_said_so() {
    let settings = FIT.replace("database =", "sqlite_in_production = true\n# database =");
    let directory = configured(&format!("{settings}\n[limits]\ndepth = 150\ncost = 100_000\n"));
    let checked = check(directory.path());
    assert!(checked.status.success(), "{}", words(&checked));
}

#[cfg(unix)]
#[test]
fn files_that_others_can_read_are_refused_by_name_and_mode() {
    use std::os::unix::fs::PermissionsExt as _;
    let sqlite = FIT.replace("database =", "sqlite_in_production = true\n# database =");
    let password = FIT.replace("copartner@", "copartner:S3cret@");
    for (settings, file, mode, is_fit) in [
        (FIT, "log-key.pem", 0o640, false),
        (FIT, "log-key.pem", 0o600, true),
        (&sqlite, "copartner.sqlite", 0o604, false),
        (&sqlite, "copartner.sqlite", 0o600, true),
        (FIT, "copartner.sqlite", 0o644, true),
        (&password, "copartner.toml", 0o644, false),
        (&password, "copartner.toml", 0o600, true),
        (FIT, "copartner.toml", 0o644, true),
    ] {
        let directory = configured(settings);
        let path = directory.path().join(file);
        std::fs::OpenOptions::new().append(true).create(true).open(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let told = for_production(&check(directory.path()).stderr);
        assert_eq!(told.is_empty(), is_fit, "{file}, {mode:o}: {told:#?}");
        let sentence = |line: &String| {
            line.contains(&format!("mode is {mode:o}")) && line.contains("chmod 600") && line.contains(file)
        };
        assert!(told.iter().all(sentence), "{told:#?}");
    }
}

#[test]
fn the_demo_is_not_production_whatever_its_configuration_says() {
    let directory = configured(UNFIT);
    // It gets as far as the address that nobody can listen on.
    let refused = copartner(directory.path(), &["demo", "--listen", "nowhere"]);
    assert!(words(&refused).contains("nowhere cannot be listened on"), "{}", words(&refused));
}
