//! Between a TCP connection and an HTTP request: encryption, proxies, browsers.
//!
//! Each of the three is a value that is made from its section of the
//! configuration before the server serves, so that a mistake in it is told then
//! and not to the first client.

mod address;
mod cors;
mod origins;
mod proxy;
mod tls;
mod traffic;
mod validity;

pub use self::address::ClientAddress;
pub(crate) use self::cors::Cors;
pub(crate) use self::origins::Origins;
pub use self::origins::{OriginError, OriginFault};
pub(crate) use self::proxy::Proxies;
pub(crate) use self::tls::Tls;
pub use self::tls::{Certificates, TlsError};
pub(crate) use self::traffic::Traffic;
pub use self::validity::CertificateWarning;
