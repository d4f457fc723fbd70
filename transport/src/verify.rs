//! Whether a server is the one that is meant, where the usual rules do not decide.

use std::sync::Arc;

use tokio_rustls::rustls::{
    CertificateError, DigitallySignedStruct, Error, SignatureScheme,
    client::{
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::{
        CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
    },
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::ParsedCertificate,
};

/// How the usual verifier refuses a certificate of a server that says that it is an authority.
/// It says so after it has looked at the time, and before it looks for the signer.
const AUTHORITY_AS_SERVER: &str = "CaUsedAsEndEntity";

/// The usual verifier, and one case more: the server has the very certificate that was given
/// as an authority.
///
/// `openssl req -x509` makes certificates that are authorities, and people use them for servers.
/// Other TLS libraries trust such a certificate once it has been given; this one refuses it.
#[derive(Debug)]
pub(crate) struct Pinned {
    usual: Arc<dyn ServerCertVerifier>,
    given: Vec<CertificateDer<'static>>,
}

impl Pinned {
    pub(crate) fn new(
        usual: Arc<dyn ServerCertVerifier>,
        given: Vec<CertificateDer<'static>>,
    ) -> Self {
        Self { usual, given }
    }

    /// Whether the only thing wrong with a certificate is that it says it is an authority.
    fn is_only_an_authority(error: &Error) -> bool {
        match error {
            Error::InvalidCertificate(CertificateError::Other(other)) => {
                other.0.to_string() == AUTHORITY_AS_SERVER
            }
            _ => false,
        }
    }
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let usual = self.usual.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        let error = match usual {
            Ok(verified) => return Ok(verified),
            Err(error) => error,
        };
        if !Self::is_only_an_authority(&error) {
            return Err(error);
        }
        if !self.given.iter().any(|given| given == end_entity) {
            // What is wrong is that nobody has vouched for it.
            return Err(Error::InvalidCertificate(CertificateError::UnknownIssuer));
        }
        verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.usual.verify_tls12_signature(message, cert, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.usual.verify_tls13_signature(message, cert, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.usual.supported_verify_schemes()
    }
}

/// Takes every certificate, as long as the server has its key.
#[derive(Debug)]
pub(crate) struct Anybody {
    algorithms: WebPkiSupportedAlgorithms,
}

impl Anybody {
    pub(crate) fn new(provider: &CryptoProvider) -> Self {
        Self {
            algorithms: provider.signature_verification_algorithms,
        }
    }
}

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
