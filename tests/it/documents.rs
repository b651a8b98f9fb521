//! The documents say what the program is: the complete configuration file has every setting with its default, and README is
//! short enough to be read. The pages on identity providers are tested where tokens are, in `token/src/tests/pages.rs`.

use std::path::{Path, PathBuf};

use copartner::config::Config;
use serde_json::Value;
use token::Issuers;

pub fn page(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The first block of TOML in a page.
pub fn toml_of(page: &str) -> String {
    let (_, rest) = page.split_once("```toml\n").unwrap();
    rest.split("```").next().unwrap().to_owned()
}

/// The same with the settings that are commented out.
pub fn uncommented(file: &str) -> String {
    let setting = |line: &str| {
        let rest = line.strip_prefix("# ")?;
        let (name, _) = rest.split_once(" = ")?;
        name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_').then(|| rest.to_owned())
    };
    file.lines().map(|line| setting(line).unwrap_or_else(|| line.to_owned()) + "\n").collect()
}

/// The names in `whole` that are not in `part`.
fn missing(whole: &Value, part: &Value, place: &str) -> Vec<String> {
    let Value::Object(members) = whole else { return Vec::new() };
    let names = members.iter().flat_map(|(name, value)| match part.get(name) {
        Some(there) => missing(value, there, &format!("{place}{name}.")),
        None => vec![format!("{place}{name}")],
    });
    names.collect()
}

#[test]
fn the_complete_configuration_file_has_the_defaults() {
    let file: Config = toml::from_str(&toml_of(&page("docs/configuration.md"))).unwrap();
    assert_eq!(file.issuers.len(), 1);
    Issuers::new(file.issuers.clone(), None).unwrap();
    assert_eq!(Config { issuers: Vec::new(), ..file }, Config::default());
}

#[test]
fn the_complete_configuration_file_has_every_setting() {
    let file = uncommented(&toml_of(&page("docs/configuration.md")));
    toml::from_str::<Config>(&file).unwrap();
    let there = serde_json::to_value(toml::from_str::<toml::Table>(&file).unwrap()).unwrap();
    let all = serde_json::to_value(Config::default()).unwrap();
    assert_eq!(missing(&all, &there, ""), [""; 0]);
}

#[test]
fn readme_has_at_most_250_lines() {
    let lines = page("README.md").lines().count();
    assert!(
        lines <= 250,
        "README.md has {lines} lines: move what is not for the first hour to a page under docs/."
    );
}

/// The pages of the repository, but for what is built and fetched.
fn pages(directory: &Path) -> Vec<PathBuf> {
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        !name.starts_with('.') && !["target", "node_modules"].contains(&name)
    };
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let (directories, files): (Vec<_>, Vec<_>) = entries.filter(is_ours).partition(|path| path.is_dir());
    let mut pages: Vec<_> = files
        .into_iter()
        .filter(|file| file.extension().is_some_and(|extension| extension == "md"))
        .collect();
    pages.extend(directories.iter().flat_map(|directory| self::pages(directory)));
    pages
}

/// What is linked from a page is there, and so is the heading, where one is named.
#[test]
fn links_between_the_documents_lead_somewhere() {
    let pages = pages(Path::new(env!("CARGO_MANIFEST_DIR")));
    assert!(pages.len() > 15, "{pages:?}");
    let mut broken = Vec::new();
    for name in &pages {
        let text = std::fs::read_to_string(name).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.starts_with("https://") {
                continue;
            }
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let path = if file.is_empty() { name.clone() } else { name.with_file_name(file) };
            let is_there = path.exists()
                && (heading.is_empty()
                    || headings(&std::fs::read_to_string(&path).unwrap()).contains(&heading.to_owned()));
            if !is_there {
                broken.push(format!("{}: {link}", name.display()));
            }
        }
    }
    assert_eq!(broken, [""; 0]);
}

/// The headings of a page as links name them.
fn headings(text: &str) -> Vec<String> {
    let titles =
        text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let signs = |title: &str| title.to_lowercase().replace(' ', "-");
    titles
        .map(|title| signs(title).chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect())
        .collect()
}
