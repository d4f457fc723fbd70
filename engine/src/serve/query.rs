//! What the query of a request says.

use crate::session::{Form, Transport};
use crate::{Generation, Sid};

/// What the query of a request says. Of repeated parameters the last counts, as for the
/// official server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Query {
    /// The transport, if it names one that there is.
    pub(super) transport: Option<Transport>,
    /// Generation 4 only if it says so: clients of Socket.IO 1 and 2 say 3, others, or
    /// nothing at all.
    pub(super) generation: Generation,
    /// The session that it is for, if it names one.
    pub(super) session: Named,
    /// How an answer to it is written.
    pub(super) form: Form,
}

/// Which session a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// None: it opens one.
    None,
    /// One that no server has ever opened.
    Impossible,
    /// This one, if there is one.
    Sid(Sid),
}

impl Query {
    pub(super) fn read(query: &str) -> Self {
        let mut found = Self {
            transport: None,
            generation: Generation::V3,
            session: Named::None,
            form: Form::default(),
        };
        for parameter in query.split('&') {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            match name {
                "transport" => {
                    found.transport = match value {
                        "polling" => Some(Transport::Polling),
                        "websocket" => Some(Transport::WebSocket),
                        _ => None,
                    }
                }
                "EIO" => {
                    found.generation = if value == "4" {
                        Generation::V4
                    } else {
                        Generation::V3
                    }
                }
                "sid" if value.is_empty() => found.session = Named::None,
                "sid" => found.session = value.parse().map_or(Named::Impossible, Named::Sid),
                "b64" => found.form.base64 = !value.is_empty(),
                "j" => {
                    // The official server takes the digits out of whatever is there.
                    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
                    found.form.jsonp = Some(digits.parse().unwrap_or_default());
                }
                _ => {}
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_repeated_parameters_counts_and_only_four_is_four() {
        let query = Query::read("EIO=3&transport=polling&EIO=4&transport=websocket&t=x");
        assert_eq!(query.generation, Generation::V4);
        assert_eq!(query.transport, Some(Transport::WebSocket));
        assert_eq!(query.session, Named::None);
        for text in ["", "EIO=3", "EIO=5", "EIO=", "EIO=04"] {
            assert_eq!(Query::read(text).generation, Generation::V3, "{text}");
        }
        assert_eq!(Query::read("sid=x").session, Named::Impossible);
        assert_eq!(Query::read("sid=").session, Named::None);
        assert_eq!(Query::read("j=a1b2").form.jsonp, Some(12));
        assert!(Query::read("b64=1").form.base64);
    }
}
