//! What somebody meant who has typed a name that does not exist.

/// How alike two names have to be, from 0 to 1.
const ALIKE: f64 = 0.75;

/// The name that is most like this word, if one is like it at all. Case does not matter.
pub(crate) fn nearest<'n>(word: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let word = word.to_lowercase();
    let likeness = |name: &&str| strsim::jaro_winkler(&word, &name.to_lowercase());
    let names = names.into_iter();
    let rated = names.map(|name| (likeness(&name), name));
    let (_, name) = rated
        .filter(|(alike, _)| *alike > ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))?;
    Some(name)
}

/// The same as a question behind a sentence; empty if there is none.
pub(crate) fn did_you_mean<'n>(word: &str, names: impl IntoIterator<Item = &'n str>) -> String {
    nearest(word, names).map_or_else(String::new, |name| format!("; did you mean {name}?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_understood_and_nonsense_is_not() {
        let names = ["ADD_TARGET", "SRV-MSG-2", "message-with-ack"];
        assert_eq!(nearest("add-taget", names), Some("ADD_TARGET"));
        assert_eq!(nearest("SRV_MSG_2", names), Some("SRV-MSG-2"));
        assert_eq!(nearest("mesage-with-ack", names), Some("message-with-ack"));
        assert_eq!(did_you_mean("qqq", names), "");
    }
}
