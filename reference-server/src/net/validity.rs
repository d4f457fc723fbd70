//! Whether a certificate is valid today.

use std::sync::Arc;

use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::ServerCertVerifier;
use tokio_rustls::rustls::crypto::CryptoProvider;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{CertificateError, Error, RootCertStore};

/// Why clients that check certificates will not accept one that can be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateWarning {
    /// Its last day has passed.
    #[error("the certificate has expired, and clients that check it will not connect; renew it")]
    Expired,
    /// Its first day has not come.
    #[error(
        "the certificate is not valid yet, and clients that check it will not connect; look at the clock"
    )]
    NotYetValid,
}

/// What is wrong with the dates of a chain, the server's own certificate first. Whether it
/// leads to an authority that anybody trusts is not asked.
pub(super) fn warning(
    chain: &[CertificateDer<'static>],
    provider: Arc<CryptoProvider>,
) -> Option<CertificateWarning> {
    let (own, others) = chain.split_first()?;
    let mut trusted = RootCertStore::empty();
    // The dates are looked at before anything else, so it does not matter who is trusted.
    trusted.add(chain.last()?.clone()).ok()?;
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(trusted), provider);
    let name = ServerName::try_from("localhost").ok()?;
    let verdict =
        verifier
            .build()
            .ok()?
            .verify_server_cert(own, others, &name, &[], UnixTime::now());
    match verdict {
        Err(Error::InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        )) => Some(CertificateWarning::Expired),
        Err(Error::InvalidCertificate(
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. },
        )) => Some(CertificateWarning::NotYetValid),
        _ => None,
    }
}
