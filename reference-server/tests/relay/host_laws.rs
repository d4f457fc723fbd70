//! The host under random commands: whatever it and its clients do, in whatever order,
//! each call has one outcome, and nothing is left of anybody.

use proptest::prelude::*;
use sio_p2p_protocol::{Args, ClientId, StreamId, StreamInfo, TopicName};
use sio_p2p_server::relay::{Callee, ConnectionId, Gauges, HostEvent};

use crate::driver::Driver;
use crate::host::{api, client, service};

/// One thing that somebody does. Numbers choose among what there is.
#[derive(Debug, Clone)]
enum Step {
    Join(usize),
    Leave(usize),
    Call {
        who: usize,
        api: bool,
        ack: bool,
    },
    Subscribe(usize),
    Provide(bool),
    Withdraw(bool),
    Publish,
    Settle {
        which: usize,
        how: u8,
    },
    Open(usize),
    Accept {
        which: usize,
        refuse: bool,
    },
    Chunk {
        which: usize,
        ack: bool,
        forged: bool,
    },
    Send(usize),
    Close {
        which: usize,
        by_peer: bool,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let n = 0..6_usize;
    let yes = any::<bool>();
    prop_oneof![
        3 => n.clone().prop_map(Step::Join),
        1 => n.clone().prop_map(Step::Leave),
        4 => (n.clone(), yes, yes).prop_map(|(who, api, ack)| Step::Call { who, api, ack }),
        1 => n.clone().prop_map(Step::Subscribe),
        2 => yes.prop_map(Step::Provide),
        1 => yes.prop_map(Step::Withdraw),
        1 => Just(Step::Publish),
        4 => (n.clone(), 0..3_u8).prop_map(|(which, how)| Step::Settle { which, how }),
        2 => n.clone().prop_map(Step::Open),
        2 => (n.clone(), yes).prop_map(|(which, refuse)| Step::Accept { which, refuse }),
        4 => (n.clone(), yes, yes)
            .prop_map(|(which, ack, forged)| Step::Chunk { which, ack, forged }),
        2 => n.clone().prop_map(Step::Send),
        1 => (n, yes).prop_map(|(which, by_peer)| Step::Close { which, by_peer }),
    ]
}

const NAMES: [&str; 3] = ["a", "b", "svc"];

/// The host and its clients: who is there, and what the host has been asked for.
#[derive(Default)]
struct Harness {
    relay: Driver,
    here: Vec<(ConnectionId, &'static str)>,
    /// The acks that the host owes, with the request that each is for.
    owed: Vec<(u64, String)>,
    /// Every request that asked for an ack, and how often it had an outcome.
    asked: Vec<(ConnectionId, u64, usize)>,
    /// The host's ends, and whether they are closed.
    ends: Vec<(ClientId, ConnectionId)>,
    /// Relay acks that a client has been asked for.
    asks: Vec<(ConnectionId, u64)>,
    ids: u64,
}

impl Harness {
    fn next_id(&mut self) -> u64 {
        self.ids += 1;
        self.ids
    }

    fn pick<T: Clone>(list: &[T], which: usize) -> Option<T> {
        list.get(which % list.len().max(1)).cloned()
    }

    /// Looks at what was sent: acks are outcomes, errors are outcomes of the latest.
    fn observe(&mut self, sent: Vec<String>) {
        for packet in sent {
            let (to, packet) = packet.split_once(' ').unwrap();
            let to = ConnectionId(to.parse().unwrap());
            let digits = |text: &str| -> Option<u64> {
                text.split(['[', '-']).next().and_then(|id| id.parse().ok())
            };
            if let Some(ack) = packet.strip_prefix("43") {
                let id = digits(ack).unwrap();
                let asked = self
                    .asked
                    .iter_mut()
                    .find(|entry| (entry.0, entry.1) == (to, id));
                asked.expect("somebody has asked for it").2 += 1;
            } else if let Some(array) = packet.find("[\"") {
                let id = packet[..array].rsplit(['-', ')']).next().unwrap();
                let id = id.strip_prefix("42").unwrap_or(id);
                self.asks.extend(id.parse().ok().map(|id| (to, id)));
            }
        }
        for event in self.relay.told() {
            match event {
                HostEvent::Called(call) => {
                    let what = format!("{:?}", call.callee);
                    self.owed.extend(call.ack.map(|id| (id, what)));
                }
                HostEvent::StreamData { end, ack, args } => {
                    assert!(!args.arguments().as_json().contains("forged"), "{end}");
                    assert!(self.ends.iter().any(|(id, _)| *id == end));
                    self.owed.extend(ack.map(|id| (id, "chunk".to_owned())));
                }
                HostEvent::StreamDestroyed { end } | HostEvent::StreamLost { end } => {
                    let before = self.ends.len();
                    self.ends.retain(|(id, _)| *id != end);
                    assert_eq!(self.ends.len(), before - 1, "told once");
                }
                _ => {}
            }
        }
    }

    fn ask(&mut self, who: ConnectionId, json: &str, ack: bool) {
        let id = ack.then(|| self.next_id());
        self.asked.extend(id.map(|id| (who, id, 0)));
        let sent = self.relay.request(who, json, &[], id);
        self.observe(sent);
    }

