//! What the server of a client wants besides an address, if the run says so: a path, header
//! fields, a token.

use std::collections::BTreeMap;
use std::sync::Arc;

use hyper::{Request, StatusCode};
use serde_json::{Value, json};
use sio_p2p_driver::Connect;
use sio_p2p_transport::EioVersion;

use crate::access::{SharedAccess, closed};

/// Where servers are unless somebody has moved them.
const USUAL: &str = "/socket.io/";

/// What a client has to bring along. The default wants nothing.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    access: SharedAccess,
    path: String,
}

impl Default for Gate {
    fn default() -> Self {
        Self::new(&SharedAccess::default())
    }
}

impl Gate {
    /// Wants what this brings.
    pub(crate) fn new(access: &SharedAccess) -> Self {
        Self {
            access: Arc::clone(access),
            path: access.path.as_deref().map_or(USUAL.to_owned(), closed),
        }
    }

    /// The path of requests, with a slash at both ends.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The status by which a request is turned away, if it is.
    pub(super) fn turns_away<B>(&self, request: &Request<B>) -> Option<StatusCode> {
        let path = self.path.trim_end_matches('/');
        let below = request.uri().path().strip_prefix(path);
        if !below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
            return Some(StatusCode::NOT_FOUND);
        }
        let headers = request.headers();
        let lacks = |(name, value): &(String, String)| {
            let mut found = headers.get_all(name.as_str()).iter();
            !found.any(|found| found.as_bytes() == value.as_bytes())
        };
        let mut wanted = self.access.headers.iter();
        wanted.any(lacks).then_some(StatusCode::FORBIDDEN)
    }

    /// Why a client is refused the namespace, if it is: by its query, and by the payload of its
    /// CONNECT packet.
    pub(super) fn refusal(
        &self,
        eio: EioVersion,
        query: &str,
        payload: Option<&str>,
    ) -> Option<String> {
        let brings_it = match eio {
            EioVersion::V4 => {
                let wanted = self.payload()?;
                payload.and_then(|text| serde_json::from_str(text).ok()) == Some(wanted)
            }
            EioVersion::V3 => {
                let wanted = self.access.token.as_deref()?;
                let mut pairs = url::form_urlencoded::parse(query.as_bytes());
                pairs.any(|(key, value)| key == "token" && value == wanted)
            }
        };
        (!brings_it).then(|| "it does not bring the auth payload that it was told".to_owned())
    }

    /// The auth payload that is wanted.
    fn payload(&self) -> Option<Value> {
        match (&self.access.auth, &self.access.token) {
            (Some(auth), _) => serde_json::from_str(auth).ok(),
            (None, Some(token)) => Some(json!({ "token": token })),
            (None, None) => None,
        }
    }

    /// Tells a driver what its client has to bring along.
    pub(crate) fn tell(&self, connect: &mut Connect) {
        connect.path = (self.path != USUAL).then(|| self.path.clone());
        connect.headers = self.access.headers.iter().cloned().collect();
        if connect.eio == EioVersion::V4.number() {
            connect.auth = self.payload();
        } else if let Some(token) = &self.access.token {
            connect.query = BTreeMap::from([("token".to_owned(), token.clone())]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Access;

    fn gate() -> Gate {
        Gate::new(&Arc::new(Access {
            path: Some("/base/socket.io/".to_owned()),
            headers: vec![("X-Key".to_owned(), "sesame".to_owned())],
            token: Some("t".to_owned()),
            ..Access::default()
        }))
    }

    #[test]
    fn who_brings_everything_comes_in() {
        let asks = |path: &str, key: &str| {
            let request = Request::get(path).header("x-key", key).body(());
            gate()
                .turns_away(&request.unwrap())
                .map(|status| status.as_u16())
        };
        assert_eq!(asks("/base/socket.io/?EIO=4", "sesame"), None);
        assert_eq!(asks("/base/socket.io", "sesame"), None);
        assert_eq!(asks("/base/socket.io/", "melon"), Some(403));
        assert_eq!(asks("/base/socket.iox", "sesame"), Some(404));
        assert_eq!(asks("/socket.io/", "sesame"), Some(404));
        let refused = |eio, query, payload| gate().refusal(eio, query, payload).is_some();
        assert!(!refused(EioVersion::V4, "", Some(r#"{"token":"t"}"#)));
        assert!(refused(EioVersion::V4, "token=t", None));
        assert!(refused(EioVersion::V4, "", Some(r#"{"token":"u"}"#)));
        assert!(!refused(EioVersion::V3, "a=1&token=t", None));
        assert!(refused(EioVersion::V3, "a=1", None));
    }

    #[test]
    fn the_default_wants_nothing() {
        let gate = Gate::default();
        let request = Request::get("/socket.io/?EIO=4").body(()).unwrap();
        assert_eq!(gate.turns_away(&request), None);
        for eio in [EioVersion::V3, EioVersion::V4] {
            assert_eq!(gate.refusal(eio, "", None), None);
        }
    }
}
