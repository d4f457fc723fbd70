//! Encrypted connections of the program.

use std::net::SocketAddr;

use rustix::process::Signal;

use crate::certificates::Certificates;
use crate::node::Project;
use crate::process::Program;
use crate::secure::{connect, shown};

/// A server with a certificate.
fn start(certificates: &Certificates) -> Program {
    let settings = ["certificate", "key"].map(|name| {
        let path = certificates.path(&format!("{name}.pem"));
        format!("tls.{name}={}", path.display())
    });
    Program::start(&[
        "--log",
        "warn",
        "--set",
        &settings[0],
        "--set",
        &settings[1],
    ])
}

/// Real clients of both generations, on every transport; see `tests/js/interop.js`.
/// Node.js trusts the authority of the test and checks the certificate.
#[test]
fn original_clients_understand_each_other_over_tls() {
    let project = Project::install();
    let certificates = Certificates::new();
    let server = start(&certificates);
    let url = format!("https://{}", server.address());
    assert_eq!(
        server.first_line(),
        format!("listening on {url}/socket.io/")
    );
    let mut node = project.node();
    node.env("NODE_EXTRA_CA_CERTS", certificates.path("authority.pem"));
    Project::finish(node.args(["interop.js", &url]));
    assert_eq!(server.killed(), "");
}

/// A certificate is renewed while the server serves.
#[cfg(unix)]
#[tokio::test]
async fn sighup_renews_the_certificate() {
    let certificates = Certificates::new();
    let server = start(&certificates);
    let address: SocketAddr = server.address();
    let before = shown(&connect(&certificates, address, &[]).await.unwrap());
    certificates.renew();
    server.signal(Signal::HUP);
    // When the signal is dealt with is not told, but it is soon.
    while shown(&connect(&certificates, address, &[]).await.unwrap()) == before {}
    server.signal(Signal::TERM);
    assert_eq!(server.ended(), "");
}
