//! Asking a running server how it is, for those that have nothing else to ask with:
//! an image without a shell has no `curl`.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// How long the answer may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks `/healthz` of the server whose admin pages are configured to be here. The
/// error is a sentence for the terminal.
pub(crate) fn check(admin: Option<SocketAddr>) -> Result<(), String> {
    let admin = admin.ok_or("there is nobody to ask: `admin.listen` is not set")?;
    let address = SocketAddr::new(reachable(admin.ip()), admin.port());
    let answer = ask(address).map_err(|error| format!("no answer from {address}: {error}"))?;
    let mut words = answer.split_ascii_whitespace();
    match (words.next(), words.next()) {
        (Some("HTTP/1.1"), Some("200")) => Ok(()),
        (Some("HTTP/1.1"), Some(status)) => Err(format!("{address} answers with status {status}")),
        _ => Err(format!("{address} does not speak HTTP")),
    }
}

fn ask(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    // The status is all that counts, whatever else may follow.
    let mut answer = Vec::new();
    stream.take(1_024).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// A listener on every address cannot be connected to by that name.
fn reachable(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    }
}
