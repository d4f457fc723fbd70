//! Types, schemas and published instances agree: what is sent, what is taken beside it, and
//! what is refused. `reference-server/tests/wire/instances.rs` holds the server to the same.

#![expect(clippy::unwrap_used, reason = "a test helper may panic")]

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::Validator;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use sio_p2p_protocol::schema::{
    self, Instances, SchemaFile, carries_ack, example_name, file_name, instances,
};
use sio_p2p_protocol::{
    AddTargetAck, CheckApiNameAck, ClientEvent, ConnectedStatusAck, CreateStreamAck, DecodeError,
    Direction, EmptyAck, EventSpec, ForwardedAck, JoinRoomV1Ack, ListClientsAck, NullAck, PongAck,
    ServerEvent, StreamDataAck, SubscribeTopicAck, TopicName, catalogue,
};

fn compile(file: &SchemaFile) -> Validator {
    jsonschema::options().build(&file.schema).unwrap()
}

/// The validators of one folder, by file name.
fn validators(files: &[SchemaFile], folder: &str) -> BTreeMap<String, Validator> {
    let files = files.iter().filter_map(|file| {
        let name = file.name.strip_prefix(folder)?;
        (!name.contains('/')).then(|| (name.to_owned(), compile(file)))
    });
    files.collect()
}

/// An argument list as it is written after it was read, or why it cannot be read.
fn event_again(spec: &EventSpec, data: &Value, ack: bool) -> Result<Value, String> {
    let mut packet = vec![Value::from(example_name(spec))];
    packet.extend(data.as_array().ok_or("no list")?.clone());
    let text = Value::from(packet).to_string();
    let told = |error: DecodeError| error.to_string();
    let (key, again, wants_ack) = match spec.direction {
        Direction::ClientToServer => {
            let event = ClientEvent::decode(&text, ack).map_err(told)?;
            (event.spec().key, event.arguments(), event.wants_ack())
        }
        Direction::ServerToClient => {
            let dialect = spec.dialects[0];
            let event = ServerEvent::decode(&text, ack, dialect).map_err(told)?;
            (event.spec().key, event.arguments(), event.wants_ack())
        }
    };
    if key != spec.key {
        return Err(format!("it is {key}"));
    }
    assert!(spec.ack.content.is_none() || wants_ack == ack, "{text}");
    Ok(serde_json::from_str(again.as_json()).unwrap())
}

macro_rules! ack_again {
    ($name:expr, $data:expr; $($type:ident)+) => {
        match $name {
            $(stringify!($type) => {
                let ack = $type::decode(&$data.to_string()).map_err(|error| error.to_string());
                Some(ack.map(|ack| serde_json::from_str(&ack.encode()).unwrap()))
            })+
            _ => None,
        }
    };
}

/// A value inside of an event that holds it: the event's type, its arguments, and where the
/// value is in them.
fn carried(name: &str, value: &Value) -> (&'static str, Value, &'static str) {
    let stream = || {
        let ids = json!({ "sourceStreamId": "SA", "targetStreamId": "SB", "targetClientId": "b" });
        let mut stream = ids;
        stream["channel"] = value.clone();
        stream
    };
    match name {
        "ClientId" => ("AddTarget", json!([value]), "/0"),
        "EventName" => ("EmitRoom", json!(["lobby", value]), "/1"),
        "RoomName" => ("EmitRoom", json!([value, "news"]), "/0"),
        "StreamId" => ("PeerStreamDestroyedV2", json!([value]), "/0"),
        "ApiName" => ("CreateApi", json!([value]), "/0"),
        "TopicName" => ("SubscribeTopic", json!(["a", "a", value]), "/2"),
        "Channel" => ("CreateStream", json!([stream()]), "/0/channel"),
        "Payload" => ("StreamDataV2", json!([value]), "/0"),
        "Arguments" => ("P2pEmitV2", json!(["bob", "hello", value]), "/2"),
        "Rooms" => ("JoinRoomV2", json!([value]), "/0"),
        "MessageObject" => ("P2pEmitV1", json!([value]), "/0"),
        "StreamInfo" => ("CreateStream", json!([value]), "/0"),
        "Greeting" => ("PongAck", json!([value]), "/0"),
        other => unreachable!("nothing is known of {other}"),
    }
}

