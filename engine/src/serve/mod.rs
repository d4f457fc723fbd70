//! The tasks and requests that tie sessions to connections.

mod answer;
mod begin;
mod body;
mod poll;
mod post;
mod query;
mod request;
mod websocket;

pub use self::begin::begin;
pub use self::body::Body;
