//! Where the repository is, how cargo is called, and the one error type of all tasks.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
};

/// The checkout that this binary was built from.
#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// Finds the repository root from where cargo compiled this crate, so tasks
    /// work from any current directory.
    pub(crate) fn locate() -> Self {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self {
            root: manifest.parent().unwrap_or(manifest).to_path_buf(),
        }
    }

    /// The repository root.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A path below the root, given with forward slashes.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// The folder for what tasks leave behind (reports, locks); created when missing.
    pub(crate) fn scratch(&self) -> Result<PathBuf, Problem> {
        let folder = self.path("target/xtask");
        std::fs::create_dir_all(&folder).map_err(|error| Problem::io("create", &folder, &error))?;
        Ok(folder)
    }

    /// A command that runs at the root.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }

    /// The cargo that runs this task, at the root.
    ///
    /// What the outer cargo says of this package is kept from it: build scripts look at it,
    /// and would run again each time that tasks and people take turns.
    pub(crate) fn cargo(&self) -> Command {
        let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let mut command = self.command(&cargo);
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                command.env_remove(&name);
            }
        }
        command
    }
}

/// Why a task could not do its work: one sentence for the person at the terminal.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Problem(String);

impl Problem {
    /// A problem with its sentence, lowercase and without a trailing period.
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// A file operation that failed, with what was attempted.
    pub(crate) fn io(attempt: &str, path: &Path, error: &std::io::Error) -> Self {
        Self(format!("cannot {attempt} {}: {error}", path.display()))
    }

    /// A program that could not be started.
    pub(crate) fn start(program: &str, error: &std::io::Error) -> Self {
        Self(format!("cannot start {program}: {error}"))
    }
}

/// A command line as a person would type it.
pub(crate) fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program())
        .file_name()
        .unwrap_or(command.get_program());
    std::iter::once(program)
        .chain(command.get_args())
        .map(|word| {
            let word = word.to_string_lossy();
            if word.contains(' ') {
                format!("\"{word}\"")
            } else {
                word.into_owned()
            }
        })
        .collect::<Vec<_>>()
        .join(" ")
}

/// Says how a process ended, for a sentence: `ended with code 2`.
pub(crate) fn described(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("ended with code {code}"),
        None => "was ended by a signal".to_owned(),
    }
}

/// Runs a command with the terminal as its input and output; anything but success
/// is a problem.
pub(crate) fn run(command: &mut Command) -> Result<(), Problem> {
    let status = command
        .status()
        .map_err(|error| Problem::start(&shown(command), &error))?;
    if status.success() {
        Ok(())
    } else {
        Err(Problem::new(format!(
            "`{}` {}",
            shown(command),
            described(status)
        )))
    }
}

/// Runs a command without a word unless it fails; then its output is shown.
pub(crate) fn run_quietly(command: &mut Command) -> Result<(), Problem> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| Problem::start(&shown(command), &error))?;
    if output.status.success() {
        return Ok(());
    }
    eprint!("{}", String::from_utf8_lossy(&output.stdout));
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    Err(Problem::new(format!(
        "`{}` {}; its own words are above",
        shown(command),
        described(output.status)
    )))
}
