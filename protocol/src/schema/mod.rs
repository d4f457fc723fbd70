//! JSON Schema of the wire types, and the catalogue as JSON.
//!
//! There are two for each type: what a sender writes ([`files`]), and what a receiver takes
//! ([`accept_files`]). `spec/schemas.md` says how they differ and what their names mean.
//!
//! A schema cannot say which event an argument list belongs to, who sends it, or
//! what its ack holds. The members that [`vocabulary`] declares do.
//!
//! Without the feature `schema` this module is empty.

#[cfg(feature = "schema")]
mod accept;
#[cfg(feature = "schema")]
mod catalogue;
#[cfg(feature = "schema")]
mod draft_07;
#[cfg(feature = "schema")]
mod generate;
#[cfg(feature = "schema")]
mod instances;
#[cfg(feature = "schema")]
mod types;

#[cfg(feature = "schema")]
pub use accept::{accept_files, accept_id};
#[cfg(feature = "schema")]
pub use catalogue::{catalogue_json, catalogue_schema, vocabulary};
#[cfg(feature = "schema")]
pub use draft_07::draft_07;
#[cfg(feature = "schema")]
pub use generate::{SchemaFile, all_files, bundle, file_name, files, id};
#[cfg(feature = "schema")]
pub use instances::{Instances, Lenient, carries_ack, example_name, instance_files, instances};

/// Gives a type its schema; without the feature `schema` it does nothing.
///
/// The body is a JSON object in the notation of `schemars::json_schema!`. A
/// type marked `inline` has no name of its own in generated files.
#[cfg(feature = "schema")]
macro_rules! wire_schema {
    (inline $type:ident: $schema:tt) => {
        crate::schema::wire_schema! { @true $type: $schema }
    };
    ($type:ident: $schema:tt) => {
        crate::schema::wire_schema! { @false $type: $schema }
    };
    (@$inline:ident $type:ident: $schema:tt) => {
        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn inline_schema() -> bool {
                $inline
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

/// The text of a doc comment, for a `description`: one line, without link brackets.
#[cfg(feature = "schema")]
pub(crate) fn prose(lines: &[&str]) -> String {
    let words: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
    words.join(" ").trim().replace("[`", "`").replace("`]", "`")
}
