//! The step that builds the book.

use super::cargo;
use crate::workspace::{Problem, Workspace, run};

/// Builds the book, checks its links, and runs the commands that its pages show with the
/// programs of this build.
pub(crate) fn book(workspace: &Workspace) -> Result<String, Problem> {
    let program = cargo::binary(workspace, "sio-p2p-book")?;
    let programs = program
        .parent()
        .ok_or_else(|| Problem::new("the book's program is in no folder".to_owned()))?;
    let mut command = workspace.command(&program.to_string_lossy());
    run(command.arg("--programs").arg(programs))?;
    Ok("every link leads somewhere, every command does what its page says".to_owned())
}
