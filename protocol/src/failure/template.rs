//! Texts with gaps: filling them, and finding what fills them.

const HOLE: &str = "{}";

/// How many particulars a text takes.
pub(super) fn gaps(template: &str) -> usize {
    template.matches(HOLE).count()
}

/// The text with its particulars.
pub(super) fn fill(template: &str, values: &[String]) -> String {
    let mut values = values.iter();
    let mut text = String::with_capacity(template.len() + 32);
    for (i, literal) in template.split(HOLE).enumerate() {
        if i > 0 {
            text.push_str(values.next().map_or("", String::as_str));
        }
        text.push_str(literal);
    }
    text
}

/// The particulars in a text that follows the template. A particular that itself
/// contains the words between two gaps is taken as long as possible.
pub(super) fn parse<'t>(template: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let mut literals: Vec<&str> = template.split(HOLE).collect();
    let first = literals.remove(0);
    let Some(last) = literals.pop() else {
        return (text == first).then(Vec::new);
    };
    let mut rest = text.strip_prefix(first)?.strip_suffix(last)?;
    let mut values = Vec::new();
    while let Some(literal) = literals.pop() {
        let (before, value) = rest.rsplit_once(literal)?;
        values.push(value);
        rest = before;
    }
    values.push(rest);
    values.reverse();
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_filled_in_is_found_again() {
        for template in ["plain", "{}", "a {} b", "id {} on {}, gone"] {
            let values: Vec<String> = (0..gaps(template))
                .map(|i| format!("value {i} on me"))
                .collect();
            let text = fill(template, &values);
            let found = parse(template, &text).unwrap();
            if gaps(template) < 2 {
                assert_eq!(found, values);
            }
        }
        assert_eq!(
            parse("id {} on {}, gone", "id x on y, gone"),
            Some(vec!["x", "y"])
        );
        assert_eq!(parse("a {} b", "a b"), None);
        assert_eq!(parse("plain", "plain "), None);
    }
}
