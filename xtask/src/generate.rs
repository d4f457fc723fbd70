//! `cargo xtask generate`: writes the files that are derived from the catalogue.
//!
//! A producer gives the files that one crate knows how to derive. To add
//! generated files is to add a producer to [`PRODUCERS`]; folders that hold
//! nothing else go into [`FOLDERS`], so that files nobody produces any longer
//! are found and removed.

use std::{
    collections::BTreeMap,
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use serde_json::Value;
use sio_p2p_conformance::requirements;
use sio_p2p_protocol::schema;
use sio_p2p_server::config;

use crate::pages;
use crate::workspace::{Problem, Workspace};

/// Writes the generated files of `spec/`, or says which are out of date.
#[derive(Debug, Args)]
pub(crate) struct Generate {
    /// Change nothing; fail if a file differs from what would be written.
    #[arg(long)]
    check: bool,
}

/// A generated file: its path below the repository root, with forward slashes,
/// and its content.
pub(crate) type Generated = (String, String);

/// Everything that derives files.
const PRODUCERS: &[fn() -> Vec<Generated>] = &[
    wire_schemas,
    catalogue,
    suite_schemas,
    server_settings,
    requirement_sets,
    pages::coverage,
    pages::deviations,
];

/// Folders in which every file is generated.
const FOLDERS: &[&str] = &["spec/requirements", "spec/schema"];

/// The schemas of the wire types, from `protocol`.
fn wire_schemas() -> Vec<Generated> {
    let files = schema::files().into_iter();
    files
        .map(|file| (format!("spec/schema/{}", file.name), pretty(&file.schema)))
        .collect()
}

/// The event catalogue, from `protocol`.
fn catalogue() -> Vec<Generated> {
    vec![(
        "spec/catalogue.json".to_owned(),
        pretty(&schema::catalogue_json()),
    )]
}

/// The schemas of scenarios, baselines and reports, from `conformance`.
fn suite_schemas() -> Vec<Generated> {
    sio_p2p_conformance::schemas()
        .into_iter()
        .map(|(name, schema)| (format!("spec/schema/{name}"), pretty(&schema)))
        .collect()
}

/// The schema and the table of the server's settings, from `reference-server`.
fn server_settings() -> Vec<Generated> {
    vec![
        (
            "reference-server/config.schema.json".to_owned(),
            pretty(&config::schema()),
        ),
        (
            "reference-server/CONFIGURATION.md".to_owned(),
            config::reference(),
        ),
    ]
}

/// The requirement sets, one for each revision.
fn requirement_sets() -> Vec<Generated> {
    let sets = requirements::REVISIONS.iter().map(|revision| {
        let path = format!("spec/requirements/{revision}.json");
        (path, pretty(&revision.requirements()))
    });
    sets.collect()
}

/// JSON as it is committed: two spaces, a newline at the end.
pub(crate) fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

impl Generate {
    pub(crate) fn run(self, workspace: &Workspace) -> Result<ExitCode, Problem> {
        for revision in requirements::REVISIONS {
            revision
                .check()
                .map_err(|thawed| Problem::new(thawed.to_string()))?;
        }
        let wanted = produce(PRODUCERS)?;
        let differences = compare(workspace.root(), &wanted, FOLDERS)?;
        if !self.check {
            for difference in &differences {
                difference.mend(workspace.root(), &wanted)?;
                println!("{}", difference.told(true));
            }
            println!("{} generated files are up to date", wanted.len());
            return Ok(ExitCode::SUCCESS);
        }
        if differences.is_empty() {
            return Ok(ExitCode::SUCCESS);
        }
        for difference in &differences {
            println!("{}", difference.told(false));
        }
        Err(Problem::new(format!(
            "{} generated file(s) out of date; run `cargo xtask generate` and commit the result",
            differences.len()
        )))
    }
}

/// All files by path; no two producers may give the same one.
fn produce(producers: &[fn() -> Vec<Generated>]) -> Result<BTreeMap<String, String>, Problem> {
    let mut files = BTreeMap::new();
    for (path, content) in producers.iter().flat_map(|produce| produce()) {
        if files.insert(path.clone(), content).is_some() {
            return Err(Problem::new(format!("two producers write {path}")));
        }
    }
    Ok(files)
}

/// How a file on disk differs from what is generated.
#[derive(Debug, PartialEq, Eq)]
enum Difference {
    /// It is not there.
    Missing(String),
    /// Its content is another; the line is the first that differs, counted from 1.
    Changed(String, usize),
    /// Nobody produces it any longer.
    Stale(String),
}

impl Difference {
    /// One line for the terminal.
    fn told(&self, mended: bool) -> String {
        match (self, mended) {
            (Self::Missing(path), false) => format!("missing  {path}"),
            (Self::Changed(path, line), false) => format!("differs  {path} (line {line})"),
            (Self::Stale(path), false) => format!("stale    {path}"),
            (Self::Missing(path) | Self::Changed(path, _), true) => format!("written  {path}"),
            (Self::Stale(path), true) => format!("removed  {path}"),
        }
    }

    /// Makes the file what it should be.
    fn mend(&self, root: &Path, wanted: &BTreeMap<String, String>) -> Result<(), Problem> {
        match self {
            Self::Missing(path) | Self::Changed(path, _) => {
                let file = root.join(path);
                if let Some(folder) = file.parent() {
                    fs::create_dir_all(folder)
                        .map_err(|error| Problem::io("create", folder, &error))?;
                }
                let content = wanted.get(path).map_or("", String::as_str);
                fs::write(&file, content).map_err(|error| Problem::io("write", &file, &error))
            }
            Self::Stale(path) => {
                let file = root.join(path);
                fs::remove_file(&file).map_err(|error| Problem::io("remove", &file, &error))
            }
        }
    }
}

/// Everything on disk that is not as it should be, sorted by path within each kind.
fn compare(
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
            Err(error) => return Err(Problem::io("read", &file, &error)),
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
        Err(error) => return Err(Problem::io("read", folder, &error)),
    };
    for entry in entries {
        let entry = entry.map_err(|error| Problem::io("read", folder, &error))?;
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

    #[test]
    fn producers_agree_on_who_writes_what_and_repeat_themselves() {
        let first = produce(PRODUCERS).unwrap();
        assert_eq!(first, produce(PRODUCERS).unwrap());
        let twice: &[fn() -> Vec<Generated>] = &[catalogue, catalogue];
        assert!(produce(twice).is_err());
    }
}
