//! Tokens for what a server chose at random: the same in every replay.

use std::collections::HashMap;

use crate::player::play::trace::Way;

/// How many uuids are known at a time.
const MAX_UUIDS: usize = 100_000;
/// The length of a uuid as text.
const UUID: usize = 36;

/// Socket ids and uuids, and what they are called.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    /// Socket ids of open connections, with the name of the connection.
    sids: HashMap<String, String>,
    /// Numbers of the uuids that a server said first; `None` for those that a client did.
    uuids: HashMap<String, Option<usize>>,
    next: usize,
}

impl Tokens {
    /// A connection has this socket id.
    pub(crate) fn sid(&mut self, sid: &str, name: &str) {
        if !sid.is_empty() {
            self.sids.insert(sid.to_owned(), name.to_owned());
        }
    }

    /// The connection has ended.
    pub(crate) fn forget(&mut self, name: &str) {
        self.sids.retain(|_, of| of != name);
    }

    /// The text with tokens in place of what was chosen at random, if there is any.
    pub(crate) fn exchange(&mut self, text: &str, way: Way) -> Option<String> {
        let mut other = text.to_owned();
        for (sid, name) in &self.sids {
            if other.contains(sid.as_str()) {
                other = other.replace(sid, &format!("<sid:{name}>"));
            }
        }
        let mut at = 0;
        while let Some(found) = find_uuid(&other, at) {
            let uuid = other.get(found..found + UUID)?.to_owned();
            at = found + UUID;
            if let Some(number) = self.number(&uuid, way) {
                let token = format!("<uuid:{number}>");
                other.replace_range(found..at, &token);
                at = found + token.len();
            }
        }
        (other != text).then_some(other)
    }

    /// The number of a uuid, unless it is a client's.
    fn number(&mut self, uuid: &str, way: Way) -> Option<usize> {
        if let Some(known) = self.uuids.get(uuid) {
            return *known;
        }
        if self.uuids.len() >= MAX_UUIDS {
            return None;
        }
        let number = (way == Way::In).then(|| {
            self.next += 1;
            self.next
        });
        self.uuids.insert(uuid.to_owned(), number);
        number
    }
}

/// Where the next uuid begins, from here on.
fn find_uuid(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let is_uuid = |window: &[u8]| {
        window.iter().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
    };
    let tail = bytes.get(from..)?;
    tail.windows(UUID).position(is_uuid).map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "0b0e7c1e-8a4f-4d5f-9d5e-0123456789ab";
    const OTHER: &str = "1b0e7c1e-8a4f-4d5f-9d5e-0123456789ab";

    #[test]
    fn what_a_server_chose_has_a_token_and_what_a_client_chose_has_none() {
        let mut tokens = Tokens::default();
        assert_eq!(tokens.exchange(OTHER, Way::Out), None);
        let text = format!("{ONE}--server-side, {OTHER}");
        let expected = format!("<uuid:1>--server-side, {OTHER}");
        assert_eq!(tokens.exchange(&text, Way::In), Some(expected));
        assert_eq!(tokens.exchange(ONE, Way::Out).as_deref(), Some("<uuid:1>"));
        tokens.sid("AbC", "a");
        assert_eq!(
            tokens.exchange("id = AbC, é", Way::In).as_deref(),
            Some("id = <sid:a>, é")
        );
        tokens.forget("a");
        assert_eq!(tokens.exchange("AbC", Way::In), None);
    }
}
