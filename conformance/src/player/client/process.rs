//! A driver's process: what it is told and what it says, within bounds.
//!
//! Nothing that a driver does may cost more than its scenario: lines and their number are
//! bounded, nobody waits for it without a deadline, and it is killed with everything that it
//! has started.

use std::process::Stdio;
use std::time::Duration;

use sio_p2p_driver::CommandLine;
use tokio::io::{AsyncBufRead, AsyncWriteExt, BufReader};
use tokio::process::ChildStdin;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::child::{self, Bounded, LastWords, bounded_line, split};
use crate::json::shorten;

/// The longest line that a driver may print, in bytes.
const MAX_LINE: usize = 8 << 20;
/// How much it may print in one play, in bytes; a line counts `LINE_COST` more.
const MAX_OUTPUT: usize = 32 << 20;
/// What a line counts besides its bytes.
const LINE_COST: usize = 1024;
/// How long a process that has closed its output may take to end.
const EXIT_PATIENCE: Duration = Duration::from_secs(2);

/// How notes begin that hold what a driver wrote to its standard error.
pub(crate) const DRIVER_SAID: &str = "driver | ";

/// A command that starts a driver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriverCommand {
    words: Vec<String>,
    text: String,
}

/// Why a driver cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DriverError {
    /// The command is empty or has an open quote.
    #[error("the command {0:?} is not a command: {1}")]
    Words(String, &'static str),
    /// The program could not be executed.
    #[error("cannot execute {0:?}: {1}")]
    Spawn(String, std::io::Error),
    /// Nobody has said how to start one.
    #[error("no command starts a driver")]
    None,
    /// It did not say who it is.
    #[error("the driver gave no hello: {0}")]
    NoHello(String),
}

impl DriverCommand {
    /// Splits a command line as a shell does: blanks separate, quotes and backslashes hold
    /// together.
    pub fn parse(text: &str) -> Result<Self, DriverError> {
        let words = split(text).map_err(|why| DriverError::Words(text.to_owned(), why))?;
        if words.is_empty() {
            return Err(DriverError::Words(text.to_owned(), "it has no words"));
        }
        Ok(Self {
            words,
            text: text.to_owned(),
        })
    }

    /// The command as the user gave it.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// What came out of a driver.
#[derive(Debug)]
pub(crate) enum Output {
    /// A line of text.
    Line(String),
    /// Something that cannot be a line of the protocol, in words.
    Nonsense(String),
    /// Its output has ended; how the process ended.
    Ended(String),
}

/// A running driver; it is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Process {
    /// Id of the process and of its group, while it runs.
    group: Option<u32>,
    commands: mpsc::UnboundedSender<String>,
    words: LastWords,
    _tasks: JoinSet<()>,
}

impl Process {
    /// Starts a driver. What it prints is handed to `tell`, from a task.
    pub(crate) fn start(
        command: &DriverCommand,
        tell: impl Fn(Output) + Send + Sync + 'static,
    ) -> Result<Self, DriverError> {
        let mut child = child::command(&command.words)
            .stdin(Stdio::piped())
            .spawn()
            .map_err(|error| {
                DriverError::Spawn(command.words.first().cloned().unwrap_or_default(), error)
            })?;
        let group = child.id();
        let (commands, lines) = mpsc::unbounded_channel();
        let words = LastWords::default();
        let mut tasks = JoinSet::new();
        if let Some(stdin) = child.stdin.take() {
            // A task of its own: a driver that does not read must not hold up the play.
            tasks.spawn(write(stdin, lines));
        }
        if let Some(stderr) = child.stderr.take() {
            tasks.spawn(words.clone().listen(stderr));
        }
        tasks.spawn(async move {
            if let Some(stdout) = child.stdout.take() {
                read(BufReader::new(stdout), &tell).await;
            }
            let ended = match timeout(EXIT_PATIENCE, child.wait()).await {
                Ok(Ok(status)) => status.to_string(),
                Ok(Err(error)) => error.to_string(),
                Err(_) => "it closed its output and went on running".to_owned(),
            };
            tell(Output::Ended(ended));
        });
        Ok(Self {
            group,
            commands,
            words,
            _tasks: tasks,
        })
    }

    /// Tells it something; without effect if it does not listen any more.
    pub(crate) fn say(&self, line: &CommandLine) {
        if let Ok(line) = serde_json::to_string(line) {
            let _ = self.commands.send(format!("{line}\n"));
        }
    }

    /// The last lines of its standard error.
    pub(crate) fn last_words(&self) -> Vec<String> {
        self.words.lines()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(id) = self.group {
            child::kill_group(id);
        }
    }
}

/// Writes lines until the driver does not listen any more.
async fn write(mut stdin: ChildStdin, mut lines: mpsc::UnboundedReceiver<String>) {
    while let Some(line) = lines.recv().await {
        if stdin.write_all(line.as_bytes()).await.is_err() || stdin.flush().await.is_err() {
            break;
        }
    }
}

/// Reads lines until the end, or until it is clear that there is no sense in it.
async fn read(mut output: impl AsyncBufRead + Unpin, tell: &impl Fn(Output)) {
    let mut total = 0;
    loop {
        let mut line = Vec::new();
        let what = match bounded_line(&mut output, &mut line, MAX_LINE).await {
            Ok(Bounded::Line) => None,
            Ok(Bounded::Cut) => {
                let head = String::from_utf8_lossy(&line[..line.len().min(60)]);
                Some(format!(
                    "a line of more than {MAX_LINE} bytes that begins {head:?}"
                ))
            }
            Ok(Bounded::End) | Err(_) => return,
        };
        // Short lines cost memory, too.
        total += line.len() + LINE_COST;
        let too_much = (total > MAX_OUTPUT).then(|| format!("more than {MAX_OUTPUT} bytes"));
        if let Some(what) = what.or(too_much) {
            return tell(Output::Nonsense(what));
        }
        match String::from_utf8(line) {
            Ok(line) if line.trim().is_empty() => {}
            Ok(line) => tell(Output::Line(line)),
            Err(error) => {
                let text = shorten(&String::from_utf8_lossy(error.as_bytes()), 60);
                tell(Output::Nonsense(format!(
                    "a line that is not UTF-8: {text:?}"
                )));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_has_words() {
        assert!(DriverCommand::parse("node driver.js 4").is_ok());
        assert!(DriverCommand::parse("  ").is_err());
        assert!(DriverCommand::parse("a 'b").is_err());
    }
}
