//! Arguments: what an event or an answer carries, as Rust values or as it travels.
//!
//! On the wire every event has a list of arguments. In Rust a **tuple** (or array) is that
//! list, `()` is the empty list, and **anything else is a list of one**:
//!
//! | Rust | wire |
//! |---|---|
//! | `()` | `[]` |
//! | `"hi"` | `["hi"]` |
//! | `("hi", 5)` | `["hi",5]` |
//! | `vec![1, 2]` | `[[1,2]]` |
//! | `Greeting { text }` | `[{"text":..}]` |
//!
//! Reading follows the same rule and JavaScript's leniency: surplus arguments are ignored, and
//! a missing one reads like `null`.

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};
use sio_p2p_protocol::{Arguments, ClientId};
use sio_p2p_transport::Data;

use crate::{
    binary,
    shape::{self, Shape},
};

/// Values that cannot be written as arguments, or arguments that are not what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ArgsError(pub(crate) String);

/// An argument list exactly as it travels: JSON text and the binary attachments beside it.
///
/// Numbers, key order and white space are those of the sender (SRV-MSG-10). In the text,
/// `{"_placeholder":true,"num":k}` stands for attachment `k`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Args {
    arguments: Arguments,
    attachments: Vec<Bytes>,
}

impl Args {
    /// Puts text and attachments together. That the placeholders fit is the caller's duty.
    pub fn new(arguments: Arguments, attachments: Vec<Bytes>) -> Self {
        Self {
            arguments,
            attachments,
        }
    }

    /// Writes a value by the rule of this module. [`Binary`](crate::Binary) values in it, at any
    /// depth, become attachments.
    pub fn from_value<T: Serialize + ?Sized>(value: &T) -> Result<Self, ArgsError> {
        let shape = shape::of(value);
        let (text, attachments) = binary::collecting(|| serde_json::to_string(value));
        let text = text.map_err(|error| ArgsError(format!("cannot write arguments: {error}")))?;
        let list = match shape {
            Shape::Nothing => "[]".to_owned(),
            Shape::List => text,
            Shape::One => format!("[{text}]"),
        };
        let arguments = Arguments::parse(list)
            .map_err(|error| ArgsError(format!("cannot write arguments: {error}")))?;
        Ok(Self {
            arguments,
            attachments,
        })
    }

