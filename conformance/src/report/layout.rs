//! Text in lines of a width: broken at blanks, or cut off. It may come from a server, so
//! control sequences in it are left out before it is measured and shown.

use std::fmt::{Display, Write as _};

use anstream::adapter::strip_str;
use anstyle::Style;
use textwrap::WordSeparator;
use textwrap::core::{Word, display_width};
use textwrap::wrap_algorithms::wrap_first_fit;

use super::style::paint;

/// The column at which lines end.
pub const WIDTH: usize = 80;
/// How much of a long word has to fit into the rest of a line. If less does, it begins on a
/// line of its own.
const STUB: usize = 11;

/// A text for people that grows line by line.
#[derive(Debug, Default)]
pub struct Page(String);

impl Page {
    /// Adds a line as it is.
    pub fn line(&mut self, line: impl Display) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "{line}");
    }

    /// Adds a paragraph whose lines end at [`WIDTH`], and after the first begin with `indent`.
    pub fn wrap(&mut self, indent: &str, text: impl Display) {
        self.line(wrap(&text.to_string(), WIDTH, indent));
    }

    /// Adds a paragraph in a style.
    pub fn painted(&mut self, style: Style, indent: &str, text: impl Display) {
        self.line(paint(style, &wrap(&text.to_string(), WIDTH, indent)));
    }

    /// The whole text.
    pub fn text(self) -> String {
        self.0
    }
}

/// The beginning of a text that is wider than a line, and a mark that it goes on.
pub fn clip(text: &str, width: usize) -> String {
    let text = strip_str(text).to_string();
    if text.chars().count() <= width {
        return text;
    }
    let head: String = text.chars().take(width - 1).collect();
    format!("{head}…")
}

/// Breaks a text into lines at blanks; lines after the first begin with `indent`. A word
/// that is longer than a line is broken where the line ends.
pub fn wrap(text: &str, width: usize, indent: &str) -> String {
    let text = strip_str(text).to_string();
    let mut lines: Vec<String> = Vec::new();
    for (index, paragraph) in text.lines().enumerate() {
        let own = &paragraph[..paragraph.len() - paragraph.trim_start_matches(' ').len()];
        let first = if index == 0 { own } else { indent };
        let paragraph = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
        let room = |indent: &str| width.saturating_sub(display_width(indent)).max(1);
        let rooms = [room(first), room(indent)];
        let words: Vec<_> = WordSeparator::AsciiSpace
            .find_words(&paragraph)
            .enumerate()
            .flat_map(|(nth, word)| pieces(word, rooms[nth.min(1)]))
            .collect();
        #[expect(clippy::cast_precision_loss, reason = "lines are short")]
        let rooms = rooms.map(|room| room as f64);
        for (number, line) in wrap_first_fit(&words, &rooms).into_iter().enumerate() {
            let indent = if number == 0 { first } else { indent };
            let line: String = line
                .iter()
                .flat_map(|word| [word.word, word.whitespace])
                .collect();
            lines.push(format!("{indent}{}", line.trim_end_matches(' ')));
        }
    }
    lines.join("\n")
}

/// A word as what may stand on different lines: itself, or if it is longer than a line, a
/// beginning and single characters.
fn pieces(word: Word<'_>, room: usize) -> Vec<Word<'_>> {
    if display_width(word.word) <= room {
        return vec![word];
    }
    let stub = word.word.char_indices().nth(STUB.min(room));
    let (stub, rest) = word
        .word
        .split_at(stub.map_or(word.word.len(), |(at, _)| at));
    let mut pieces = vec![Word::from(stub)];
    for (at, character) in rest.char_indices() {
        pieces.push(Word::from(&rest[at..at + character.len_utf8()]));
    }
    if let Some(last) = pieces.last_mut() {
        last.whitespace = word.whitespace;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_blanks_and_are_indented() {
        assert_eq!(wrap("  aaa bbb ccc", 9, "    "), "  aaa bbb\n    ccc");
        assert_eq!(wrap("one\ntwo", 80, "  "), "one\n  two");
        assert_eq!(wrap("", 80, "  "), "");
        assert_eq!(wrap("a bbbbbbbbbbbb c", 6, " "), "a\n bbbbb\n bbbbb\n bb c");
    }

    #[test]
    fn a_long_word_begins_where_something_of_it_fits() {
        let long = "x".repeat(30);
        assert_eq!(
            wrap(&format!("{} {long}", "a".repeat(8)), 20, ""),
            format!("aaaaaaaa {}\n{}", &long[..11], &long[..19])
        );
        assert_eq!(
            wrap(&format!("{} {long}", "a".repeat(9)), 20, ""),
            format!("aaaaaaaaa\n{}\n{}", &long[..20], &long[..10])
        );
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(wrap("日本 日本語", 8, ""), "日本\n日本語");
    }

    #[test]
    fn no_control_sequence_of_a_server_is_shown() {
        let said = "\x1b[31mred\x1b[0m\x1b]0;title\x07\x08 text";
        assert_eq!(wrap(said, 80, ""), "red text");
        assert_eq!(clip(said, 4), "red…");
    }
}
