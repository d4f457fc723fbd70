//! The hand-written chapters in `spec/` and the clause register name the same clauses.

#![expect(
    clippy::unwrap_used,
    reason = "a chapter that cannot be read fails the test"
)]

use std::{collections::BTreeSet, fs, path::Path};

use sio_p2p_protocol::clauses;

/// Everything in the chapters that looks like a clause id, with its chapter.
fn cited() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
    let mut cited = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "md") {
            let chapter = path.file_name().unwrap().to_string_lossy().into_owned();
            let words = fs::read_to_string(&path).unwrap();
            cited.extend(
                words
                    .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
                    .filter(|word| ["GEN-", "SRV-", "CLI-"].iter().any(|f| word.starts_with(f)))
                    .map(|word| (chapter.clone(), word.to_owned())),
            );
        }
    }
    cited
}

#[test]
fn every_clause_in_the_chapters_is_in_the_register() {
    let known: BTreeSet<_> = clauses().iter().map(|clause| clause.id.as_str()).collect();
    let cited = cited();
    assert!(!cited.is_empty(), "no chapter cites a clause");
    let unknown: Vec<_> = cited
        .iter()
        .filter(|(_, id)| !known.contains(id.as_str()))
        .collect();
    assert!(unknown.is_empty(), "unknown clauses: {unknown:?}");
}

#[test]
fn every_clause_of_the_register_is_in_a_chapter() {
    let cited: BTreeSet<_> = cited().into_iter().map(|(_, id)| id).collect();
    let missing: Vec<_> = clauses()
        .iter()
        .map(|clause| clause.id.as_str())
        .filter(|id| !cited.contains(*id))
        .collect();
    assert!(missing.is_empty(), "no chapter explains {missing:?}");
}
