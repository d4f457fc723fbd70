//! TLS by rustls, with certificates that can be renewed while the server serves.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::RwLock;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};
use tokio_rustls::server::TlsStream;
use tracing::warn;

use super::validity::{self, CertificateWarning};
use crate::config::TlsConfig;

/// What some editors begin files with.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Encrypts connections.
#[derive(Debug)]
pub(crate) struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    /// What new connections get. Those that are open keep what they have.
    current: RwLock<Arc<ServerConfig>>,
    /// How long a handshake may take.
    timeout: Duration,
}

/// Why TLS cannot be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The file of certificates is not what it should be.
    #[error(
        "cannot read the certificate `{}`: {problem}; expected a PEM file with the server's certificate first and then those that lead to its authority", path.display()
    )]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The file of the key is not what it should be.
    #[error(
        "cannot read the private key `{}`: {problem}; expected a PEM file with an unencrypted key in PKCS#8, PKCS#1 or SEC1 form", path.display()
    )]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// Both files can be read, but cannot be used together.
    #[error(
        "cannot use the certificate `{}` with the key `{}`: {source}", certificate.display(), key.display()
    )]
    Mismatch {
        /// The file of certificates.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
        /// What is wrong with them.
        source: rustls::Error,
    },
}

impl From<TlsError> for io::Error {
    fn from(error: TlsError) -> Self {
        Self::new(io::ErrorKind::InvalidInput, error)
    }
}

impl Tls {
    /// Reads certificate and key; `None` if the configuration asks for no TLS.
    pub(crate) fn load(config: &TlsConfig) -> Result<Option<Self>, TlsError> {
        // One without the other is refused with the rest of the settings.
        let (Some(certificate), Some(key)) = (config.certificate.clone(), config.key.clone())
        else {
            return Ok(None);
        };
        let current = read(&certificate, &key)?.served(&certificate);
        Ok(Some(Self {
            certificate,
            key,
            current: RwLock::new(Arc::new(current)),
            timeout: config.handshake_timeout,
        }))
    }

    /// Reads the files again, for connections to come. If they are no good, what
    /// was in use stays in use.
    pub(crate) fn reload(&self) -> Result<(), TlsError> {
        let renewed = read(&self.certificate, &self.key)?.served(&self.certificate);
        *self.current.write() = Arc::new(renewed);
        Ok(())
    }

    /// Shakes hands with a client, who may take only so long.
    pub(crate) async fn accept<S>(&self, stream: S) -> io::Result<TlsStream<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let current = Arc::clone(&self.current.read());
        let handshake = TlsAcceptor::from(current).accept(stream);
        match tokio::time::timeout(self.timeout, handshake).await {
            Ok(outcome) => outcome,
            Err(_) => Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "the TLS handshake took too long",
            )),
        }
    }
}

/// The certificates of a server that serves.
#[derive(Debug, Clone)]
pub struct Certificates(Arc<Tls>);

impl Certificates {
    pub(crate) fn new(tls: Arc<Tls>) -> Self {
        Self(tls)
    }

    /// Reads certificate and key, to see whether they can be served. Settings without TLS
    /// are fine. The warning is about a certificate that can be served, and that clients will
    /// not accept.
    ///
    /// # Errors
    ///
    /// The files are no good.
    pub fn check(config: &TlsConfig) -> Result<Option<CertificateWarning>, TlsError> {
        match (&config.certificate, &config.key) {
            (Some(certificate), Some(key)) => Ok(read(certificate, key)?.warning),
            _ => Ok(None),
        }
    }

    /// Reads certificate and key again. New connections get them; those that are
    /// open are not disturbed.
    ///
    /// # Errors
    ///
    /// The files are no good. What was in use stays in use.
    pub fn reload(&self) -> Result<(), TlsError> {
        self.0.reload()
    }
}

/// What certificate and key make.
struct Read {
    config: ServerConfig,
    warning: Option<CertificateWarning>,
}

impl Read {
    /// The configuration to serve, after a word in the log if clients will not accept it.
    fn served(self, certificate: &Path) -> ServerConfig {
        if let Some(warning) = self.warning {
            warn!(certificate = %certificate.display(), "{warning}");
        }
        self.config
    }
}

/// Reads both files and checks that they belong together.
fn read(certificate: &Path, key: &Path) -> Result<Read, TlsError> {
    let bad_certificate = |problem: String| TlsError::Certificate {
        path: certificate.to_owned(),
        problem,
    };
    let text = pem_text(certificate).map_err(|error| bad_certificate(error.to_string()))?;
    let chain = CertificateDer::pem_slice_iter(&text)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| bad_certificate(told(&error)))?;
    if chain.is_empty() {
        return Err(bad_certificate("it holds no certificate".to_owned()));
    }
    let bad_key = |problem: String| TlsError::Key {
        path: key.to_owned(),
        problem,
    };
    let text = pem_text(key).map_err(|error| bad_key(error.to_string()))?;
    let private = PrivateKeyDer::from_pem_slice(&text).map_err(|error| bad_key(told(&error)))?;
    let warning = validity::warning(&chain, Arc::new(ring::default_provider()));
    match server_config(chain, private) {
        Ok(config) => Ok(Read { config, warning }),
        Err(source) => Err(TlsError::Mismatch {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            source,
        }),
    }
}

/// A PEM file without the byte order mark with which some editors begin files.
fn pem_text(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = std::fs::read(path)?;
    if text.starts_with(BYTE_ORDER_MARK) {
        text.drain(..BYTE_ORDER_MARK.len());
    }
    Ok(text)
}

fn server_config(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<ServerConfig, rustls::Error> {
    // The provider is named, so that nothing depends on what else the process has
    // installed.
    let provider = Arc::new(ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    // WebSockets need HTTP/1.1, and it is all that is served.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// What is wrong with a PEM file, in words for the operator.
fn told(error: &pem::Error) -> String {
    match error {
        pem::Error::Io(error) => error.to_string(),
        pem::Error::NoItemsFound => "it holds no key".to_owned(),
        other => other.to_string(),
    }
}
