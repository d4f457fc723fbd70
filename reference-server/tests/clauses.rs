//! Comments that name a clause name one that exists.

#![expect(
    clippy::expect_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::fs;
use std::path::Path;

use sio_p2p_protocol::clauses;

/// The beginnings of all clause ids, up to the first dash.
const ROLES: [&str; 3] = ["SRV-", "CLI-", "GEN-"];

#[test]
fn every_clause_that_is_named_exists() {
    let known: Vec<_> = clauses()
        .iter()
        .map(|clause| clause.id.to_string())
        .collect();
    let mut named = 0;
    for folder in ["src", "tests"] {
        visit(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
            &mut |path, text| {
                for (number, line) in text.lines().enumerate() {
                    for id in ids(line) {
                        named += 1;
                        let place = format!("{}:{}", path.display(), number + 1);
                        assert!(known.contains(&id), "{place}: there is no clause {id}");
                    }
                }
            },
        );
    }
    assert!(named > 100, "the search finds what there is");
}

/// The clause ids in a line: a role, then letters, digits and dashes, up to a number.
fn ids(line: &str) -> Vec<String> {
    let word = |character: char| character.is_ascii_alphanumeric() || character == '-';
    line.split(|character| !word(character))
        .filter(|word| ROLES.iter().any(|role| word.starts_with(role)))
        .filter(|word| word.ends_with(|last: char| last.is_ascii_digit()))
        .map(str::to_owned)
        .collect()
}

/// Calls `found` with every Rust file in a folder and its folders.
fn visit(folder: &Path, found: &mut dyn FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            if !path.ends_with("node_modules") {
                visit(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found(&path, &fs::read_to_string(&path).expect("sources are text"));
        }
    }
}
