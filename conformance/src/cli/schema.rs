//! `p2p-conformance schema`.

use std::fs;

use sio_p2p_protocol::Dialect;

use super::args::SchemaArgs;
use super::failure::{OrFail as _, Outcome};
use super::output;
use crate::exit::Exit;
use crate::formats;

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
