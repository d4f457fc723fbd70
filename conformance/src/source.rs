//! Files as the author sees them: lines, columns, carets, and what is wrong there.

use std::path::Path;
use std::sync::Arc;
use std::{fmt, io};

use serde_json::value::RawValue;

use crate::files;

/// How many characters of a line are shown; of a longer one, those around the place.
const LONGEST: usize = 400;

/// The text of one file and the name under which errors speak of it.
#[derive(Debug)]
pub struct Source {
    /// Path as the user knows it: relative to `fixtures/` for embedded files.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// A place in a file. Lines and columns count from 1; columns count characters.
#[derive(Debug, Clone)]
pub struct Location {
    /// The file.
    pub source: Arc<Source>,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Source {
    /// A text under this name.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        let (path, text) = (path.into(), text.into());
        Arc::new(Self { path, text })
    }

    /// A file with its path as the name.
    pub fn read(path: &Path) -> io::Result<Arc<Self>> {
        let text = files::read_text(path)?;
        Ok(Self::new(path.display().to_string(), text))
    }

    /// What is wrong at a byte offset.
    pub fn problem(self: &Arc<Self>, offset: usize, message: impl Into<String>) -> Problem {
        Problem {
            at: self.locate(offset),
            message: message.into(),
        }
    }

    /// What `serde_json` says is wrong, when the text it read began at `base`.
    pub fn json_problem(self: &Arc<Self>, base: usize, error: &serde_json::Error) -> Problem {
        Problem {
            at: self.locate_error(base, error),
            message: message_of(error),
        }
    }

    /// What `toml` says is wrong.
    pub fn toml_problem(self: &Arc<Self>, error: &toml::de::Error) -> Problem {
        let offset = error.span().map_or(0, |span| span.start);
        self.problem(offset, error.message().trim_end())
    }

    /// The place of a byte offset; offsets beyond the end mean the end.
    pub fn locate(self: &Arc<Self>, offset: usize) -> Location {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &self.text[..offset];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Location {
            source: Arc::clone(self),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// The byte offset of a slice that was taken out of this text; 0 for any other text.
    pub fn offset_of(&self, raw: &RawValue) -> usize {
        (raw.get().as_ptr() as usize)
            .checked_sub(self.text.as_ptr() as usize)
            .filter(|offset| *offset <= self.text.len())
            .unwrap_or(0)
    }

    /// The place of a slice that was taken out of this text.
    pub fn locate_raw(self: &Arc<Self>, raw: &RawValue) -> Location {
        self.locate(self.offset_of(raw))
    }

    /// The place that an error of `serde_json` speaks of, when the text it read began at
    /// `base`. It counts lines and bytes from 1, and 0 means "no place".
    pub fn locate_error(self: &Arc<Self>, base: usize, error: &serde_json::Error) -> Location {
        if error.line() == 0 {
            return self.locate(base);
        }
        let text = self.text.get(base..).unwrap_or("");
        let line_start: usize = text
            .split_inclusive('\n')
            .take(error.line() - 1)
            .map(str::len)
            .sum();
        let offset = base + line_start + error.column().saturating_sub(1);
        self.locate(self.beginning_of_string(offset))
    }

    /// The parser speaks of the end of a key or string; people look for its beginning.
    fn beginning_of_string(&self, offset: usize) -> usize {
        if self.text.as_bytes().get(offset) != Some(&b'"') {
            return offset;
        }
        let before = self.text.get(..offset).unwrap_or_default();
        match before.rfind(['"', '\n']) {
            Some(quote) if before.as_bytes().get(quote) == Some(&b'"') => quote,
            _ => offset,
        }
    }
}

/// Something wrong with a file, with its place.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Where.
    pub at: Location,
    /// One sentence.
    pub message: String,
}

impl Problem {
    /// What is wrong at a place.
    pub fn new(at: &Location, message: impl Into<String>) -> Self {
        Self {
            at: at.clone(),
            message: message.into(),
        }
    }
}

impl fmt::Display for Problem {
    /// `file:line:col: sentence`, then the line with a caret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n{}", self.at, self.message, self.at.excerpt())
    }
}

impl std::error::Error for Problem {}

impl Location {
    /// Whether both are the same place of the same file.
    pub(crate) fn is(&self, other: &Self) -> bool {
        let place = |at: &Self| (at.line, at.column);
        Arc::ptr_eq(&self.source, &other.source) && place(self) == place(other)
    }

    /// The place of what stands in no file yet.
    pub fn nowhere() -> Self {
        let nothing = Source {
            path: String::new(),
            text: String::new(),
        };
        Arc::new(nothing).locate(0)
    }

    /// The line itself and a caret under the column, in the manner of compilers:
    ///
    /// ```text
    ///   12 |   { "receive": { "at": "b" } },
    ///      |                 ^
    /// ```
    pub fn excerpt(&self) -> String {
        let line = self.source.text.lines().nth(self.line - 1).unwrap_or("");
        let number = self.line.to_string();
        let gutter = " ".repeat(number.len());
        // A line of a recording may hold a megabyte.
        let skipped = self.column.saturating_sub(LONGEST / 2);
        let skipped = if line.chars().count() > LONGEST {
            skipped
        } else {
            0
        };
        let shown: String = line.chars().skip(skipped).take(LONGEST).collect();
        let indent: String = shown
            .chars()
            .take(self.column - 1 - skipped)
            .map(|c| if c == '\t' { '\t' } else { ' ' })
            .collect();
        format!("  {number} | {shown}\n  {gutter} | {indent}^")
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.source.path, self.line, self.column)
    }
}

/// The sentence of a `serde_json` error without its own "at line 1 column 2", which
/// counts from the wrong beginning when a slice was parsed.
pub fn message_of(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Arc<Source> {
        Source::new("dir/file.json", text)
    }

    #[test]
    fn places_count_characters() {
        let source = source("{\n  \"é\": x\n}");
        let at = source.locate(source.text.find('x').unwrap());
        assert_eq!(at.to_string(), "dir/file.json:2:8");
        assert_eq!(at.excerpt(), "  2 |   \"é\": x\n    |        ^");
        assert_eq!(source.locate(usize::MAX).to_string(), "dir/file.json:3:2");
    }

    #[test]
    fn errors_of_the_parser_are_found_again() {
        let source = source("{\n  \"a\": [1,\n  2,, 3]}");
        let error = serde_json::from_str::<serde_json::Value>(&source.text).unwrap_err();
        assert_eq!(
            source.locate_error(0, &error).to_string(),
            "dir/file.json:3:5"
        );
        let base = source.text.find('[').unwrap();
        let error = serde_json::from_str::<serde_json::Value>(&source.text[base..]).unwrap_err();
        assert_eq!(
            source.locate_error(base, &error).to_string(),
            "dir/file.json:3:5"
        );
        assert_eq!(message_of(&error), "expected value");
    }

    #[test]
    fn of_a_long_line_the_place_is_shown() {
        let source = source(&format!("{}x{}", "a".repeat(5_000), "b".repeat(5_000)));
        let excerpt = source.locate(5_000).excerpt();
        let lines: Vec<_> = excerpt.lines().collect();
        assert_eq!(lines[0].len(), LONGEST + 6);
        assert_eq!(lines[0].find('x'), lines[1].find('^'));
    }
}
