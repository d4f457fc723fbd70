//! The arguments of an event or an answer, between Rust values and what travels.
//!
//! On the wire every event and every answer has a list of arguments. In Rust a **tuple** (or
//! array) is that list, `()` is the empty list, and **anything else is a list of one**:
//!
//! | Rust | wire |
//! |---|---|
//! | `()` | `[]` |
//! | `"hi"` | `["hi"]` |
//! | `("hi", 5)` | `["hi",5]` |
//! | `vec![1, 2]` | `[[1,2]]` |
//! | `Greeting { text }` | `[{"text":..}]` |
//! | `("photo.png", Binary::from(bytes))` | `["photo.png",{"_placeholder":true,"num":0}]` and an attachment |
//!
//! Reading follows the same rule and JavaScript's leniency: surplus arguments are ignored, and
//! a missing one reads like `null`. A list whose length is known only at run time is written by
//! [`Args::from_list`] and read by [`Args::parse_list`].
//!
//! Whatever sends arguments takes [`IntoArgs`]: a value, or an [`Args`] as it is. Whatever gives
//! an answer gives [`FromArgs`]: a type, or the [`Args`] as they came.

mod binary;
mod json;
mod shape;

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

pub use self::binary::Binary;
use self::binary::Placeholder;
use self::shape::Shape;
use crate::ids::ClientId;
use crate::payload::Arguments;

/// Values that cannot be written as arguments, or arguments that are not what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ArgsError(String);

impl ArgsError {
    fn write(error: impl std::fmt::Display) -> Self {
        Self(format!("cannot write arguments: {error}"))
    }

    fn read(error: impl std::fmt::Display) -> Self {
        Self(format!("cannot read arguments: {error}"))
    }
}

/// An argument list exactly as it travels: JSON text and the binary attachments beside it.
///
/// Numbers, key order and white space are those of the sender (SRV-MSG-10). In the text,
/// `{"_placeholder":true,"num":k}` stands for attachment `k`.
///
/// ```
/// use sio_p2p_protocol::{Args, Binary};
///
/// let args = Args::from_value(&("photo.png", Binary::from(vec![1, 2, 3])))?;
/// let (name, photo): (String, Binary) = args.parse()?;
/// assert_eq!((name.as_str(), &photo.0[..]), ("photo.png", &[1, 2, 3][..]));
/// # Ok::<(), sio_p2p_protocol::ArgsError>(())
/// ```
// It has to be neither `Serialize` nor `Deserialize`: it would be one argument then, and not
// the list.
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

    /// Writes a value by the rule of this module. [`Binary`] values in it, at any depth, become
    /// attachments.
    pub fn from_value<T: Serialize + ?Sized>(value: &T) -> Result<Self, ArgsError> {
        let shape = shape::of(value);
        let (text, attachments) = binary::collecting(|| serde_json::to_string(value));
        let text = text.map_err(ArgsError::write)?;
        let list = match shape {
            Shape::Nothing => "[]".to_owned(),
            Shape::List => text,
            Shape::One => format!("[{text}]"),
        };
        let arguments = Arguments::parse(list).map_err(ArgsError::write)?;
        Ok(Self::new(arguments, attachments))
    }

    /// Writes each value as one argument, however many there are.
    ///
    /// ```
    /// use sio_p2p_protocol::Args;
    ///
    /// let numbers = vec![1, 2, 3];
    /// let args = Args::from_list(&numbers)?;
    /// assert_eq!(args.arguments().as_json(), "[1,2,3]");
    /// assert_eq!(args.parse_list::<u8>()?, [1, 2, 3]);
    /// # Ok::<(), sio_p2p_protocol::ArgsError>(())
    /// ```
    pub fn from_list<T: Serialize>(values: impl IntoIterator<Item = T>) -> Result<Self, ArgsError> {
        let (texts, attachments) = binary::collecting(|| {
            let values = values.into_iter();
            let texts = values.map(|value| serde_json::to_string(&value));
            texts.collect::<Result<Vec<_>, _>>()
        });
        let list = texts.map_err(ArgsError::write)?.join(",");
        Ok(Self::new(Arguments::from_list(&list), attachments))
    }

    /// Reads the arguments as a type, by the rule of this module.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, ArgsError> {
        binary::providing(&self.attachments, || shape::read(&self.arguments))
            .map_err(ArgsError::read)
    }

    /// Reads every argument as the same type, however many there are.
    pub fn parse_list<T: DeserializeOwned>(&self) -> Result<Vec<T>, ArgsError> {
        let read = || serde_json::from_str(self.arguments.as_json());
        binary::providing(&self.attachments, read).map_err(ArgsError::read)
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

    /// The attachment that a value of the list stands for; `None` if it stands for none.
    pub fn attachment(&self, value: &RawValue) -> Option<&Bytes> {
        let placeholder: Placeholder = serde_json::from_str(value.get()).ok()?;
        let number = placeholder.is_one.then_some(placeholder.num)?;
        self.attachments.get(number)
    }

    /// How many bytes text and attachments have together.
    pub fn size(&self) -> usize {
        let attachments: usize = self.attachments.iter().map(Bytes::len).sum();
        self.arguments.as_json().len() + attachments
    }

    /// The same list with the id of a source in front, as dialect `v1` sends messages.
    #[must_use]
    pub fn with_source(self, source: &ClientId) -> Self {
        // A JSON string; writing one cannot fail, and the fallback spares a panic.
        let source = serde_json::to_string(source).unwrap_or_default();
        let inner = self.arguments.inner();
        let comma = if inner.is_empty() { "" } else { "," };
        let arguments = Arguments::from_list(&format!("{source}{comma}{inner}"));
        Self::new(arguments, self.attachments)
    }

    /// Takes the leading source id off, as dialect `v1` receives messages. A list that does not
    /// begin with an id (a room message, the server's own word) stays whole.
    ///
    /// An id cannot hold an attachment, so the numbers of the placeholders stay valid.
    pub fn split_source(self) -> (Option<ClientId>, Self) {
        let first = self.arguments.first();
        let source = first.and_then(|first| serde_json::from_str::<ClientId>(first.get()).ok());
        match source {
            Some(source) => (Some(source), self.without_first()),
            None => (None, self),
        }
    }

    /// The same list without its first argument. Attachments keep their numbers, also if that
    /// argument stood for one.
    #[must_use]
    pub fn without_first(self) -> Self {
        let elements = self.arguments.elements();
        let rest: Vec<&str> = elements.iter().skip(1).map(|raw| raw.get()).collect();
        let arguments = Arguments::from_list(&rest.join(","));
        Self::new(arguments, self.attachments)
    }
}

