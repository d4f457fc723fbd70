//! Programs that the runner starts: servers on trial and drivers of clients.
//!
//! Each runs in a process group of its own, so that what it starts in turn (`npm`,
//! `cargo run` and shells do) can be ended with it, and what is kept of its output is
//! bounded.

use std::collections::VecDeque;
use std::process::Stdio;
use std::sync::Arc;

use parking_lot::Mutex;
#[cfg(unix)]
use rustix::process::{Pid, Signal};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::Command;

use crate::json::shorten;

/// How many lines of its output are kept.
const LAST_WORDS: usize = 12;
/// The longest of them, in bytes; the rest is read and forgotten.
const MAX_WORD: usize = 2000;

/// Splits a command line as a shell does: blanks separate, quotes and backslashes hold
/// together.
pub(crate) fn split(text: &str) -> Result<Vec<String>, &'static str> {
    // An open quote is the only thing that can be wrong.
    shell_words::split(text).map_err(|_| "it has an open quote")
}

/// A command of these words whose output is piped, in a group of its own.
pub(crate) fn command(words: &[String]) -> Command {
    let (program, args) = words
        .split_first()
        .map_or(("", &[][..]), |(program, args)| (program.as_str(), args));
    let mut command = Command::new(program);
    command
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    command
}

/// Ends a process with everything that it has started.
#[cfg(unix)]
pub(crate) fn kill_group(id: u32) {
    let id = i32::try_from(id).ok().and_then(Pid::from_raw);
    if let Some(group) = id {
        // It may have ended by itself.
        let _ = rustix::process::kill_process_group(group, Signal::KILL);
    }
}

/// The last lines of some output, for messages.
#[derive(Debug, Clone, Default)]
pub(crate) struct LastWords(Arc<Mutex<VecDeque<String>>>);

impl LastWords {
    /// The lines.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().iter().cloned().collect()
    }

    /// Keeps the last lines of a stream until its end, the beginnings of long ones.
    pub(crate) async fn listen(self, stream: impl AsyncRead + Unpin) {
        let mut stream = BufReader::new(stream);
        loop {
            let mut line = Vec::new();
            match bounded_line(&mut stream, &mut line, MAX_WORD).await {
                Ok(Bounded::Line) => {}
                // The next piece of the same line; an endless one costs no memory.
                Ok(Bounded::Cut) => {
                    let Ok(piece) = stream.fill_buf().await.map(<[u8]>::len) else {
                        return;
                    };
                    stream.consume(piece);
                }
                Ok(Bounded::End) | Err(_) => return,
            }
            let line = shorten(&String::from_utf8_lossy(&line), 300);
            let mut lines = self.0.lock();
            if lines.len() == LAST_WORDS {
                lines.pop_front();
            }
            lines.push_back(line);
        }
    }
}

/// What came of reading a line.
pub(crate) enum Bounded {
    /// A line.
    Line,
    /// The beginning of one that is longer than it may be.
    Cut,
    /// Nothing: the output has ended.
    End,
}

/// One line without its end, of at most `limit` bytes.
pub(crate) async fn bounded_line(
    output: &mut (impl AsyncBufRead + Unpin),
    line: &mut Vec<u8>,
    limit: usize,
) -> std::io::Result<Bounded> {
    loop {
        let piece = output.fill_buf().await?;
        if piece.is_empty() {
            return Ok(if line.is_empty() {
                Bounded::End
            } else {
                Bounded::Line
            });
        }
        let end = piece.iter().position(|byte| *byte == b'\n');
        let taken = end.unwrap_or(piece.len());
        if line.len() + taken > limit {
            return Ok(Bounded::Cut);
        }
        line.extend_from_slice(&piece[..taken]);
        output.consume(taken + usize::from(end.is_some()));
        if end.is_some() {
            return Ok(Bounded::Line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_split_like_a_shell_does() {
        let words = |text: &str| split(text).unwrap();
        assert_eq!(
            words("node server.js  {port}"),
            ["node", "server.js", "{port}"]
        );
        assert_eq!(
            words(r#"sh -c 'exec a "b c"' "d \" e" f\ g"#),
            ["sh", "-c", r#"exec a "b c""#, r#"d " e"#, "f g"]
        );
        assert_eq!(words("a '' b"), ["a", "", "b"]);
        assert_eq!(words(r#"a "b\n" # c"#), ["a", r"b\n"]);
        assert!(split("a 'b").is_err());
    }

    #[tokio::test]
    async fn lines_are_bounded() {
        let mut input = &b"one\ntwo\nthree and more"[..];
        let mut line = Vec::new();
        let read = bounded_line(&mut input, &mut line, 5).await;
        assert!(matches!(read, Ok(Bounded::Line)));
        assert_eq!(line, b"one");
        line.clear();
        let read = bounded_line(&mut input, &mut line, 5).await;
        assert!(matches!(read, Ok(Bounded::Line)));
        line.clear();
        let read = bounded_line(&mut input, &mut line, 5).await;
        assert!(matches!(read, Ok(Bounded::Cut)));
    }

    #[tokio::test]
    async fn the_last_words_are_few_and_short() {
        let long = "x".repeat(3 * MAX_WORD);
        let lines: Vec<_> = (0..20).map(|n| n.to_string()).collect();
        let text = lines.join("\n") + "\n";
        let words = LastWords::default();
        words
            .clone()
            .listen(format!("{text}{long}").as_bytes())
            .await;
        let lines = words.lines();
        assert_eq!(lines.len(), LAST_WORDS);
        assert!(lines.iter().all(|line| line.len() < MAX_WORD));
        assert!(lines.contains(&"19".to_owned()));
    }
}
