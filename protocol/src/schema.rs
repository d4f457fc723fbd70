//! JSON Schema of the wire types.

/// Gives a type its schema; without the feature `schema` it does nothing.
///
/// The body is a JSON object in the notation of `schemars::json_schema!`.
#[cfg(feature = "schema")]
macro_rules! wire_schema {
    ($type:ident: $schema:tt) => {
        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($schema)
            }
        }
    };
}
#[cfg(not(feature = "schema"))]
macro_rules! wire_schema {
    ($($anything:tt)*) => {};
}
pub(crate) use wire_schema;
