//! Encrypted connections of the program.

use std::net::SocketAddr;

use rustix::process::Signal;

use crate::certificates::Certificates;
use crate::node::Project;
use crate::process::{self, Program};
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
    assert_eq!(server.stopped(), "");
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

/// A certificate that clients will not accept is served, and not without a word: renewing
/// it must not need a server that is down.
#[test]
fn a_certificate_that_is_not_valid_today_is_told() {
    let certificates = Certificates::new();
    let path = certificates.path("certificate.pem");
    for (year, warning) in [
        (
            2001,
            "the certificate has expired, and clients that check it will not connect; renew it",
        ),
        (
            4001,
            "the certificate is not valid yet, and clients that check it will not connect; look at the clock",
        ),
    ] {
        certificates.sign(|params| {
            params.not_before = rcgen::date_time_ymd(year - 1, 1, 1);
            params.not_after = rcgen::date_time_ymd(year, 1, 1);
        });
        let certificate = format!("tls.certificate={}", path.display());
        let key = format!("tls.key={}", certificates.path("key.pem").display());
        let output = process::run(&["--check-config", "--set", &certificate, "--set", &key]);
        assert!(output.status.success());
        assert_eq!(
            String::from_utf8(output.stderr).unwrap(),
            format!("p2p-server: warning: flag --set: `tls.certificate`: {warning}\n")
        );
        let server = start(&certificates);
        let log = server.stopped();
        assert!(log.contains(warning), "{log}");
        assert!(log.contains(&path.display().to_string()), "{log}");
    }
}
