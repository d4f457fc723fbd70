//! The two services of the conformance host, dialect `v1`.

use sio_p2p_protocol::{ClientId, EventName, TopicName};
use sio_p2p_server::{Handle, Service};

use super::asked::{Asked, before};
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
        service.destroy(asked.name::<EventName>(0)?);
        Ok(())
    }),
    ("tell", |service, asked| {
        let (client, event): (ClientId, EventName) = (asked.name(0)?, asked.name(1)?);
        let sent = service.emit_to(client, event, asked.rest(2)?);
        sent.map_err(|error| error.to_string())
    }),
    ("create-topic", |service, asked| {
        let created = service.create_topic(asked.name::<TopicName>(0)?);
        created.map_err(|error| error.to_string())
    }),
    ("publish", |service, asked| {
        let published = service.publish(asked.name::<TopicName>(0)?, asked.rest(1)?);
        published.map(drop).map_err(|error| error.to_string())
    }),
    ("destroy-topic", |service, asked| {
        service.destroy_topic(asked.name::<TopicName>(0)?);
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
        handle_all(service.provide("echo"), "echo", |asked| {
            asked.answer(before("second", asked.all()));
            Ok(())
        })?;
    }
    Ok(())
}

/// `provide`: one more API of the service.
fn provide(service: &Service, asked: &mut Asked) -> Result<(), String> {
    let event: EventName = asked.name(0)?;
    let provided = handle_all(service.provide(&event), event.as_str(), |asked| {
        asked.answer(before("of the server", asked.all()));
        Ok(())
    });
    provided.map_err(|error| error.to_string())
}
