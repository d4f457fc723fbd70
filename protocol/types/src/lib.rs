//! The wire types of the protocol in other languages, written from its catalogue.
//!
//! Argument lists are tuples and event names are patterns, which tools that read JSON Schema
//! make little of. These types say it in the words of each language. They hold what a sender
//! writes; what a receiver takes beside that is in the schemas below `accept/`.
//!
//! All of it comes from `spec/catalogue.json`, so that a generator for one more language
//! needs nothing else.

#![expect(
    clippy::format_push_string,
    clippy::format_collect,
    reason = "files are written once, and templates are to be read by people"
)]

mod asyncapi;
mod go;
mod java;
mod model;
mod python;
mod typescript;

use std::fmt;

use sio_p2p_protocol::Dialect;

pub use model::TypeFile;

use crate::model::catalogue::Catalogue;

/// What the types are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// Event maps for the generics of Socket.IO, as declarations.
    TypeScript,
    /// Tuples, and models for pydantic.
    Python,
    /// Records for Jackson.
    Java,
    /// Structs for `encoding/json`.
    Go,
    /// A document of `AsyncAPI` 3.
    AsyncApi,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 5] = [
        Self::TypeScript,
        Self::Python,
        Self::Java,
        Self::Go,
        Self::AsyncApi,
    ];

    /// The name in paths and on command lines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TypeScript => "typescript",
            Self::Python => "python",
            Self::Java => "java",
            Self::Go => "go",
            Self::AsyncApi => "asyncapi",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why types cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("the catalogue cannot be read: {0}")]
pub struct Unreadable(#[from] serde_json::Error);

/// The files of a language, with what these dialects have.
pub fn files(language: Language, dialects: &[Dialect]) -> Result<Vec<TypeFile>, Unreadable> {
    let catalogue = Catalogue::read(dialects)?;
    let mut files = match language {
        Language::TypeScript => typescript::files(&catalogue),
        Language::Python => python::files(&catalogue),
        Language::Java => java::files(&catalogue),
        Language::Go => go::files(&catalogue),
        // One document needs no folder.
        Language::AsyncApi => return Ok(asyncapi::files(&catalogue)),
    };
    for file in &mut files {
        file.path.insert_str(0, &format!("{language}/"));
    }
    Ok(files)
}
