//! Is a type an argument list, or one argument?
//!
//! serde tells by the first call that a value makes on its serializer, or that a type makes on
//! its deserializer: tuples and arrays announce themselves as tuples, `()` as unit, and
//! everything else is one argument.

use serde::{
    Deserializer, Serialize, Serializer,
    de::{DeserializeOwned, DeserializeSeed, SeqAccess, Visitor},
    ser::{self, Impossible},
};
use serde_json::value::RawValue;

use crate::payload::Arguments;

/// How a value stands in an argument list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// No argument at all.
    Nothing,
    /// The value is the list.
    List,
    /// The value is one argument.
    One,
}

/// The shape of a value that is to be sent.
pub(super) fn of<T: Serialize + ?Sized>(value: &T) -> Shape {
    match value.serialize(Probe) {
        Ok(shape) | Err(Found(shape)) => shape,
    }
}

/// A serializer that only listens to the first call. Compound values report by error, because
/// their elements need not be visited.
struct Probe;

#[derive(Debug)]
struct Found(Shape);

impl std::fmt::Display for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl std::error::Error for Found {}

impl ser::Error for Found {
    /// A value that refuses to be written is one argument; writing it will tell why.
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Self(Shape::One)
    }
}

macro_rules! one_argument {
    ($($method:ident($($type:ty),*);)*) => {$(
        fn $method(self, $(_: $type),*) -> Result<Shape, Found> {
            Ok(Shape::One)
        }
    )*};
}

macro_rules! compound {
    ($($method:ident($($type:ty),*) -> $result:ident, $shape:ident;)*) => {$(
        fn $method(self, $(_: $type),*) -> Result<Self::$result, Found> {
            Err(Found(Shape::$shape))
        }
    )*};
}

impl Serializer for Probe {
    type Ok = Shape;
    type Error = Found;
    type SerializeSeq = Impossible<Shape, Found>;
    type SerializeTuple = Impossible<Shape, Found>;
    type SerializeTupleStruct = Impossible<Shape, Found>;
    type SerializeTupleVariant = Impossible<Shape, Found>;
    type SerializeMap = Impossible<Shape, Found>;
    type SerializeStruct = Impossible<Shape, Found>;
    type SerializeStructVariant = Impossible<Shape, Found>;

    fn serialize_unit(self) -> Result<Shape, Found> {
        Ok(Shape::Nothing)
    }

    one_argument! {
        serialize_bool(bool);
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_i128(i128);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
        serialize_u128(u128);
        serialize_f32(f32);
        serialize_f64(f64);
        serialize_char(char);
        serialize_str(&str);
        serialize_bytes(&[u8]);
        serialize_none();
        serialize_unit_struct(&'static str);
        serialize_unit_variant(&'static str, u32, &'static str);
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<Shape, Found> {
        Ok(Shape::One)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: &T,
    ) -> Result<Shape, Found> {
        Ok(Shape::One)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Shape, Found> {
        Ok(Shape::One)
    }

    compound! {
        serialize_tuple(usize) -> SerializeTuple, List;
        serialize_seq(Option<usize>) -> SerializeSeq, One;
        serialize_tuple_struct(&'static str, usize) -> SerializeTupleStruct, One;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> SerializeTupleVariant, One;
        serialize_map(Option<usize>) -> SerializeMap, One;
        serialize_struct(&'static str, usize) -> SerializeStruct, One;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> SerializeStructVariant, One;
    }
}

/// Reads arguments as a type.
pub(super) fn read<T: DeserializeOwned>(arguments: &Arguments) -> Result<T, serde_json::Error> {
    T::deserialize(List(arguments.elements()))
}

/// A list of arguments, to be read as a tuple or as its first element.
struct List<'de>(Vec<&'de RawValue>);

impl<'de> List<'de> {
    fn first(&self) -> &'de str {
        self.0.first().map_or("null", |raw| raw.get())
    }
}

macro_rules! first_argument {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            serde_json::Deserializer::from_str(self.first()).$method(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for List<'de> {
    type Error = serde_json::Error;

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_unit()
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_seq(Elements {
            list: self.0.into_iter(),
            left: length,
        })
    }

    first_argument! {
        deserialize_any deserialize_bool deserialize_char deserialize_str deserialize_string
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64 deserialize_bytes deserialize_byte_buf
        deserialize_option deserialize_seq deserialize_map deserialize_identifier
        deserialize_ignored_any
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        serde_json::Deserializer::from_str(self.first()).deserialize_unit_struct(name, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        serde_json::Deserializer::from_str(self.first()).deserialize_newtype_struct(name, visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        serde_json::Deserializer::from_str(self.first())
            .deserialize_tuple_struct(name, length, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        serde_json::Deserializer::from_str(self.first()).deserialize_struct(name, fields, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        serde_json::Deserializer::from_str(self.first()).deserialize_enum(name, variants, visitor)
    }
}

/// The elements of a tuple: as many as it has, missing ones as `null`.
struct Elements<'de> {
    list: std::vec::IntoIter<&'de RawValue>,
    left: usize,
}

impl<'de> SeqAccess<'de> for Elements<'de> {
    type Error = serde_json::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Self::Error> {
        let Some(left) = self.left.checked_sub(1) else {
            return Ok(None);
        };
        self.left = left;
        let text = self.list.next().map_or("null", |raw| raw.get());
        seed.deserialize(&mut serde_json::Deserializer::from_str(text))
            .map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}
