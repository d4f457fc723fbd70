//! Colours. Texts are painted always; the stream takes the paint off where nobody wants it.

use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

/// Bad news.
pub const RED: Style = AnsiColor::Red.on_default();
/// Good news.
pub const GREEN: Style = AnsiColor::Green.on_default();
/// News.
pub const YELLOW: Style = AnsiColor::Yellow.on_default();
/// What matters.
pub const BOLD: Style = Style::new().bold();
/// What does not.
pub const DIM: Style = Style::new().dimmed();

/// A text in a style.
pub fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// A stream that lets colours through if a terminal shows them and the user has not said no
/// (<https://no-color.org>). Through any other stream no control sequence passes at all.
pub fn stream<S: RawStream>(raw: S) -> AutoStream<S> {
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let choice = if raw.is_terminal() && !is_dumb {
        AutoStream::choice(&raw)
    } else {
        ColorChoice::Never
    };
    AutoStream::new(raw, choice)
}
