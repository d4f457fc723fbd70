//! Asking a driver who it is, before anything is played.

use std::sync::Arc;
use std::time::Duration;

use sio_p2p_driver::{Hello, PROTOCOL};
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::timeout;

use crate::json::shorten;
use crate::player::client::clients::HELLO_LIMIT;
use crate::player::client::process::{DRIVER_SAID, DriverCommand, DriverError, Output, Process};

/// How long the last words of a driver that has ended are waited for.
const WORDS: Duration = Duration::from_millis(200);

/// Starts a driver only to hear its hello.
pub async fn hello(command: &DriverCommand) -> Result<Hello, DriverError> {
    let (sender, mut output) = unbounded_channel();
    let sender = Arc::new(sender);
    let process = Process::start(command, move |what| {
        // Only the first line matters.
        let _ = sender.send(what);
    })?;
    let first = timeout(HELLO_LIMIT, output.recv()).await;
    let why = match first {
        Ok(Some(Output::Line(line))) => match read(&line) {
            Ok(hello) => return Ok(hello),
            Err(why) => why,
        },
        Ok(Some(Output::Nonsense(what))) => format!("its first line is {what}"),
        Ok(Some(Output::Ended(status))) => format!("it ended ({status})"),
        Ok(None) => "it ended".to_owned(),
        Err(_) => format!("it said nothing for {} s", HELLO_LIMIT.as_secs()),
    };
    tokio::time::sleep(WORDS).await;
    let mut text = why;
    for line in process.last_words() {
        text.extend(["\n", DRIVER_SAID, &line]);
    }
    Err(DriverError::NoHello(text))
}

/// Reads a hello and checks that there is something to do with it.
fn read(line: &str) -> Result<Hello, String> {
    let shown = shorten(line, 160);
    let hello: Hello = serde_json::from_str(line)
        .map_err(|error| format!("its first line is no hello ({error}): {shown}"))?;
    if hello.protocol != PROTOCOL {
        return Err(format!(
            "it speaks version {} of the driver protocol, and this is version {PROTOCOL}",
            hello.protocol
        ));
    }
    if hello.dialects.is_empty() {
        return Err(format!("its hello names no dialect: {shown}"));
    }
    if hello.eio.is_empty() || hello.eio.iter().any(|eio| !matches!(eio, 3 | 4)) {
        return Err(format!("`eio` holds 3, 4 or both: {shown}"));
    }
    if hello.transports.is_empty() {
        return Err(format!("its hello names no transport: {shown}"));
    }
    Ok(hello)
}

#[cfg(test)]
mod tests {
    use sio_p2p_driver::TransportName;

    use super::*;

    #[test]
    fn a_hello_is_looked_at() {
        let line = r#"{"driver":"x","protocol":1,"dialects":["v2"],"can":["stream"]}"#;
        let hello = read(line).unwrap();
        assert_eq!((hello.eio, hello.version.as_str()), (vec![4], ""));
        assert_eq!(hello.transports, TransportName::ALL);
        for bad in [
            "hello",
            r#"{"driver":"x","protocol":2,"dialects":["v2"]}"#,
            r#"{"driver":"x","protocol":1,"dialects":[]}"#,
            r#"{"driver":"x","protocol":1,"dialects":["v2"],"eio":[5]}"#,
            r#"{"driver":"x","protocol":1,"dialects":["v2"],"transports":[]}"#,
            r#"{"driver":"x","protocol":1,"dialects":["v2"],"transports":["pigeon"]}"#,
            r#"{"driver":"x","protocol":1,"dialects":["v2"],"can":["everything"]}"#,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
