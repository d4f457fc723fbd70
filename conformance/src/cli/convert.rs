//! `p2p-conformance convert`, and `record --scenario`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::failure::{Failure, Outcome};
use super::output;
use crate::record::{Recording, convert};

/// Options of `convert`.
#[derive(Debug, Args)]
pub struct ConvertArgs {
    /// The recording
    pub recording: PathBuf,
    /// File of the scenario, whose id is its name [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Turns a recording into a scenario.
pub(super) fn convert_command(args: &ConvertArgs) -> Outcome {
    write(&args.recording, args.out.as_deref())
}

/// Writes the scenario of a recording; without a file to standard output.
pub(super) fn write(recording: &Path, out: Option<&Path>) -> Outcome {
    let recording = Recording::read(recording).map_err(Failure::input)?;
    let stem = out
        .and_then(Path::file_stem)
        .and_then(std::ffi::OsStr::to_str);
    let id = slug(stem.unwrap_or_else(|| recording.name()));
    let text = convert::convert(&recording, &id).map_err(Failure::input)?;
    match out {
        Some(out) => output::write("", out, &text),
        None => output::print(&text),
    }
}

/// A permanent id: lower-case words joined by hyphens.
fn slug(text: &str) -> String {
    let words = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase);
    words.collect::<Vec<_>>().join("-")
}
