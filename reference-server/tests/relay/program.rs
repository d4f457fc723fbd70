//! The program of the golden traces: does through [`Host`] what the recorded
//! servers were told to do.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sio_p2p_protocol::{
    ApiName, Args, Arguments, Binary, ClientId, EventName, StreamId, StreamInfo, TopicName,
};
use sio_p2p_server::relay::{Callee, Host, HostEvent};

/// The id under which the recorded server opens its stream.
const END: &str = "<uuid:1>--server-side";

#[derive(Debug, Default)]
pub(crate) struct Program {
    /// What each provided thing answers, in the words of the trace.
    answers: HashMap<Callee, String>,
    /// The services that have been used.
    services: Vec<ClientId>,
    /// How many acks were asked for.
    asked: u64,
    /// The ack after which the stream is to be ended.
    last: Option<u64>,
}

fn text(value: &Value) -> &str {
    value.as_str().expect("the trace has a text here")
}

fn id(value: &Value) -> ClientId {
    ClientId::new(text(value)).unwrap()
}

fn event(value: &Value) -> EventName {
    EventName::new(text(value)).unwrap()
}

fn list(args: &[Value]) -> Args {
    Args::from_list(args).unwrap()
}

impl Program {
    /// Does what the recorded server did.
    pub(crate) fn act(&mut self, action: &str, args: &[Value], host: &mut Host<'_>) {
        if let Some(action) = action.strip_prefix("asService.") {
            let service = id(&args[0]);
            self.act_as(&service, action, &args[1..], host);
            return self.services.push(service);
        }
        match (action, args) {
            ("provideService", [api, answer]) => {
                let callee = Callee::Api(ApiName::new(text(api)).unwrap());
                self.provide(callee, answer, host);
            }
            ("destroyService", [api]) => {
                let api = ApiName::new(text(api)).unwrap();
                assert!(host.destroy_api(&api).is_some());
            }
            ("destroyAllServices", []) => host.destroy_apis(),
            ("emitTo", [client, name, args @ ..]) => {
                let sent = host.emit(&id(client), &event(name), list(args), None);
                assert_eq!(sent.is_ok(), text(client) != "nobody");
            }
            ("emitTo+ack", [client, name, args @ ..]) => {
                let ack = Some(self.ask());
                host.emit(&id(client), &event(name), list(args), ack)
                    .unwrap();
            }
            ("addStreamAsClient", [client, rest @ .., ids]) => {
                let [source, target] = ["sourceStreamId", "targetStreamId"]
                    .map(|member| StreamId::from(text(&ids[member]).to_owned()));
                let mut info = StreamInfo::new(source, target, id(client));
                // The recorded server names the source before the target.
                if let [channel] = rest {
                    info = info.with_channel(text(channel).try_into().unwrap());
                }
                let ack = self.ask();
                host.open_stream(&END.try_into().unwrap(), info, ack)
                    .unwrap();
            }
            ("stream.write", [_, chunk]) => {
                // Attachments of traces stay in base64.
                let bytes = STANDARD.encode(text(chunk));
                self.send(Binary::from(bytes).into(), host);
            }
            ("stream.end", [_, chunk]) => {
                let ack = self.send(list(std::slice::from_ref(chunk)), host);
                self.last = Some(ack);
            }
            ("stream.destroy", [_]) => host.close_end(&END.try_into().unwrap(), true),
            ("start", _) => {}
            _ if action.starts_with("local: ") => {}
            _ => assert!(action.contains("ersistent"), "unknown: {action} {args:?}"),
        }
    }

    fn act_as(&mut self, service: &ClientId, action: &str, args: &[Value], host: &mut Host<'_>) {
        let topic = || TopicName::new(text(&args[0])).unwrap();
        match (action, args) {
            ("provideService", [name, answer]) => {
                let callee = Callee::Service {
                    service: service.clone(),
                    event: event(name),
                };
                self.provide(callee, answer, host);
            }
            ("destroyService", [name]) => host.withdraw(&Callee::Service {
                service: service.clone(),
                event: event(name),
            }),
            ("emitClient" | "emitClient+ack", [client, name, args @ ..]) => {
                let ack = action.ends_with("+ack").then(|| self.ask());
                host.emit_as(service, &id(client), &event(name), list(args), ack)
                    .unwrap();
            }
            ("createTopic", _) => host.create_topic(service, &topic()),
            ("publishTopic", [_, args @ ..]) => {
                host.publish(service, &topic(), list(args)).unwrap();
            }
            ("destroyTopic", _) => assert!(host.destroy_topic(service, &topic())),
            _ => panic!("unknown: {action} {args:?}"),
        }
    }

    /// Reacts as the recorded server did.
    pub(crate) fn take(&mut self, event: HostEvent, host: &mut Host<'_>) {
        match event {
            HostEvent::Called(call) => {
                let answer = self.answers[&call.callee].clone();
                let Some(id) = call.ack else {
                    return assert_eq!(answer, "no reply");
                };
                let fixed = answer.strip_prefix("acks ").expect(&answer);
                let (fixed, arg) = match fixed.strip_suffix("+arg") {
                    Some(fixed) => (fixed, call.args.parse().unwrap()),
                    None => (fixed, String::new()),
                };
                let fixed: String = serde_json::from_str(fixed).unwrap();
                host.answer(id, list(&[json!(fixed + &arg)]));
            }
            HostEvent::StreamData { ack, .. } => {
                let ack = ack.expect("chunks of the traces are confirmed");
                host.answer(ack, Args::default());
            }
            HostEvent::Answered { id, .. } if self.last == Some(id) => {
                self.send(Arguments::parse("[null]").unwrap().into(), host);
            }
            _ => {}
        }
    }

    /// Gives up everything, as nobody does in a trace.
    pub(crate) fn leave(&mut self, host: &mut Host<'_>) {
        host.destroy_apis();
        for service in self.services.drain(..) {
            host.remove_service(&service);
        }
    }

    fn provide(&mut self, callee: Callee, answer: &Value, host: &mut Host<'_>) {
        host.provide(&callee).unwrap();
        self.answers.insert(callee, text(answer).to_owned());
    }

    /// Sends a chunk on the stream and returns its ack id.
    fn send(&mut self, chunk: Args, host: &mut Host<'_>) -> u64 {
        let ack = self.ask();
        assert!(host.send_chunk(&END.try_into().unwrap(), chunk, ack));
        ack
    }

    fn ask(&mut self) -> u64 {
        self.asked += 1;
        self.asked
    }
}