/// What the types make of an instance: the same as a conforming sender writes it, or why not.
fn again(name: &str, data: &Value, ack: Option<bool>) -> Result<Value, String> {
    if let Some(spec) = catalogue().iter().find(|spec| spec.type_name == name) {
        let ack = ack.unwrap_or_else(|| carries_ack(spec, data));
        return event_again(spec, data, ack);
    }
    let ack = ack_again! { name, data;
        AddTargetAck CheckApiNameAck ConnectedStatusAck CreateStreamAck EmptyAck ForwardedAck
        JoinRoomV1Ack ListClientsAck NullAck PongAck StreamDataAck SubscribeTopicAck
    };
    if let Some(ack) = ack {
        return ack;
    }
    // As an argument it may stand for none; as a name it may not.
    if name == "TopicName"
        && data
            .as_str()
            .is_some_and(|text| TopicName::new(text).is_err())
    {
        return Err("empty".to_owned());
    }
    if name == "TopicName" && data.is_null() {
        return Err("null".to_owned());
    }
    let (carrier, args, place) = carried(name, data);
    let args = again(carrier, &args, None)?;
    let value = args.pointer(place).cloned().unwrap_or_default();
    // A channel stays in its object as it came.
    Ok(match (name, value) {
        ("Channel", Value::Number(number)) => number.to_string().into(),
        ("Channel", value) if value == "" || value.is_null() => return Err("none".to_owned()),
        (_, value) => value,
    })
}

