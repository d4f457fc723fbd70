//! The APIs of the conformance host, dialect `v2`.

use std::sync::Arc;

use sio_p2p_server::{Args, Handle};

use super::asked::{Asked, answer, said, text_of};
use super::streams::Streams;
use super::{HostError, handle_all, provided, requests};

/// What the APIs act on.
struct Host {
    handle: Handle,
    streams: Arc<Streams>,
}

/// What an API does.
type Api = fn(&Host, &mut Asked) -> Result<(), String>;

const APIS: [(&str, Api); 10] = [
    ("conformance:echo", |_, asked| {
        asked.answer(asked.all());
        Ok(())
    }),
    ("conformance:provide", provide),
    ("conformance:withdraw", |host, asked| {
        host.handle.destroy_api(asked.key(0)?);
        Ok(())
    }),
    ("conformance:emit-to", |host, asked| {
        let args = asked.list(2)?.unwrap_or_default();
        let sent = host.handle.emit_to(asked.key(0)?, asked.key(1)?, args);
        sent.map_err(said)
    }),
    ("conformance:emit-to-persistent", emit_to_persistent),
    ("conformance:open-stream", |host, asked| {
        host.streams.open(&host.handle, asked)
    }),
    ("conformance:stream-write", |host, asked| {
        host.streams.write(asked)
    }),
    ("conformance:stream-end", |host, asked| {
        host.streams.end(asked)
    }),
    ("conformance:stream-destroy", |host, asked| {
        host.streams.destroy(asked)
    }),
    ("conformance:stream-read", |host, asked| {
        host.streams.read(asked)
    }),
];

/// Provides the APIs.
pub(super) fn install(handle: &Handle) -> Result<(), HostError> {
    let streams = Arc::new(Streams::default());
    for (name, api) in APIS {
        let host = Host {
            handle: handle.clone(),
            streams: Arc::clone(&streams),
        };
        let calls = handle.provide_api(name);
        handle_all(calls, name, move |asked| api(&host, asked))?;
    }
    provide_requests(handle)
}

/// `conformance:request`.
fn provide_requests(handle: &Handle) -> Result<(), HostError> {
    let name = "conformance:request";
    let calls = provided(handle.provide_api(name), name)?;
    tokio::spawn(requests::handle(calls, handle.clone()));
    Ok(())
}

/// `conformance:provide`: one more API.
fn provide(host: &Host, asked: &mut Asked) -> Result<(), String> {
    let api = asked.key(0)?;
    let calls = host.handle.provide_api(&api);
    super::provide(calls, &api, "of the server").map_err(said)
}

/// `conformance:emit-to-persistent`: stored in its turn, done when it is stored.
fn emit_to_persistent(host: &Host, asked: &mut Asked) -> Result<(), String> {
    let args = asked.list(2)?.unwrap_or_default();
    let handle = &host.handle;
    let message = handle.emit_persistent(asked.key(0)?, asked.key(1)?, args);
    let responder = asked.later();
    tokio::spawn(async move {
        let args = match message.await {
            Ok(_) => Args::default(),
            Err(error) => text_of(&error.to_string()),
        };
        answer(responder, args);
    });
    Ok(())
}
