//! The list of circles that are left.

use std::collections::BTreeSet;
use std::fmt;

use super::graph::Circle;

/// The head of the file.
const HEAD: &str = "\
# Folders that import each other in a circle, one a line: the folder that imports, and
# the one that it imports. `cargo xtask circles` fails if one is missing here, and if one
# is here and no longer in the code. The list is to become empty.
";

/// Pairs of folders: the one that imports, the one that it imports.
type Pair = (String, String);

/// The circles that are known and left for later.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ledger(BTreeSet<Pair>);

/// What the check has found out.
#[derive(Debug)]
pub(super) struct Verdict<'a> {
    /// Circles that are not listed.
    pub(super) new: Vec<&'a Circle>,
    /// Listed circles that are not there.
    pub(super) stale: Vec<Pair>,
}

impl Ledger {
    /// A list of these circles.
    pub(super) fn of(circles: &[Circle]) -> Self {
        Self(circles.iter().map(pair).collect())
    }

    /// Reads a list. The error is a sentence that names the line.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut pairs = BTreeSet::new();
        for line in text.lines().map(str::trim) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let Some((from, to)) = line.split_once(" -> ") else {
                return Err(format!("`{line}` is not of the form `from -> to`"));
            };
            pairs.insert((from.to_owned(), to.to_owned()));
        }
        Ok(Self(pairs))
    }

    /// Compares the list with what there is.
    pub(super) fn compare<'a>(&self, found: &'a [Circle]) -> Verdict<'a> {
        let new = found
            .iter()
            .filter(|circle| !self.0.contains(&pair(circle)));
        let Self(there) = Self::of(found);
        Verdict {
            new: new.collect(),
            stale: self.0.difference(&there).cloned().collect(),
        }
    }
}

fn pair(circle: &Circle) -> Pair {
    (circle.from.clone(), circle.to.clone())
}

impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HEAD)?;
        for (from, to) in &self.0 {
            writeln!(f, "{from} -> {to}")?;
        }
        Ok(())
    }
}
