//! What a client knows, one table for each family. Tables know neither the client nor each
//! other; the families in the files beside this folder work on them.

pub(crate) mod apis;
pub(crate) mod core;
pub(crate) mod listeners;
pub(crate) mod targets;
pub(crate) mod topics;
