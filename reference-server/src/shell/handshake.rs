//! What a connection says about itself before its first packet.

use url::form_urlencoded;

/// The parameter of the handshake request that names a client (SRV-CON-1).
const CLIENT_ID: &str = "clientId";

/// The client id in the query of the Engine.IO handshake, percent-decoded
/// (SRV-CON-2).
///
/// `None` if there is none or it is empty: such a client is served but has no
/// name. Of several the last counts, as on Socket.IO 4 (SRV-CORE-5).
pub(crate) fn client_id(query: Option<&str>) -> Option<String> {
    form_urlencoded::parse(query?.as_bytes())
        .filter(|(key, _)| key == CLIENT_ID)
        .last()
        .map(|(_, value)| value.into_owned())
        .filter(|value| !value.is_empty())
}

/// As much of a client id as belongs in a log: it may be thousands of characters.
pub(crate) fn shown(client_id: Option<&str>) -> Option<&str> {
    const SHOWN: usize = 64;
    let id = client_id?;
    let end = id
        .char_indices()
        .nth(SHOWN)
        .map_or(id.len(), |(end, _)| end);
    id.get(..end)
}

/// The path of a namespace as an Engine.IO 3 client sends it, which may append a
/// query of its own.
pub(crate) fn namespace_path(namespace: &str) -> &str {
    namespace
        .split_once('?')
        .map_or(namespace, |(path, _)| path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_ids_are_decoded_like_a_form() {
        for (query, expected) in [
            ("EIO=4&clientId=a", Some("a")),
            ("clientId=a+b%20c", Some("a b c")),
            ("clientId=%E2%82%AC%F0%9F%98%80", Some("€😀")),
            ("clientId=%26%3D%25%2B", Some("&=%+")),
            ("clientId=%FF", Some("\u{fffd}")),
            ("clientId=%zz", Some("%zz")),
            ("clientId=a&clientId=b", Some("b")),
            ("clientId=__proto__", Some("__proto__")),
            ("clientId=a&clientId=", None),
            ("clientId=", None),
            ("clientId", None),
            ("clientId[]=x", None),
            ("clientid=x", None),
            ("", None),
        ] {
            assert_eq!(client_id(Some(query)).as_deref(), expected, "{query}");
        }
        assert_eq!(client_id(None), None);
    }

    #[test]
    fn a_log_shows_the_beginning_of_a_long_id() {
        assert_eq!(shown(None), None);
        assert_eq!(shown(Some("a\u{20ac}")), Some("a\u{20ac}"));
        let long = "\u{20ac}".repeat(65);
        assert_eq!(shown(Some(&long)).map(|id| id.chars().count()), Some(64));
    }
}
