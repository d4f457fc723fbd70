//! `p2p-conformance view`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::failure::{Failure, OrFail as _, Outcome};
use super::{output, replay};
use crate::exit::Exit;
use crate::report::{file, view};

/// Options of `view`.
#[derive(Debug, Args)]
pub struct ViewArgs {
    /// Recordings (FILE.jsonl, or folders of them)
    #[arg(required = true, value_name = "FILE")]
    pub recordings: Vec<PathBuf>,
    /// File of the page; - stands for standard output [default: the name of the first, .html]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Writes a page of the recordings, and says where.
pub(super) fn view(args: &ViewArgs) -> Outcome {
    let recordings = replay::read(&args.recordings, None).map_err(Failure::input)?;
    let Some(first) = recordings.first() else {
        let why = "there are no such recordings (files that end in .jsonl)";
        return Err(Failure::new(Exit::NothingSelected, why));
    };
    let out = match &args.out {
        Some(out) => out.clone(),
        None => PathBuf::from(format!("{}.html", first.name())),
    };
    file::write(&out, &view::render(&recordings))
        .or_fail(Exit::Trouble, "cannot write the page")?;
    if out == Path::new("-") {
        return Ok(Exit::Conforms);
    }
    output::show(&format!("{}\n", out.display()))
}
