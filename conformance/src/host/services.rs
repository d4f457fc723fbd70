//! The two services of the conformance host, dialect `v1`.

use sio_p2p_server::{Handle, Service};

use super::asked::{Asked, said};
use super::{HostError, handle_all};

/// What an API of a service does.
type Api = fn(&Service, &mut Asked) -> Result<(), String>;

/// The APIs of the service `conformance`.
const APIS: [(&str, Api); 7] = [
    ("echo", |_, asked| {
        asked.answer(asked.all());
        Ok(())
    }),
    ("provide", provide),
    ("withdraw", |service, asked| {
        service.destroy(asked.key(0)?);
        Ok(())
    }),
    ("tell", |service, asked| {
        let sent = service.emit_to(asked.key(0)?, asked.key(1)?, asked.rest(2)?);
        sent.map_err(said)
    }),
    ("create-topic", |service, asked| {
        service.create_topic(asked.key(0)?).map_err(said)
    }),
    ("publish", |service, asked| {
        let published = service.publish(asked.key(0)?, asked.rest(1)?);
        published.map(drop).map_err(said)
    }),
    ("destroy-topic", |service, asked| {
        service.destroy_topic(asked.key(0)?);
        Ok(())
    }),
];

/// Provides both services.
pub(super) fn install(handle: &Handle) -> Result<(), HostError> {
    if let Ok(service) = handle.service("conformance") {
        for (name, api) in APIS {
            let of = service.clone();
            handle_all(service.provide(name), name, move |asked| api(&of, asked))?;
        }
    }
    if let Ok(service) = handle.service("conformance-second") {
        super::provide(service.provide("echo"), "echo", "second")?;
    }
    Ok(())
}

/// `provide`: one more API of the service.
fn provide(service: &Service, asked: &mut Asked) -> Result<(), String> {
    let event = asked.key(0)?;
    super::provide(service.provide(&event), &event, "of the server").map_err(said)
}
