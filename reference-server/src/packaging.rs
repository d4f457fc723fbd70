//! What a packager makes of the command line: completions for shells, and man pages.

use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _};
use clap_complete::{Shell, generate};

use crate::cli::Options;

/// Options of `completions`.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// bash, elvish, fish, powershell or zsh
    #[arg(value_enum, hide_possible_values = true)]
    shell: Shell,
}

/// Options of `man`.
#[derive(Debug, Args)]
pub(crate) struct Man {
    /// Folder that the pages are written to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Prints what the shell reads.
pub(crate) fn completions(args: &Completions) -> std::io::Result<()> {
    let mut command = Options::command();
    let name = command.get_name().to_owned();
    // Written at once: a reader that goes away is an error, and not a panic.
    let mut text = Vec::new();
    generate(args.shell, &mut command, name, &mut text);
    std::io::stdout().write_all(&text)
}

/// Writes a page for the program and one for each of its commands.
pub(crate) fn man(args: &Man) -> std::io::Result<()> {
    std::fs::create_dir_all(&args.out)?;
    clap_mangen::generate_to(Options::command(), &args.out)
}
