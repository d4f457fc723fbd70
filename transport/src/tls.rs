//! TLS by rustls: whom to trust, and who we are.

use std::{
    fmt, io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore,
        client::{WebPkiServerVerifier, danger::ServerCertVerifier},
        crypto::{CryptoProvider, ring},
        pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
    },
};

use crate::{
    error::ConnectError,
    verify::{Anybody, Pinned},
};

/// How `https` and `wss` servers are verified, and with which certificate this client presents
/// itself. The default trusts the authorities of Mozilla's list (feature `webpki-roots`) or
/// those of the operating system (feature `platform-verifier`), and has no certificate.
///
/// A server with a certificate of its own making is trusted by giving that certificate as an
/// authority: also one that says it is an authority, as `openssl req -x509` makes it.
#[derive(Clone, Default)]
pub struct Tls {
    authorities: Vec<CertificateDer<'static>>,
    only_given: bool,
    anybody: bool,
    identity: Option<Arc<Identity>>,
}

struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Tls {
    /// The default.
    pub fn new() -> Self {
        Self::default()
    }

    /// Trusts the authorities of a PEM file as well. Fails if it holds no certificate.
    pub fn ca_pem(mut self, pem: &[u8]) -> Result<Self, ConnectError> {
        let pem = without_mark(pem);
        self.authorities.extend(certificates(pem, "authorities")?);
        Ok(self)
    }

    /// Trusts only the authorities given by [`ca_pem`](Self::ca_pem).
    #[must_use]
    pub fn only_given_authorities(mut self) -> Self {
        self.only_given = true;
        self
    }

    /// Trusts every server, whatever its certificate: for tests of servers, whose certificate is
    /// not what is tested. What is sent is not safe from a third party in between.
    #[must_use]
    pub fn trust_anybody(mut self) -> Self {
        self.anybody = true;
        self
    }

    /// Presents a client certificate: PEM text of the chain, its own certificate first, and of
    /// the private key (PKCS#8, PKCS#1 or SEC1, not encrypted).
    pub fn client_pem(mut self, chain: &[u8], key: &[u8]) -> Result<Self, ConnectError> {
        let chain = certificates(without_mark(chain), "the client certificate")?;
        let key = PrivateKeyDer::from_pem_slice(without_mark(key))
            .map_err(|error| invalid(&format!("the client key cannot be read: {error}")))?;
        self.identity = Some(Arc::new(Identity { chain, key }));
        Ok(self)
    }

    /// Makes a TLS session to this host over a stream: for programs that speak HTTP to a server
    /// themselves, such as proxies.
    pub async fn session<S>(&self, host: &str, stream: S) -> Result<Session<S>, ConnectError>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let name = server_name(host)?;
        let session = self.connector()?.connect(name, stream).await;
        session
            .map(|session| Session(Box::new(session)))
            .map_err(|source| ConnectError::Tls {
                address: host.to_owned(),
                source,
            })
    }

    /// What connects with these settings.
    pub(crate) fn connector(&self) -> Result<TlsConnector, ConnectError> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| invalid(&error.to_string()))?;
        let verifier = self.verifier(&provider)?;
        let builder = builder
            .dangerous()
            .with_custom_certificate_verifier(verifier);
        let mut config = match &self.identity {
            None => builder.with_no_client_auth(),
            Some(identity) => builder
                .with_client_auth_cert(identity.chain.clone(), identity.key.clone_key())
                .map_err(|error| invalid(&format!("the client certificate: {error}")))?,
        };
        // A WebSocket and our polling both need HTTP/1.1.
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsConnector::from(Arc::new(config)))
    }

    /// Who decides whether the server is the one that is meant.
    fn verifier(
        &self,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Arc<dyn ServerCertVerifier>, ConnectError> {
        if self.anybody {
            return Ok(Arc::new(Anybody::new(provider)));
        }
        let system = self.system_verifier(provider)?;
        let usual: Arc<dyn ServerCertVerifier> = if let Some(verifier) = system {
            verifier
        } else {
            let roots = Arc::new(self.roots()?);
            let builder = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(provider));
            let built = builder.build();
            built.map_err(|error| invalid(&format!("the authorities: {error}")))?
        };
        Ok(Arc::new(Pinned::new(usual, self.authorities.clone())))
    }

    fn roots(&self) -> Result<RootCertStore, ConnectError> {
        let mut roots = RootCertStore::empty();
        #[cfg(feature = "webpki-roots")]
        if !self.only_given {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        for authority in &self.authorities {
            roots
                .add(authority.clone())
                .map_err(|error| invalid(&format!("an authority cannot be used: {error}")))?;
        }
        if roots.is_empty() {
            return Err(invalid("tls without any authority to trust"));
        }
        Ok(roots)
    }

    /// The verifier of the operating system, if this crate was built with it.
    #[cfg(feature = "platform-verifier")]
    fn system_verifier(
        &self,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Option<Arc<rustls_platform_verifier::Verifier>>, ConnectError> {
        if self.only_given {
            return Ok(None);
        }
        rustls_platform_verifier::Verifier::new_with_extra_roots(
            self.authorities.iter().cloned(),
            Arc::clone(provider),
        )
        .map(|verifier| Some(Arc::new(verifier)))
        .map_err(|error| invalid(&format!("the system's certificates: {error}")))
    }

    #[cfg(not(feature = "platform-verifier"))]
    #[expect(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "the other build of this function needs both"
    )]
    fn system_verifier(
        &self,
        _provider: &Arc<CryptoProvider>,
    ) -> Result<Option<Arc<WebPkiServerVerifier>>, ConnectError> {
        Ok(None)
    }
}

/// A stream under TLS.
#[derive(Debug)]
pub struct Session<S>(Box<TlsStream<S>>);

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Session<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_read(context, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Session<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.0).poll_write(context, data)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_shutdown(context)
    }
}

/// A text without the byte order mark with which some editors begin files.
fn without_mark(pem: &[u8]) -> &[u8] {
    pem.strip_prefix("\u{feff}".as_bytes()).unwrap_or(pem)
}

/// The name that the server's certificate must carry.
pub(crate) fn server_name(host: &str) -> Result<ServerName<'static>, ConnectError> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    ServerName::try_from(bare.to_owned())
        .map_err(|_| invalid(&format!("'{host}' is no name that a certificate can carry")))
}

fn certificates(pem: &[u8], what: &str) -> Result<Vec<CertificateDer<'static>>, ConnectError> {
    let list: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match list {
        Ok(list) if !list.is_empty() => Ok(list),
        Ok(_) => Err(invalid(&format!(
            "no certificate in the pem text of {what}"
        ))),
        Err(error) => Err(invalid(&format!("{what}: {error}"))),
    }
}

fn invalid(why: &str) -> ConnectError {
    ConnectError::InvalidOptions(why.to_owned())
}

/// Without the key.
impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("authorities", &self.authorities.len())
            .field("only_given", &self.only_given)
            .field("anybody", &self.anybody)
            .field("identity", &self.identity.is_some())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unusable_settings_are_named() {
        let error = |result: Result<Tls, ConnectError>| result.unwrap_err().to_string();
        assert!(error(Tls::new().ca_pem(b"")).contains("no certificate in the pem text"));
        assert!(error(Tls::new().client_pem(b"x", b"y")).contains("client certificate"));
        let nobody = Tls::new().only_given_authorities().connector();
        assert!(nobody.err().unwrap().to_string().contains("any authority"));
        assert!(server_name("a b").is_err());
        assert!(server_name("[::1]").is_ok());
    }
}
