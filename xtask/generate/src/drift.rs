//! Where the files on disk differ from what is generated.

use std::{
    collections::BTreeMap,
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use crate::problem::Problem;

/// How a file on disk differs from what is generated.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Difference {
    /// It is not there.
    Missing(String),
    /// Its content is another; the line is the first that differs, counted from 1.
    Changed(String, usize),
    /// Nobody produces it any longer.
    Stale(String),
}

impl Difference {
    /// One line for the terminal.
    pub(crate) fn told(&self, mended: bool) -> String {
        match (self, mended) {
            (Self::Missing(path), false) => format!("missing  {path}"),
            (Self::Changed(path, line), false) => format!("differs  {path} (line {line})"),
            (Self::Stale(path), false) => format!("stale    {path}"),
            (Self::Missing(path) | Self::Changed(path, _), true) => format!("written  {path}"),
            (Self::Stale(path), true) => format!("removed  {path}"),
        }
    }

    /// Makes the file what it should be.
    pub(crate) fn mend(
        &self,
        root: &Path,
        wanted: &BTreeMap<String, String>,
    ) -> Result<(), Problem> {
        match self {
            Self::Missing(path) | Self::Changed(path, _) => {
                let file = root.join(path);
                if let Some(folder) = file.parent() {
                    fs::create_dir_all(folder)
                        .map_err(|error| Problem::io("create", folder, error))?;
                }
                let content = wanted.get(path).map_or("", String::as_str);
                fs::write(&file, content).map_err(|error| Problem::io("write", &file, error))
            }
            Self::Stale(path) => {
                let file = root.join(path);
                fs::remove_file(&file).map_err(|error| Problem::io("remove", &file, error))
            }
        }
    }
}

/// Everything on disk that is not as it should be, sorted by path within each kind.
pub(crate) fn compare(
    root: &Path,
    wanted: &BTreeMap<String, String>,
    folders: &[&str],
) -> Result<Vec<Difference>, Problem> {
    let mut differences = Vec::new();
    for (path, content) in wanted {
        let file = root.join(path);
        match fs::read_to_string(&file) {
            Ok(found) if found == *content => {}
            Ok(found) => {
                let same = found.lines().zip(content.lines());
                let line = same.take_while(|(found, wanted)| found == wanted).count() + 1;
                differences.push(Difference::Changed(path.clone(), line));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                differences.push(Difference::Missing(path.clone()));
            }
            // A file that is not text cannot be what was generated.
            Err(error) if error.kind() == ErrorKind::InvalidData => {
                differences.push(Difference::Changed(path.clone(), 1));
            }
            Err(error) => return Err(Problem::io("read", &file, error)),
        }
    }
    for folder in folders {
        let mut found = Vec::new();
        list(&root.join(folder), folder, &mut found)?;
        found.retain(|path| !wanted.contains_key(path));
        found.sort();
        differences.extend(found.into_iter().map(Difference::Stale));
    }
    Ok(differences)
}

/// Every file below a folder, by its path from the root.
fn list(folder: &Path, shown: &str, found: &mut Vec<String>) -> Result<(), Problem> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Problem::io("read", folder, error)),
    };
    for entry in entries {
        let entry = entry.map_err(|error| Problem::io("read", folder, error))?;
        let path: PathBuf = entry.path();
        let name = format!("{shown}/{}", entry.file_name().to_string_lossy());
        if path.is_dir() {
            list(&path, &name, found)?;
        } else {
            found.push(name);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_changed_and_stale_files_are_found_and_mended() {
        let root = std::env::temp_dir().join(format!("xtask-generate-{}", std::process::id()));
        fs::create_dir_all(root.join("out/deep")).unwrap();
        fs::write(root.join("out/changed"), "one\ntwo\n").unwrap();
        fs::write(root.join("out/deep/stale"), "x").unwrap();
        fs::write(root.join("out/same"), "same\n").unwrap();
        let wanted: BTreeMap<String, String> = [
            ("out/changed", "one\n2\n"),
            ("out/same", "same\n"),
            ("out/new/missing", "new\n"),
        ]
        .map(|(path, content)| (path.to_owned(), content.to_owned()))
        .into();

        let found = compare(&root, &wanted, &["out", "absent"]).unwrap();
        assert_eq!(
            found,
            [
                Difference::Changed("out/changed".into(), 2),
                Difference::Missing("out/new/missing".into()),
                Difference::Stale("out/deep/stale".into()),
            ]
        );
        for difference in &found {
            difference.mend(&root, &wanted).unwrap();
        }
        assert_eq!(compare(&root, &wanted, &["out"]).unwrap(), []);
        fs::remove_dir_all(&root).unwrap();
    }
}
