//! The commands of a page: what its `console` blocks show.

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

/// A command, and what its page says that it prints.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Command {
    /// For `bash`, without the `&` at its end.
    pub(crate) line: String,
    /// It ends with `&`: it goes on while the next commands run.
    pub(crate) background: bool,
    /// Lines that it prints, in this order, among others; `…` stands for any characters.
    pub(crate) prints: Vec<String>,
}

/// The commands of a page in their order. A line that begins with `$ ` is one, with those
/// that follow a `\` at its end, and the lines below it are what it prints.
pub(crate) fn commands(content: &str) -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    let mut console = false;
    for event in Parser::new(content) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(kind))) => {
                console = kind.as_ref() == "console";
            }
            Event::End(TagEnd::CodeBlock) => console = false,
            Event::Text(text) if console => {
                let mut lines = text.lines();
                while let Some(line) = lines.next() {
                    let Some(start) = line.strip_prefix("$ ") else {
                        if let Some(command) = commands.last_mut() {
                            command.prints.push(line.to_owned());
                        }
                        continue;
                    };
                    let mut line = start.to_owned();
                    while let Some(start) = line.strip_suffix('\\') {
                        line = format!("{start}{}", lines.next().unwrap_or("").trim_start());
                    }
                    let shorter = line.strip_suffix(" &").map(str::to_owned);
                    commands.push(Command {
                        background: shorter.is_some(),
                        line: shorter.unwrap_or(line),
                        prints: Vec::new(),
                    });
                }
            }
            _ => {}
        }
    }
    commands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_console_block_is_read_and_others_are_not() {
        let page =
            "```console\n$ serve &\nup\n$ ask \\\n  | tee x\n```\n\n```sh\n$ not this\n```\n";
        let command = |line: &str, background, prints: &[&str]| Command {
            line: line.to_owned(),
            background,
            prints: prints.iter().map(ToString::to_string).collect(),
        };
        assert_eq!(
            commands(page),
            [
                command("serve", true, &["up"]),
                command("ask | tee x", false, &[])
            ]
        );
    }
}
