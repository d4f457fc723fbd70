//! Socket.IO packets, and how they are written.

use bytes::Bytes;
use socketioxide_core::{Str, Value, packet::Packet as Codec, parser::Parse};
use socketioxide_parser_common::CommonParser;

use crate::{
    data::Data,
    error::EncodeError,
    frame::{EioVersion, Frame, binary_frame, message_frame},
};

/// One Socket.IO packet. Whether it travels as a binary packet follows from its attachments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Packet {
    /// Type 0: asks for a namespace, or confirms it.
    Connect {
        /// The namespace, `/` being the default one.
        namespace: String,
        /// JSON text: the auth payload, or the server's `{"sid":..}`.
        data: Option<String>,
    },
    /// Type 1: leaves a namespace.
    Disconnect {
        /// The namespace.
        namespace: String,
    },
    /// Type 2, or 5 with attachments.
    Event {
        /// The namespace.
        namespace: String,
        /// Name and arguments.
        data: Data,
        /// Set if the sender asks for an acknowledgement.
        ack: Option<u64>,
    },
    /// Type 3, or 6 with attachments.
    Ack {
        /// The namespace.
        namespace: String,
        /// The arguments.
        data: Data,
        /// The id that the event came with.
        id: u64,
    },
    /// Type 4: `CONNECT_ERROR` in protocol 5 (an object), ERROR in protocol 4 (any JSON).
    ConnectError {
        /// The namespace.
        namespace: String,
        /// JSON text.
        data: Option<String>,
    },
}

impl Packet {
    /// An event of the default namespace without attachments; `json` is the whole array.
    pub fn event(json: impl Into<String>) -> Self {
        Self::Event {
            namespace: "/".into(),
            data: Data::new(json),
            ack: None,
        }
    }

    /// The namespace of the packet.
    pub fn namespace(&self) -> &str {
        match self {
            Self::Connect { namespace, .. }
            | Self::Disconnect { namespace }
            | Self::Event { namespace, .. }
            | Self::Ack { namespace, .. }
            | Self::ConnectError { namespace, .. } => namespace,
        }
    }

    /// The payload bytes the packet holds in memory.
    pub(crate) fn weight(&self) -> usize {
        let payload = match self {
            Self::Event { data, .. } | Self::Ack { data, .. } => {
                let attachments: usize = data.attachments.iter().map(Bytes::len).sum();
                data.json.len() + attachments + data.attachments.len() * size_of::<Bytes>()
            }
            Self::Connect { data, .. } | Self::ConnectError { data, .. } => {
                data.as_ref().map_or(0, String::len)
            }
            Self::Disconnect { .. } => 0,
        };
        payload + self.namespace().len() + size_of::<Self>()
    }

    /// Writes the packet as this generation of Engine.IO does over a WebSocket: one text frame,
    /// then one binary frame for each attachment.
    ///
    /// # Errors
    ///
    /// Fails if the namespace holds a comma or the ack id is one that no packet can hold.
    pub fn into_frames(self, eio: EioVersion) -> Result<Vec<Frame>, EncodeError> {
        if self.namespace().contains(',') {
            return Err(EncodeError::Namespace(self.namespace().to_owned()));
        }
        if let Self::ConnectError { namespace, data } = &self {
            return Ok(vec![connect_error(namespace, data.as_deref())]);
        }
        let Value::Str(text, attachments) = CommonParser.encode(self.into_codec()?) else {
            return Ok(Vec::new()); // The common parser only makes text.
        };
        let attachments = attachments.unwrap_or_default();
        let mut frames = Vec::with_capacity(attachments.len() + 1);
        frames.push(message_frame(text));
        frames.extend(attachments.into_iter().map(|data| binary_frame(eio, data)));
        Ok(frames)
    }

