//! The tasks and requests that tie sessions to connections.

mod answer;
mod body;
mod poll;
mod post;
mod query;
mod request;
mod websocket;

pub use self::body::Body;
