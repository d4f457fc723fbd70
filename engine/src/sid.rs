//! The id of a session.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// How many characters a session id has, as many as those of the official server.
const LENGTH: usize = 20;

/// How many random bytes it is made of.
const ENTROPY: usize = 15;

/// The id of a session: 20 characters of the URL-safe base64 alphabet, from 15
/// random bytes.
///
/// Whoever knows it can speak in the name of the session, so it is a secret between
/// the server and one client.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sid([u8; LENGTH]);

impl Sid {
    /// A new id that nobody can guess. The error is that of the system's source of
    /// randomness.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; ENTROPY];
        getrandom::fill(&mut bytes)?;
        let mut text = [b'A'; LENGTH];
        // 15 bytes are exactly 20 characters.
        URL_SAFE_NO_PAD.encode_slice(bytes, &mut text).ok();
        Ok(Self(text))
    }

    /// The characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII is ever put in.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// A text that is no session id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a session id has 20 letters, digits, `-` or `_`")]
pub struct InvalidSid;

impl FromStr for Sid {
    type Err = InvalidSid;

    fn from_str(text: &str) -> Result<Self, InvalidSid> {
        let bytes: [u8; LENGTH] = text.as_bytes().try_into().map_err(|_| InvalidSid)?;
        let valid = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if bytes.iter().all(valid) {
            Ok(Self(bytes))
        } else {
            Err(InvalidSid)
        }
    }
}

impl fmt::Display for Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The beginning only: a log is no place for a secret.
impl fmt::Debug for Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self.as_str().get(..4).unwrap_or_default();
        write!(f, "Sid({start}…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_hides_in_logs() {
        let sid = Sid::random().unwrap();
        assert_eq!(sid.to_string().parse(), Ok(sid));
        assert_ne!(sid, Sid::random().unwrap());
        assert!(!format!("{sid:?}").contains(sid.as_str()));
    }

    #[test]
    fn other_texts_are_no_ids() {
        for text in [
            "",
            "x",
            "0123456789012345678/",
            "012345678901234567890",
            "äääääääääääääääääääa",
        ] {
            assert_eq!(text.parse::<Sid>(), Err(InvalidSid), "{text}");
        }
    }
}
