//! What the program prints: text for people, JSON lines for programs.

use std::io::{self, IsTerminal, Write};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json, value::RawValue};
use sio_p2p_client::{Args, Message};

use super::{
    args::{Format, Values, read},
    exit::Exit,
};

/// Where and how to print.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    /// As the option says, or as fits standard output.
    pub(crate) fn new(format: Format) -> Self {
        let json = match format {
            Format::Json => true,
            Format::Text => false,
            Format::Auto => !io::stdout().is_terminal(),
        };
        Self { json }
    }

    /// The same for standard error, for commands whose standard output is data.
    pub(crate) fn beside(format: Format) -> Self {
        let json = match format {
            Format::Auto => !io::stderr().is_terminal(),
            other => return Self::new(other),
        };
        Self { json }
    }

    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// Prints a result: an object for programs, a text for people.
    pub(crate) fn print(self, object: &Value, text: &str) -> Result<(), Exit> {
        if self.json {
            Self::line(&object.to_string())
        } else {
            Self::line(&visible(text))
        }
    }

    fn line(line: &str) -> Result<(), Exit> {
        let mut stdout = io::stdout().lock();
        let written = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
        written.map_err(|error| Exit::Failed(format!("cannot print: {error}")))
    }

    /// Tells how things stand: for programs where the results are, for people beside them.
    pub(crate) fn note(self, kind: &str, text: &str) {
        if self.json {
            // Who does not read results any more is noticed at the next one.
            let _ = self.print(&json!({ "type": kind, "text": text }), "");
        } else {
            eprintln!("{}", visible(text));
        }
    }

    /// Prints a message.
    pub(crate) fn message(self, kind: &str, message: &Message) -> Result<(), Exit> {
        let mut object = json!({ "type": kind, "event": message.event() });
        if let Some(source) = message.source() {
            object["source"] = source.as_str().into();
        }
        object["wants_answer"] = message.wants_answer().into();
        let source = message.source().map(|source| format!("{source} "));
        let text = format!(
            "{}{} {}",
            source.unwrap_or_default(),
            message.event(),
            words(message.args())
        );
        self.print_exact(&object, message.args(), &text)
    }

    /// Prints an answer.
    pub(crate) fn answer(self, args: &Args) -> Result<(), Exit> {
        self.print_exact(&json!({ "type": "answer" }), args, &words(args))
    }

    /// Prints an object with arguments exactly as they came.
    fn print_exact(self, object: &Value, args: &Args, text: &str) -> Result<(), Exit> {
        if !self.json {
            return self.print(&Value::Null, text);
        }
        // The arguments are put in as text: numbers and order of keys stay those of the sender.
        let mut line = object.to_string();
        line.pop();
        let line = format!(r#"{line},"args":{}}}"#, one_line(&args.to_json()));
        Self::line(&line)
    }
}

/// A text of others, made harmless for a terminal: control characters are written as
/// escapes, so that nobody moves the cursor or makes up lines of ours.
pub(crate) fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() && character != '\t' {
            visible.extend(character.escape_default());
        } else {
            visible.push(character);
        }
    }
    visible
}

/// JSON without the line breaks between its parts; in its texts there are none.
fn one_line(json: &str) -> String {
    json.replace(['\n', '\r'], " ")
}

/// Arguments for people: texts without quotes if they are alone.
fn words(args: &Args) -> String {
    let elements = args.arguments().elements();
    let mut words: Vec<String> = match elements.as_slice() {
        [only] => {
            let text = serde_json::from_str::<String>(only.get());
            vec![text.unwrap_or_else(|_| only.get().to_owned())]
        }
        several => several.iter().map(|raw| raw.get().to_owned()).collect(),
    };
    for data in args.attachments() {
        words.push(format!("<{} bytes>", data.len()));
    }
    words.join(" ")
}

impl Values {
    /// The arguments as they will travel.
    pub(crate) fn args(&self) -> Result<Args, Exit> {
        let mut list: Vec<String> = self
            .args
            .iter()
            .map(|value| {
                if self.text {
                    quoted(value)
                } else {
                    json_or_text(value)
                }
            })
            .collect();
        for path in &self.binary {
            let data = BASE64_STANDARD.encode(read(path)?);
            list.push(json!({ "$bin": data }).to_string());
        }
        arguments(&format!("[{}]", list.join(",")))
    }
}

/// A list of arguments from JSON text, in which `{"$bin": base64}` is binary data.
pub(crate) fn arguments(json: &str) -> Result<Args, Exit> {
    Args::from_json(json).map_err(|error| Exit::Usage(format!("'{json}': {error}")))
}

/// The text itself if it is JSON, else the JSON of the text.
pub(crate) fn json_or_text(text: &str) -> String {
    match serde_json::from_str::<&RawValue>(text) {
        Ok(json) => json.get().to_owned(),
        Err(_) => quoted(text),
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_of_others_reaches_the_terminal_as_it_is() {
        assert_eq!(visible("plain \t\u{20ac}"), "plain \t\u{20ac}");
        assert_eq!(visible("a\u{1b}[2Jb\nc\r\u{9b}"), r"a\u{1b}[2Jb\nc\r\u{9b}");
    }
}
