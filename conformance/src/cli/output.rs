//! What commands print.

use std::io::{ErrorKind, Write};
use std::path::Path;

use super::failure::{OrFail as _, Outcome};
use crate::exit::Exit;
use crate::report::style;

/// Prints data to standard output as it is. A reader may close the pipe early.
pub(super) fn print(text: &str) -> Outcome {
    written(std::io::stdout().write_all(text.as_bytes()))
}

/// Prints for people. What a server has said may be part of it, so control sequences are
/// left out.
pub(super) fn show(text: &str) -> Outcome {
    let text = anstream::adapter::strip_str(text).to_string();
    written(style::stream(std::io::stdout()).write_all(text.as_bytes()))
}

fn written(outcome: std::io::Result<()>) -> Outcome {
    match outcome {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Exit::Conforms),
        other => other
            .map(|()| Exit::Conforms)
            .or_fail(Exit::Trouble, "cannot write"),
    }
}

/// Writes a file.
pub(super) fn write(what: &str, path: &Path, text: &str) -> Outcome {
    std::fs::write(path, text).map(|()| Exit::Conforms).or_fail(
        Exit::Trouble,
        format_args!("cannot write {what}{}", path.display()),
    )
}
