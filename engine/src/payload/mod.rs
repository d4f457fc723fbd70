//! Bodies of long-polling: several packets in one.
//!
//! | | text | binary data in text | binary |
//! |---|---|---|---|
//! | generation 3 | `6:4hello2:4€` | `6:b4AQI=` | `00 06 ff` `4hello`, `01 03 ff` `04 01 02` |
//! | generation 4 | `4hello` `1e` `4€` | `bAQI=` | none |
//!
//! Lengths in text count units of UTF-16, and those in binary payloads count bytes.

mod decode;
mod encode;
mod jsonp;
mod scan;

pub use self::decode::{Payload, PayloadError};
pub use self::encode::{Content, encode};
pub use self::jsonp::{decode_jsonp, encode_jsonp};

#[cfg(test)]
mod tests;