    fn into_codec(self) -> Result<Codec, EncodeError> {
        let text = |json: String| Value::Str(Str::from(json), None);
        Ok(match self {
            Self::Connect { namespace, data } => Codec::connect(namespace, data.map(text)),
            Self::Disconnect { namespace } => Codec::disconnect(namespace),
            Self::Event {
                namespace,
                data,
                ack,
            } => {
                let mut packet = Codec::event(namespace, value(data));
                if let Some(id) = ack {
                    packet.inner.set_ack_id(codec_id(id)?);
                }
                packet
            }
            Self::Ack {
                namespace,
                data,
                id,
            } => Codec::ack(namespace, value(data), codec_id(id)?),
            Self::ConnectError { namespace, data } => {
                Codec::connect_error(namespace, data.unwrap_or_default())
            }
        })
    }
}

fn value(data: Data) -> Value {
    let attachments = (!data.attachments.is_empty()).then(|| data.attachments.into());
    Value::Str(Str::from(data.json), attachments)
}

fn codec_id(id: u64) -> Result<i64, EncodeError> {
    i64::try_from(id).map_err(|_| EncodeError::AckId(id))
}

/// The published codec writes only `{"message":..}`; here the payload is any JSON.
fn connect_error(namespace: &str, data: Option<&str>) -> Frame {
    let data = data.unwrap_or_default();
    let separator = if namespace == "/" { "" } else { "," };
    let namespace = if namespace == "/" { "" } else { namespace };
    Frame::Text(format!("44{namespace}{separator}{data}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(packet: Packet) -> String {
        match packet.into_frames(EioVersion::V4).unwrap().remove(0) {
            Frame::Text(text) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn packets_are_written_as_in_the_protocol() {
        let namespace = || "/x".to_owned();
        let auth = Some(r#"{"a":1}"#.to_owned());
        assert_eq!(
            text(Packet::Connect {
                namespace: "/".into(),
                data: None
            }),
            "40"
        );
        assert_eq!(
            text(Packet::Connect {
                namespace: namespace(),
                data: auth
            }),
            r#"40/x,{"a":1}"#
        );
        assert_eq!(
            text(Packet::Disconnect {
                namespace: "/".into()
            }),
            "41"
        );
        assert_eq!(
            text(Packet::Disconnect {
                namespace: namespace()
            }),
            "41/x,"
        );
        assert_eq!(text(Packet::event(r#"["a", 1e400]"#)), r#"42["a", 1e400]"#);
        let ack = Packet::Ack {
            namespace: namespace(),
            data: Data::new("[]"),
            id: 12,
        };
        assert_eq!(text(ack), "43/x,12[]");
        let error = Packet::ConnectError {
            namespace: namespace(),
            data: Some("\"no\"".into()),
        };
        assert_eq!(text(error), "44/x,\"no\"");
        assert_eq!(
            text(Packet::ConnectError {
                namespace: "/".into(),
                data: None
            }),
            "44"
        );
    }

    #[test]
    fn attachments_follow_their_packet() {
        let packet = Packet::Event {
            namespace: "/".into(),
            data: Data::with_attachments("[\"b\"]", vec![Bytes::from_static(b"x"), Bytes::new()]),
            ack: Some(7),
        };
        let frames = packet.into_frames(EioVersion::V3).unwrap();
        let expected = [
            Frame::text("452-7[\"b\"]"),
            Frame::binary(&b"\x04x"[..]),
            Frame::binary(&b"\x04"[..]),
        ];
        assert_eq!(frames, expected);
    }

    #[test]
    fn what_has_no_place_on_the_wire_is_refused() {
        let packet = Packet::Disconnect {
            namespace: "/a,b".into(),
        };
        let error = packet.into_frames(EioVersion::V4).unwrap_err();
        assert_eq!(error.to_string(), "namespace '/a,b' contains a comma");
        let packet = Packet::Ack {
            namespace: "/".into(),
            data: Data::new("[]"),
            id: u64::MAX,
        };
        let error = packet.into_frames(EioVersion::V4).unwrap_err();
        assert_eq!(error, EncodeError::AckId(u64::MAX));
    }
}