#[test]
fn types_and_schemas_take_what_is_published_and_refuse_the_rest() {
    let files = schema::all_files();
    let send = validators(&files, "");
    let accept = validators(&files, "accept/");
    let old_send = validators(&files, "draft-07/");
    let old_accept = validators(&files, "draft-07/accept/");
    let published = instances();
    let tested: BTreeSet<String> = published.iter().map(|(name, _)| file_name(name)).collect();
    let of_types = |names: &BTreeMap<String, Validator>| -> BTreeSet<String> {
        let others = ["bundle.json", "catalogue.json", "vocabulary.json"];
        let names = names.keys().filter(|name| !others.contains(&name.as_str()));
        names.cloned().collect()
    };
    for validators in [&send, &accept, &old_send, &old_accept] {
        assert_eq!(of_types(validators), tested, "each type has its instances");
    }
    let mut faults = Vec::new();
    for (name, set) in &published {
        let file = file_name(name);
        let mut check = |what: &str, data: &Value, is: bool, wanted: bool| {
            if is != wanted {
                faults.push(format!("{name} {data}: {what} is {is}"));
            }
        };
        for data in &set.send {
            check("send", data, send[&file].is_valid(data), true);
            check("accept", data, accept[&file].is_valid(data), true);
            let same = again(name, data, None).is_ok_and(|again| again == *data);
            check("read and written the same", data, same, true);
        }
        for one in &set.accept {
            let data = &one.data;
            check("accept", data, accept[&file].is_valid(data), true);
            check(
                "accept of its meaning",
                data,
                accept[&file].is_valid(&one.meaning),
                true,
            );
            // The same bytes may mean something else with an ack id and without.
            let spelled = *data != one.meaning || !send[&file].is_valid(data);
            check("no sender's", data, spelled, true);
            let read = again(name, data, one.ack);
            check(
                "read as told",
                data,
                read.as_ref() == Ok(&one.meaning),
                true,
            );
        }
        for data in &set.refuse {
            check("send", data, send[&file].is_valid(data), false);
            check("accept", data, accept[&file].is_valid(data), false);
            check("read", data, again(name, data, None).is_ok(), false);
        }
        let lenient = set.accept.iter().map(|one| &one.data);
        let all = set.send.iter().chain(lenient).chain(&set.refuse);
        for data in all {
            let (now, then) = (send[&file].is_valid(data), old_send[&file].is_valid(data));
            check("send in draft-07", data, then, now);
            let (now, then) = (
                accept[&file].is_valid(data),
                old_accept[&file].is_valid(data),
            );
            check("accept in draft-07", data, then, now);
        }
        let open = ["Payload", "ForwardedAck"].contains(&name.as_str());
        if set.send.is_empty() || !(open || set.refuse.len() >= 2) {
            faults.push(format!("{name} has too few instances"));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Values that look like those of instances, and are often not what a place asks for.
fn value() -> impl Strategy<Value = Value> {
    let texts = [
        "",
        "bob",
        "CLIENT_SUBSCRIBE_TOPIC",
        "CLIENT_UNSUBSCRIBE_TOPIC",
        "SERVICE_DESTROY_TOPIC",
        "pong from client ",
        "pong from client a",
    ];
    let leaf = prop_oneof![
        3 => prop::sample::select(texts.to_vec()).prop_map(Value::from),
        2 => prop::sample::select(vec![0, 5, -1, (1_i64 << 53) - 1, 1 << 53]).prop_map(Value::from),
        2 => prop::sample::select(vec![json!(null), json!(true), json!(false), json!(1.5)]),
    ];
    leaf.prop_recursive(2, 12, 4, |inner| {
        let keys = [
            "sourceStreamId",
            "targetStreamId",
            "targetClientId",
            "channel",
            "event",
            "args",
        ];
        let member = (prop::sample::select(keys.to_vec()), inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            prop::collection::vec(member, 0..7).prop_map(|members| {
                let members = members.into_iter();
                Value::Object(
                    members
                        .map(|(key, value)| (key.to_owned(), value))
                        .collect(),
                )
            }),
        ]
    })
}

/// One instance of the type with something in it replaced, added or taken away.
fn changed(set: &Instances) -> impl Strategy<Value = Value> + use<> {
    let seeds: Vec<Value> = set.send.iter().chain(&set.refuse).cloned().collect();
    (prop::sample::select(seeds), 0..6_usize, 0..4_u8, value()).prop_map(
        |(mut data, index, how, value)| {
            if let Some(list) = data.as_array_mut() {
                match how {
                    0 => list.push(value),
                    1 => list.truncate(index),
                    2 if index < list.len() => list[index] = value,
                    _ => {
                        let object = list.first_mut().and_then(Value::as_object_mut);
                        let key = object
                            .as_ref()
                            .and_then(|object| object.keys().nth(index).cloned());
                        if let (Some(object), Some(key)) = (object, key) {
                            object.insert(key, value);
                        }
                    }
                }
            }
            data
        },
    )
}

#[test]
fn whatever_is_taken_by_a_type_is_taken_by_its_schema_and_nothing_else() {
    let accept = validators(&schema::accept_files(), "accept/");
    let send = validators(&schema::files(), "");
    for (name, set) in instances() {
        // Of values by themselves the types know less than of those in their places.
        let is_list =
            catalogue().iter().any(|spec| spec.type_name == name) || name.ends_with("Ack");
        if !is_list {
            continue;
        }
        let file = file_name(&name);
        let law = |data: Value| {
            let read = again(&name, &data, None);
            prop_assert_eq!(
                read.is_ok(),
                accept[&file].is_valid(&data),
                "{} {}: {:?}",
                name,
                data,
                read
            );
            if send[&file].is_valid(&data) {
                prop_assert!(read.is_ok(), "{} {}: {:?}", name, data, read);
            }
            Ok(())
        };
        let config = Config {
            cases: 128,
            ..Config::default()
        };
        TestRunner::new(config).run(&changed(&set), law).unwrap();
    }
}
