//! What the host puts into an event, and what it gets out of one.

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};
use sio_p2p_protocol::{Arguments, EventName, InvalidPayload, Payload, forward};

use super::output::Data;

/// The arguments of an event, and the attachments that they refer to.
///
/// ```
/// use sio_p2p_server::relay::Content;
///
/// let content = Content::from_values((1, "two"))?.with(&[3.5])?;
/// assert_eq!(content.args.as_json(), r#"[1,"two",[3.5]]"#);
/// let (one, two, list): (u8, String, Vec<f32>) = content.read()?;
/// assert_eq!((one, two.as_str(), list), (1, "two", vec![3.5]));
///
/// let content = Content::default().with(&"data")?.with_bytes("\x01\x02");
/// assert_eq!(content.bytes(1).map(|bytes| &bytes[..]), Some(&[1, 2][..]));
/// # Ok::<(), sio_p2p_protocol::InvalidPayload>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Content {
    /// The arguments, without the event name.
    pub args: Arguments,
    /// The attachments in the order of the placeholders in `args`.
    pub attachments: Vec<Bytes>,
}

impl From<Arguments> for Content {
    fn from(args: Arguments) -> Self {
        Self {
            args,
            attachments: Vec::new(),
        }
    }
}

/// An argument list that came in a packet of its own, such as that of an ack.
impl TryFrom<Data> for Content {
    type Error = InvalidPayload;

    fn try_from(data: Data) -> Result<Self, InvalidPayload> {
        Ok(Self {
            args: Arguments::parse(data.json)?,
            attachments: data.attachments,
        })
    }
}

impl Content {
    /// Takes each element of a tuple, a list or an array as one argument; `()` is
    /// no arguments.
    ///
    /// Fails if the value is not written as a JSON array, or refuses to be written.
    pub fn from_values<T: Serialize>(values: T) -> Result<Self, InvalidPayload> {
        let json = serde_json::to_string(&values)?;
        if json == "null" {
            return Ok(Self::default());
        }
        Ok(Arguments::parse(json)?.into())
    }

    /// Adds one argument. Fails only if the value refuses to be written.
    pub fn with<T: Serialize + ?Sized>(mut self, value: &T) -> Result<Self, InvalidPayload> {
        self.args = self.args.with(&to_raw_value(value)?);
        Ok(self)
    }

    /// Adds one argument that is an attachment, which travels in binary.
    #[must_use]
    pub fn with_bytes(mut self, bytes: impl Into<Bytes>) -> Self {
        let number = self.attachments.len();
        let placeholder = format!(r#"{{"_placeholder":true,"num":{number}}}"#);
        // It is JSON, so the fallback is never taken; it only spares a panic.
        let placeholder = Payload::parse(placeholder).unwrap_or_else(|_| Payload::null());
        self.args = self.args.with(placeholder.as_raw());
        self.attachments.push(bytes.into());
        self
    }

    /// Reads the arguments as a tuple, a list, or any type that is read from a JSON
    /// array. Attachments are read as their placeholders; see [`bytes`](Self::bytes).
    ///
    /// Fails if the arguments are not what the type expects; of a tuple, their
    /// number must be right, too.
    pub fn read<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_str(self.args.as_json())
    }

    /// The attachment that an argument stands for; `None` if it stands for none.
    pub fn bytes(&self, position: usize) -> Option<&Bytes> {
        let elements = self.args.elements();
        self.attachment(elements.get(position)?)
    }

    /// The attachment that a value stands for.
    pub(crate) fn attachment(&self, value: &RawValue) -> Option<&Bytes> {
        #[derive(serde::Deserialize)]
        struct Placeholder {
            #[serde(rename = "_placeholder")]
            is_one: bool,
            num: usize,
        }
        let placeholder: Placeholder = serde_json::from_str(value.get()).ok()?;
        let number = placeholder.is_one.then_some(placeholder.num)?;
        self.attachments.get(number)
    }

    /// The content of a packet that carries these arguments under a name.
    pub(super) fn named(self, event: &EventName) -> Data {
        Data {
            json: forward(event, &self.args),
            attachments: self.attachments,
        }
    }

    /// The content of an ack with these arguments.
    pub(super) fn unnamed(self) -> Data {
        Data {
            json: self.args.as_json().to_owned(),
            attachments: self.attachments,
        }
    }

    /// The same arguments behind the id of a source, as the first dialect sends them.
    pub(super) fn behind_source(mut self, source: &str) -> Self {
        let source = Payload::string(source);
        let values: Vec<Payload> = self.args.elements().into_iter().map(Into::into).collect();
        self.args = Arguments::from_payloads(std::iter::once(&source).chain(&values));
        self
    }

    /// The same without the first argument. Attachments keep their numbers, also if
    /// the first argument stood for one.
    pub(super) fn without_source(mut self) -> Self {
        let values: Vec<Payload> = self.args.elements().into_iter().map(Into::into).collect();
        self.args = Arguments::from_payloads(values.iter().skip(1));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_values_are_no_arguments_and_one_value_is_no_list() {
        assert_eq!(Content::from_values(()).unwrap(), Content::default());
        assert!(matches!(
            Content::from_values(5),
            Err(InvalidPayload::NotAnArray(_))
        ));
    }

    #[test]
    fn attachments_are_found_by_the_place_of_their_argument() {
        let content = Content::default()
            .with_bytes("a")
            .with("x")
            .unwrap()
            .with_bytes("b");
        assert_eq!(content.bytes(0).unwrap(), "a");
        assert_eq!(content.bytes(1), None);
        assert_eq!(content.bytes(2).unwrap(), "b");
        assert_eq!(content.bytes(3), None);
        let forged = Arguments::parse(r#"[{"_placeholder":true,"num":7}]"#).unwrap();
        assert_eq!(Content::from(forged).bytes(0), None);
    }

    /// The source is the first argument of the first dialect, and nothing else is
    /// touched on its way in or out.
    #[test]
    fn a_source_is_put_before_all_and_taken_off_again() {
        let args = r#"[1e400,{"b":1, "a":-0}]"#;
        let content = Content::from(Arguments::parse(args).unwrap());
        let sent = content.clone().behind_source("s\"vc");
        assert_eq!(sent.args.as_json(), r#"["s\"vc",1e400,{"b":1, "a":-0}]"#);
        assert_eq!(sent.without_source(), content);
        let none = Content::default();
        assert_eq!(none.clone().without_source(), none);
        assert_eq!(none.behind_source("s").args.as_json(), r#"["s"]"#);
    }
}