impl From<Arguments> for Args {
    fn from(arguments: Arguments) -> Self {
        Self::new(arguments, Vec::new())
    }
}

/// One argument, which is an attachment.
impl From<Binary> for Args {
    fn from(Binary(bytes): Binary) -> Self {
        Self::new(Arguments::from_list(binary::FIRST), vec![bytes])
    }
}

/// What can be sent as arguments: any value that serde writes, by the rule of [`Args`], or
/// [`Args`] as they are.
pub trait IntoArgs {
    /// Writes the argument list. Fails if the value refuses to be written.
    fn into_args(self) -> Result<Args, ArgsError>;
}

impl<T: Serialize> IntoArgs for T {
    fn into_args(self) -> Result<Args, ArgsError> {
        Args::from_value(&self)
    }
}

impl IntoArgs for Args {
    fn into_args(self) -> Result<Args, ArgsError> {
        Ok(self)
    }
}

/// What arguments can be read as: any owned type that serde reads, by the rule of [`Args`], or
/// [`Args`] as they came.
pub trait FromArgs: Sized {
    /// Reads an argument list. Fails if it is not of the type.
    fn from_args(args: Args) -> Result<Self, ArgsError>;
}

impl<T: DeserializeOwned> FromArgs for T {
    fn from_args(args: Args) -> Result<Self, ArgsError> {
        args.parse()
    }
}

impl FromArgs for Args {
    fn from_args(args: Args) -> Result<Self, ArgsError> {
        Ok(args)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

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

    #[test]
    fn the_first_argument_goes_whatever_it_is() {
        for (json, rest) in [
            ("[]", "[]"),
            ("[5]", "[]"),
            (r#"["a" , {"b": 1},-0]"#, r#"[{"b": 1},-0]"#),
        ] {
            let args = Args::new(Arguments::parse(json).unwrap(), Vec::new());
            assert_eq!(args.without_first().arguments().as_json(), rest);
        }
    }

    #[test]
    fn args_are_sent_and_given_as_they_are() {
        let args = Args::from(Arguments::parse("[1e400, 2]").unwrap());
        assert_eq!(args.clone().into_args(), Ok(args.clone()));
        assert_eq!(Args::from_args(args.clone()), Ok(args));
        assert_eq!(("x", 1).into_args(), Args::from_value(&("x", 1)));
        assert_eq!(<(u8,)>::from_args(Args::from_value(&5).unwrap()), Ok((5,)));
    }

    #[test]
    fn one_attachment_is_an_argument_list() {
        let binary = Binary::from("x");
        let args = Args::from(binary.clone());
        assert_eq!(args, Args::from_value(&binary).unwrap());
        let first = args.arguments().first().unwrap();
        assert_eq!(args.attachment(first).unwrap(), "x");
        let forged = Args::new(
            Arguments::parse(r#"[{"_placeholder":true,"num":7}]"#).unwrap(),
            Vec::new(),
        );
        assert_eq!(forged.attachment(forged.arguments().first().unwrap()), None);
    }

    proptest! {
        #[test]
        fn a_list_of_any_length_reads_back(values: Vec<(i64, Vec<u8>)>) {
            let values: Vec<_> = values.into_iter().map(|(n, b)| (n, Binary::from(b))).collect();
            let args = Args::from_list(&values).unwrap();
            prop_assert_eq!(args.arguments().len(), values.len());
            prop_assert_eq!(args.parse_list(), Ok(values));
        }

        #[test]
        fn what_is_written_reads_back(a: i64, b: String, c: Vec<Option<bool>>, d: Vec<u8>) {
            let value = (a, b, c, Binary::from(d));
            prop_assert_eq!(Args::from_value(&value).unwrap().parse(), Ok(value));
        }
    }
}
