//! `p2p-conformance schema`.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use sio_p2p_protocol::Dialect;

use super::failure::{OrFail as _, Outcome};
use super::output;
use crate::exit::Exit;
use crate::formats::{self, Format};

/// Options of `schema`.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// What is written
    #[arg(long, value_enum)]
    pub format: Format,
    /// Folder of the files, which is created if it is missing
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Only what this dialect has, may repeat [default: v1 and v2]
    #[arg(long, value_name = "v1|v2")]
    pub dialect: Vec<Dialect>,
}

/// Writes the files of a format below a folder.
pub(super) fn schema(args: &SchemaArgs) -> Outcome {
    let dialects = match args.dialect.as_slice() {
        [] => &Dialect::ALL[..],
        chosen => chosen,
    };
    let files = formats::files(args.format, dialects).or_fail(Exit::Trouble, "cannot write")?;
    for (path, text) in &files {
        let path = args.out.join(path);
        if let Some(folder) = path.parent() {
            let what = format_args!("cannot create {}", folder.display());
            fs::create_dir_all(folder).or_fail(Exit::Trouble, what)?;
        }
        output::write("", &path, text)?;
    }
    let (count, folder) = (files.len(), args.out.display());
    let noun = if count == 1 { "file" } else { "files" };
    output::print(&format!("{count} {noun} in {folder}\n"))
}