    fn host<T>(&mut self, act: impl FnOnce(&mut sio_p2p_server::relay::Host<'_>) -> T) -> T {
        let (done, sent) = self.relay.host(act);
        self.observe(sent);
        done
    }

    fn act(&mut self, step: Step) {
        match step {
            Step::Join(which) => {
                let name = NAMES[which % NAMES.len()];
                if self.here.iter().all(|(_, here)| *here != name) {
                    let connection = self.relay.join(name);
                    self.here.push((connection, name));
                }
            }
            Step::Leave(which) => {
                if let Some((who, _)) = Self::pick(&self.here, which) {
                    self.here.retain(|(here, _)| *here != who);
                    let sent = self.relay.gone(who);
                    self.observe(sent);
                    self.asks.retain(|(to, _)| *to != who);
                }
            }
            Step::Call { who, api, ack } => {
                let Some((who, _)) = Self::pick(&self.here, who) else {
                    return;
                };
                let json = if api {
                    r#"["USE_API","x",1]"#
                } else {
                    r#"["P2P_EMIT_ACKNOWLEDGE",{"targetClientId":"svc","event":"echo","args":["a"]}]"#
                };
                self.ask(who, json, ack);
            }
            Step::Subscribe(who) => {
                if let Some((who, name)) = Self::pick(&self.here, who) {
                    let json = format!(
                        r#"["P2P_EMIT",{{"targetClientId":"svc","event":"SUBSCRIBE_TOPIC","args":["{name}","{name}","t"]}}]"#
                    );
                    self.ask(who, &json, false);
                }
            }
            Step::Provide(is_api) => {
                let topic = TopicName::new("t").unwrap();
                self.host(|host| {
                    host.create_topic(&client("svc"), &topic);
                    // A second time is an error and changes nothing.
                    host.provide(&callee(is_api)).ok();
                });
            }
            Step::Withdraw(is_api) => self.host(|host| host.withdraw(&callee(is_api))),
            Step::Publish => {
                let topic = TopicName::new("t").unwrap();
                self.host(|host| host.publish(&client("svc"), &topic, Args::default()).ok());
            }
            Step::Settle { which, how } => {
                if self.owed.is_empty() {
                    return;
                }
                let (id, what) = self.owed.remove(which % self.owed.len());
                self.host(|host| match how {
                    _ if what == "chunk" => host.forget(id),
                    0 => host.refuse(id),
                    _ => host.answer(id, Args::default()),
                });
            }
            Step::Open(which) => {
                let Some((peer, name)) = Self::pick(&self.here, which) else {
                    return;
                };
                let number = self.next_id();
                let end = client(&format!("{number}--server-side"));
                let [ours, theirs] =
                    ["o", "t"].map(|side| StreamId::from(format!("{side}{number}")));
                let info = StreamInfo::new(ours, theirs, client(name));
                self.ends.push((end.clone(), peer));
                self.host(|host| host.open_stream(&end, info, number))
                    .unwrap();
            }
            Step::Accept { which, refuse } => {
                if self.asks.is_empty() {
                    return;
                }
                let (who, id) = self.asks.remove(which % self.asks.len());
                let sent = self
                    .relay
                    .ack(who, id, if refuse { r#"["no"]"# } else { "[]" });
                self.observe(sent);
            }
            Step::Chunk { which, ack, forged } => {
                let Some((end, peer)) = Self::pick(&self.ends, which) else {
                    return;
                };
                let other = self.here.iter().find(|(who, _)| *who != peer);
                let (from, data) = match other {
                    Some((other, _)) if forged => (*other, "forged"),
                    _ => (peer, "genuine"),
                };
                let number = end.as_str().split('-').next().unwrap();
                let json = format!(
                    r#"["P2P_EMIT","{end}","P2P_EMIT_STREAM-from-stream-t{number}",["{data}"]]"#
                );
                self.ask(from, &json, ack);
            }
            Step::Send(which) => {
                if let Some((end, _)) = Self::pick(&self.ends, which) {
                    let id = self.next_id();
                    let sent = self.host(|host| host.send_chunk(&end, Args::default(), id));
                    assert!(sent, "an end that nobody has closed is open");
                }
            }
            Step::Close { which, by_peer } => {
                let Some((end, peer)) = Self::pick(&self.ends, which) else {
                    return;
                };
                if by_peer {
                    let number = end.as_str().split('-').next().unwrap().to_owned();
                    let json = format!(
                        r#"["P2P_EMIT","{end}","PEER_STREAM_DESTROYED",["t{number}"],null]"#
                    );
                    self.ask(peer, &json, false);
                } else {
                    self.ends.retain(|(id, _)| *id != end);
                    self.host(|host| host.close_end(&end, true));
                }
                assert!(!self.host(|host| host.send_chunk(&end, Args::default(), 0)));
            }
        }
    }
}

fn callee(is_api: bool) -> Callee {
    if is_api {
        api("x")
    } else {
        service("svc", "echo")
    }
}

proptest! {
    #[test]
    fn nothing_is_left_of_what_the_host_and_its_clients_did(
        steps in proptest::collection::vec(step(), 1..120),
    ) {
        let mut harness = Harness::default();
        for step in steps {
            harness.act(step);
            let mut seen = harness.asked.iter();
            prop_assert!(seen.all(|(_, _, outcomes)| *outcomes <= 1), "one answer each");
        }
        // The host gives up what is its own; the rest goes with the clients.
        for (end, _) in std::mem::take(&mut harness.ends) {
            harness.host(|host| host.close_end(&end, false));
        }
        harness.host(|host| {
            host.destroy_apis();
            host.remove_service(&client("svc"));
        });
        harness.relay.all_gone();
        prop_assert_eq!(harness.relay.relay.gauges(), Gauges::default());
        let told = harness.relay.told();
        let lost = |event: &HostEvent| matches!(event, HostEvent::StreamLost { .. });
        prop_assert!(!told.iter().any(lost));
    }
}