    /// Reads the arguments as a type, by the rule of this module.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, ArgsError> {
        binary::providing(&self.attachments, || shape::read(&self.arguments))
            .map_err(|error| ArgsError(format!("cannot read arguments: {error}")))
    }

    /// The list as text.
    pub fn arguments(&self) -> &Arguments {
        &self.arguments
    }

    /// The attachments, in the order of their numbers.
    pub fn attachments(&self) -> &[Bytes] {
        &self.attachments
    }

    /// Takes text and attachments apart.
    pub fn into_parts(self) -> (Arguments, Vec<Bytes>) {
        (self.arguments, self.attachments)
    }

    /// The payload bytes.
    pub(crate) fn size(&self) -> usize {
        let attachments: usize = self.attachments.iter().map(Bytes::len).sum();
        self.arguments.as_json().len() + attachments
    }

    /// What arrived in a packet, event name already removed. Text from the transport is always
    /// an array, so the fallback is never taken.
    pub(crate) fn received(arguments: Arguments, attachments: Vec<Bytes>) -> Self {
        Self {
            arguments,
            attachments,
        }
    }

    /// What arrived in an ack packet.
    pub(crate) fn from_ack(data: Data) -> Self {
        Self {
            arguments: Arguments::parse(data.json).unwrap_or_default(),
            attachments: data.attachments,
        }
    }

    /// The payload of an ack packet.
    pub(crate) fn into_data(self) -> Data {
        Data::with_attachments(self.arguments.as_json(), self.attachments)
    }

    /// The same list with the own id in front, as dialect `v1` sends messages.
    pub(crate) fn with_source(self, source: &ClientId) -> Self {
        // A JSON string; writing one cannot fail, and the fallback spares a panic.
        let source = serde_json::to_string(source).unwrap_or_default();
        let inner = self.arguments.inner();
        let comma = if inner.is_empty() { "" } else { "," };
        let text = format!("[{source}{comma}{inner}]");
        Self {
            arguments: Arguments::parse(text).unwrap_or(self.arguments),
            attachments: self.attachments,
        }
    }

    /// Takes the leading source id off, as dialect `v1` receives messages. A list that does not
    /// begin with an id (a room message, the server's own word) stays whole.
    ///
    /// An id cannot hold an attachment, so the numbers of the placeholders stay valid.
    pub(crate) fn split_source(self) -> (Option<ClientId>, Self) {
        let elements = self.arguments.elements();
        let source = elements
            .first()
            .and_then(|first| serde_json::from_str::<ClientId>(first.get()).ok());
        if source.is_none() {
            return (None, self);
        }
        let rest: Vec<&str> = elements.iter().skip(1).map(|raw| raw.get()).collect();
        let text = format!("[{}]", rest.join(","));
        let arguments = Arguments::parse(text).unwrap_or_default();
        let attachments = self.attachments;
        (
            source,
            Self {
                arguments,
                attachments,
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;
    use crate::Binary;

    fn wire<T: Serialize>(value: T) -> String {
        let args = Args::from_value(&value).unwrap();
        args.arguments().as_json().to_owned()
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Point(i32, i32);

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Named {
        x: Option<u8>,
    }

    #[test]
    fn a_tuple_is_the_list_and_anything_else_is_one_argument() {
        assert_eq!(wire(()), "[]");
        assert_eq!(wire("hi"), r#"["hi"]"#);
        assert_eq!(wire(("hi", 5)), r#"["hi",5]"#);
        assert_eq!(wire((vec![1],)), "[[1]]");
        assert_eq!(wire(vec![1, 2]), "[[1,2]]");
        assert_eq!(wire([1, 2]), "[1,2]");
        assert_eq!(wire(Point(1, 2)), "[[1,2]]");
        assert_eq!(wire(Named { x: None }), r#"[{"x":null}]"#);
        assert_eq!(wire(None::<u8>), "[null]");
        assert_eq!(wire(Box::new((1, "x"))), r#"[1,"x"]"#);
    }

    fn read<T: DeserializeOwned>(json: &str) -> Result<T, ArgsError> {
        Args::new(Arguments::parse(json).unwrap(), Vec::new()).parse()
    }

    #[test]
    fn reading_ignores_surplus_and_takes_missing_for_null() {
        read::<()>(r#"["surplus"]"#).unwrap();
        assert_eq!(
            read::<(u8, String)>(r#"[1,"x",{}]"#).unwrap(),
            (1, "x".into())
        );
        assert_eq!(read::<(u8, Option<u8>)>("[1]").unwrap(), (1, None));
        assert_eq!(read::<Vec<u8>>("[[1,2],3]").unwrap(), [1, 2]);
        assert_eq!(read::<Point>("[[1,2]]").unwrap(), Point(1, 2));
        assert_eq!(read::<Option<u8>>("[]").unwrap(), None);
        assert_eq!(read::<Named>(r#"[{"x":7}]"#).unwrap(), Named { x: Some(7) });
        let error = read::<u8>("[]").unwrap_err().to_string();
        assert!(
            error.starts_with("cannot read arguments: invalid type: null"),
            "{error}"
        );
    }

    #[test]
    fn binary_values_travel_as_attachments_wherever_they_are() {
        let deep = HashMap::from([("k", vec![Binary::from("two")])]);
        let args = Args::from_value(&(Binary::from("one"), deep, "txt")).unwrap();
        assert_eq!(
            args.arguments().as_json(),
            r#"[{"_placeholder":true,"num":0},{"k":[{"_placeholder":true,"num":1}]},"txt"]"#
        );
        assert_eq!(args.attachments(), [Bytes::from("one"), Bytes::from("two")]);
        let (one, deep, text): (Binary, HashMap<String, Vec<Binary>>, String) =
            args.parse().unwrap();
        assert_eq!((one, text.as_str()), (Binary::from("one"), "txt"));
        assert_eq!(deep["k"], [Binary::from("two")]);
    }

    #[test]
    fn binary_has_no_place_outside_of_arguments() {
        assert!(serde_json::to_string(&Binary::from("x")).is_err());
        let text = r#"{"_placeholder":true,"num":0}"#;
        assert!(serde_json::from_str::<Binary>(text).is_err());
        assert!(read::<Binary>(&format!("[{text}]")).is_err());
    }

    #[test]
    fn the_source_goes_in_front_and_comes_off() {
        let me = ClientId::new("a\"").unwrap();
        for json in ["[]", "[1e400]", r#"["x", {"b":1}]"#] {
            let args = Args::new(Arguments::parse(json).unwrap(), Vec::new());
            let (source, rest) = args.with_source(&me).split_source();
            assert_eq!(source.as_ref(), Some(&me));
            assert_eq!(
                rest.arguments().len(),
                Arguments::parse(json).unwrap().len()
            );
        }
        let room = Args::new(Arguments::parse("[1]").unwrap(), Vec::new());
        assert_eq!(room.clone().split_source(), (None, room));
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(a: i64, b: String, c: Vec<Option<bool>>, d: Vec<u8>) {
            let value = (a, b, c, Binary::from(d));
            prop_assert_eq!(Args::from_value(&value).unwrap().parse(), Ok(value));
        }
    }
}
