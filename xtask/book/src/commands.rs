//! Runs the commands of a page in one shell, as a reader would type them.

use std::fmt::Write as _;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command as Process, Stdio};

use anyhow::{Context, Result};
use wildmatch::WildMatchPattern;

use crate::page::Command;

/// The ports that the pages name. While they are tried, they are others that are free.
const PORTS: [&str; 2] = ["127.0.0.1:3000", "127.0.0.1:3001"];

/// How many seconds the commands of a page may take.
const PATIENCE: &str = "120";

/// A line that is printed, in which `…` stands for any characters.
type Wanted = WildMatchPattern<'…', '\0'>;

/// Runs the commands and says which of them fail or print something else.
pub(crate) fn run(root: &Path, programs: &Path, commands: &[Command]) -> Result<Vec<String>> {
    let folder = root.join("target/book-commands");
    if folder.exists() {
        fs::remove_dir_all(&folder).context("cannot empty the folder for commands")?;
    }
    fs::create_dir_all(&folder).context("cannot make the folder for commands")?;
    let ports = Ports::find()?;
    let script = script(root, programs, commands, &ports);
    let status = Process::new("timeout")
        .args(["--kill-after=5", PATIENCE, "bash", "-c", &script])
        .current_dir(&folder)
        .stdin(Stdio::null())
        .status()
        .context("cannot start bash")?;
    let mut wrong = Vec::new();
    for (number, command) in commands.iter().enumerate() {
        let read = |name: &str| fs::read_to_string(folder.join(format!("{name}.{number}")));
        let printed = read("out").unwrap_or_default();
        let code = read("code").unwrap_or_default();
        let line = &command.line;
        if !command.background && code.trim() != "0" {
            let code = if code.is_empty() { "none" } else { code.trim() };
            wrong.push(format!("`{line}` ends with code {code}: {printed}"));
        } else if let Some(missing) = missing(&command.prints, &printed, &ports) {
            wrong.push(format!(
                "`{line}` does not print `{missing}` but: {printed}"
            ));
        }
    }
    if wrong.is_empty() && !status.success() {
        wrong.push(format!("the commands end with {status}"));
    }
    Ok(wrong)
}

/// The first line that should have been printed and was not. Lines between are of no
/// interest.
fn missing<'a>(expected: &'a [String], printed: &str, ports: &Ports) -> Option<&'a str> {
    let mut printed = printed.lines();
    expected.iter().map(String::as_str).find(|line| {
        let wanted = Wanted::new(&ports.real(line));
        !printed.by_ref().any(|line| wanted.matches(line))
    })
}

/// One script for all commands, so that variables and jobs last. Each command writes its
/// output and its exit code into files of its own.
fn script(root: &Path, programs: &Path, commands: &[Command], ports: &Ports) -> String {
    let mut script = format!(
        "export PATH={}:$PATH\nln -s {} fixtures\ntrap 'kill $(jobs -p) 2>/dev/null' EXIT\n",
        quoted(&programs.display().to_string()),
        quoted(&root.join("fixtures").display().to_string()),
    );
    for (number, command) in commands.iter().enumerate() {
        let line = ports.real(&command.line);
        // Writing to a string cannot fail.
        let _ = if command.background {
            // What a page shows of a command in the background is waited for.
            let pieces = command.prints.iter().flat_map(|line| line.split('…'));
            let sign = ports.real(pieces.max_by_key(|piece| piece.len()).unwrap_or(""));
            let wait = if sign.is_empty() { "false" } else { "true" };
            writeln!(
                script,
                "> out.{number} 2>&1 {line} &\nif {wait}; then for _ in {{1..200}}; do \
                 grep -qF -- {} out.{number} 2>/dev/null && break; sleep 0.05; done; fi",
                quoted(&sign)
            )
        } else {
            writeln!(
                script,
                "{{ {line}\n}} > out.{number} 2>&1; code=$?; echo $code > code.{number}; \
                 [ $code = 0 ] || exit $code"
            )
        };
    }
    script
}

/// A word for the shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The ports of the pages, and those that stand for them.
struct Ports(Vec<(&'static str, String)>);

impl Ports {
    /// Takes what is free now.
    fn find() -> Result<Self> {
        // All are held until each is known, so that none is found twice.
        let held: Vec<_> = PORTS
            .iter()
            .map(|_| TcpListener::bind("127.0.0.1:0"))
            .collect::<std::io::Result<_>>()
            .context("there is no free port")?;
        let found = held.iter().zip(PORTS).map(|(listener, port)| {
            let address = listener.local_addr()?;
            Ok((port, address.to_string()))
        });
        Ok(Self(found.collect::<std::io::Result<_>>()?))
    }

    /// The text with the ports that are used.
    fn real(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (port, real)| {
            text.replace(port, real)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::commands;

    /// Runs the commands of a page without programs of the project.
    fn told(page: &str) -> Vec<String> {
        let root = tempfile::tempdir().expect("a folder");
        run(root.path(), Path::new("/nowhere"), &commands(page)).expect("bash")
    }

    #[test]
    fn what_a_page_says_comes_true_or_is_told() {
        let right =
            "```console\n$ A=1\n$ echo $A; echo two; echo three\n1\nth…\n$ sleep 60 &\n```\n";
        assert_eq!(told(right), Vec::<String>::new());
        let other = "```console\n$ echo one\ntwo\n```\n";
        assert_eq!(told(other), ["`echo one` does not print `two` but: one\n"]);
        let failing = "```console\n$ false\n$ true\n```\n";
        assert_eq!(
            told(failing),
            ["`false` ends with code 1: ", "`true` ends with code none: "]
        );
    }

    #[test]
    fn what_goes_on_is_waited_for() {
        let page = "```console\n$ sh -c 'sleep 0.2; echo up at 127.0.0.1:3000; exec sleep 60' &\nup at 127.0.0.1:3000\n$ grep -c up out.0\n1\n```\n";
        assert_eq!(told(page), Vec::<String>::new());
    }
}
