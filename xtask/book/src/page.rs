//! The commands of a page: what its `console` blocks show.

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

/// A command, and what its page says that it prints.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Command {
    /// For `bash`, without the `&` at its end.
    pub(crate) line: String,
    /// It ends with `&`: it goes on while the next commands run.
    pub(crate) background: bool,
    /// Lines that it prints, in this order, among others; `*` stands for any characters.
    pub(crate) prints: Vec<String>,
}

/// The commands of a page in their order. A line that begins with `$ ` is one, and the lines
/// below it are what it prints.
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
                for line in text.lines() {
                    if let Some(line) = line.strip_prefix("$ ") {
                        let shorter = line.strip_suffix(" &");
                        commands.push(Command {
                            line: shorter.unwrap_or(line).to_owned(),
                            background: shorter.is_some(),
                            prints: Vec::new(),
                        });
                    } else if let Some(command) = commands.last_mut() {
                        command.prints.push(line.to_owned());
                    }
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
        let page = "```console\n$ serve &\nup\n$ ask | tee x\n```\n\n```sh\n$ not this\n```\n";
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
