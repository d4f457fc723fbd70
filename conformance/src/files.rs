//! Reading files as people have them: some editors begin them with a byte order mark, which is
//! no part of the text.

use std::io;
use std::path::Path;

const MARK: char = '\u{feff}';

/// The text of a file.
pub(crate) fn read_text(path: &Path) -> io::Result<String> {
    std::fs::read_to_string(path).map(without_mark)
}

/// The bytes of a file that holds text.
pub(crate) fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = std::fs::read(path)?;
    if bytes.starts_with("\u{feff}".as_bytes()) {
        bytes.drain(..MARK.len_utf8());
    }
    Ok(bytes)
}

/// A text without the mark at its beginning.
pub(crate) fn without_mark(mut text: String) -> String {
    if text.starts_with(MARK) {
        text.drain(..MARK.len_utf8());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mark_at_the_beginning_is_left_out() {
        assert_eq!(without_mark("\u{feff}{}".to_owned()), "{}");
        assert_eq!(without_mark("a\u{feff}".to_owned()), "a\u{feff}");
        assert_eq!(without_mark(String::new()), "");
    }
}
