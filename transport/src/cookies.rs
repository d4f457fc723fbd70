//! Cookies of one connection: what the server sets is sent with the requests that follow.
//!
//! Load balancers keep a polling session, and the WebSocket that follows it, on one server by a
//! cookie. Only names and values are kept: the jar lives as long as the connection and serves a
//! single host and path, so attributes decide nothing, but for those that delete a cookie.

use http::{HeaderMap, header::SET_COOKIE};

/// More cookies than this are not kept, nor longer ones.
const MOST: usize = 50;
const LONGEST: usize = 4096;

/// The cookies that the server has set.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cookies(Vec<(String, String)>);

impl Cookies {
    /// Keeps what a response sets.
    pub(crate) fn take(&mut self, headers: &HeaderMap) {
        for field in headers.get_all(SET_COOKIE) {
            if field.len() <= LONGEST
                && let Ok(text) = field.to_str()
            {
                self.set(text);
            }
        }
    }

    fn set(&mut self, text: &str) {
        let mut parts = text.split(';').map(str::trim);
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
            return;
        };
        let (name, value) = (name.trim(), value.trim());
        self.0.retain(|(known, _)| known != name);
        let deleted = parts.any(|attribute| {
            let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            key.trim().eq_ignore_ascii_case("max-age")
                && value.trim().parse().is_ok_and(|seconds: i64| seconds <= 0)
        });
        if !deleted && !name.is_empty() && self.0.len() < MOST {
            self.0.push((name.to_owned(), value.to_owned()));
        }
    }

    /// The value of a `cookie` field, together with those of the options.
    pub(crate) fn join<'a>(&self, given: impl Iterator<Item = &'a str>) -> Option<String> {
        let own = self.0.iter().map(|(name, value)| format!("{name}={value}"));
        let all: Vec<String> = given.map(str::to_owned).chain(own).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_kept_replaced_and_deleted() {
        let mut cookies = Cookies::default();
        for text in [
            "io=1; Path=/; HttpOnly",
            "a = b=c",
            "io=2",
            "x",
            "gone=1",
            "gone=; Max-Age=0",
        ] {
            cookies.set(text);
        }
        assert_eq!(
            cookies.join(["k=v"].into_iter()).unwrap(),
            "k=v; a=b=c; io=2"
        );
        assert_eq!(Cookies::default().join([].into_iter()), None);
        for number in 0..200 {
            cookies.set(&format!("n{number}=1"));
        }
        assert_eq!(cookies.0.len(), MOST);
    }
}
