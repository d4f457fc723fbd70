//! `p2p-conformance lint`.

use std::path::Path;

use super::failure::{Outcome, tell};
use super::{input, output};
use crate::exit::Exit;
use crate::scenario::lint::{self, uncovered, unproven};

/// Checks scenario files; of those in the program also whether every clause has one.
pub(super) fn lint(folder: Option<&Path>) -> Outcome {
    let library = input::unchecked(folder)?;
    let mut problems = lint::lint(&library);
    let mut bare = Vec::new();
    if folder.is_none() {
        problems.extend(unproven(&library));
        bare = uncovered(&library);
    }
    for problem in &problems {
        tell(&problem.to_string());
    }
    for clause in &bare {
        let (id, text) = (clause.id, clause.text);
        tell(&format!("no scenario checks {id}: {text}"));
    }
    match problems.len() + bare.len() {
        0 => {
            let count = library.scenarios.len();
            output::print(&format!("{count} scenarios and cases, no problems\n"))
        }
        1 => {
            eprintln!("1 problem");
            Ok(Exit::BadInput)
        }
        count => {
            eprintln!("{count} problems");
            Ok(Exit::BadInput)
        }
    }
}
