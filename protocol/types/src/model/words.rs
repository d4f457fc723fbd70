//! Names and sentences as languages write them.

use textwrap::Options;

/// How wide a line of generated code is.
pub(crate) const WIDTH: usize = 96;

/// The words of a name in camel case: `P2pEmitV2` is `P2p`, `Emit` and `V2`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for letter in name.chars() {
        match words.last_mut() {
            Some(word) if !letter.is_uppercase() => word.push(letter),
            _ => words.push(letter.to_string()),
        }
    }
    words
}

/// As Python and URLs have it: `p2p_emit_v2`.
pub(crate) fn snake(name: &str) -> String {
    words(name).join("_").to_lowercase()
}

/// As Java and TypeScript have members: `targetClientId`.
pub(crate) fn camel(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

/// As Go exports names: `TargetClientID`, `CreateAPI`.
pub(crate) fn go(name: &str) -> String {
    let word = |word: String| match word.as_str() {
        "Id" | "id" => "ID".to_owned(),
        "Api" | "api" => "API".to_owned(),
        "P2p" => "P2P".to_owned(),
        _ => {
            let mut letters = word.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            first.into_iter().chain(letters).collect()
        }
    };
    words(name).into_iter().map(word).collect()
}

/// Paragraphs as lines that begin with this text; empty paragraphs are left out.
pub(crate) fn wrapped(prefix: &str, paragraphs: &[&str]) -> String {
    let options = Options::new(WIDTH)
        .initial_indent(prefix)
        .subsequent_indent(prefix)
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    let paragraphs = paragraphs.iter().filter(|text| !text.is_empty());
    let paragraphs = paragraphs.map(|text| {
        let lines = text.split('\n').map(|line| match line {
            "" => prefix.trim_end().to_owned(),
            line => textwrap::fill(line, &options),
        });
        lines.collect::<Vec<_>>().join("\n")
    });
    let between = format!("\n{}\n", prefix.trim_end());
    let mut text = paragraphs.collect::<Vec<_>>().join(&between);
    text.push('\n');
    text
}

/// A comment as Java and TypeScript have it.
pub(crate) fn block(indent: &str, paragraphs: &[&str]) -> String {
    let inner = wrapped(&format!("{indent} * "), paragraphs);
    let inner = inner.replace("*/", "*\u{200b}/");
    if inner.lines().count() == 1 {
        return format!("{indent}/** {} */\n", inner.trim().trim_start_matches("* "));
    }
    format!("{indent}/**\n{inner}{indent} */\n")
}

/// A sentence after another text: its first letter is small, if it is a word.
pub(crate) fn lowered(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next();
    let second = letters.clone().next();
    if second.is_some_and(char::is_uppercase) {
        return text.to_owned();
    }
    let first = first.map(|letter| letter.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_each_language_has_them() {
        assert_eq!(snake("P2pEmitV2"), "p2p_emit_v2");
        assert_eq!(snake("targetClientId"), "target_client_id");
        assert_eq!(camel("RoomName"), "roomName");
        assert_eq!(go("targetClientId"), "TargetClientID");
        assert_eq!(go("MultiApiAddTarget"), "MultiAPIAddTarget");
        assert_eq!(go("P2pEmitV2"), "P2PEmitV2");
    }

    #[test]
    fn comments_are_wrapped_and_short_ones_take_one_line() {
        assert_eq!(block("", &["A room."]), "/** A room. */\n");
        assert_eq!(
            block("  ", &["A room.", "Clause: SRV-CORE-1."]),
            "  /**\n   * A room.\n   *\n   * Clause: SRV-CORE-1.\n   */\n"
        );
    }

    #[test]
    fn sentences_become_clauses() {
        assert_eq!(lowered("The room."), "the room.");
        assert_eq!(lowered("API names."), "API names.");
    }
}
