//! Our packets are the original's packets: recordings of both dialects are played against the
//! client by a scripted server, for what the golden client of the recording did.
//!
//! This is the only truth for dialect `v1`, of which no JavaScript library is published.

mod services;
mod streams;

use serde_json::json;
use sio_p2p_client::{Args, Arguments, Binary, ListenOptions, TargetEvent};

use crate::support::golden::{replay_v1, replay_v2};

#[tokio::test]
async fn messages_from_everybody_to_everybody() {
    for client in ["a", "b", "c"] {
        replay_v1("message_nn", client, async |us| {
            let mut hellos = us.listen("hello").unwrap();
            for target in ["a", "b", "c"] {
                // The recording goes round: each client sends after it heard the ones before.
                if target == "a" {
                    for _ in 0..usize::from(client.as_bytes()[0] - b'a') {
                        hellos.next().await.unwrap();
                    }
                }
                let text = format!("from {client} to {target}");
                us.emit_to(target, "hello", (text, 1)).await.unwrap();
                if target == client {
                    let own = hellos.next().await.unwrap();
                    assert_eq!(own.source(), Some(us.id()));
                }
            }
        })
        .await;
    }
}

#[tokio::test]
async fn questions_and_answers() {
    replay_v1("message_ack", "a", async |us| {
        let five: i32 = us.request_to("b", "sum", (2, 3)).await.unwrap();
        assert_eq!(five, 5);
        let (): () = us.request_to("b", "none", ()).await.unwrap();
        let many: (Option<u8>, String, serde_json::Value, Vec<u8>) =
            us.request_to("b", "many", ()).await.unwrap();
        assert_eq!(many, (None, "two".into(), json!({"three": 3}), vec![4]));
        assert_eq!(us.request_to::<u8>("b", "twice", ()).await, Ok(1));
        let _unanswered = us
            .with_deadline(std::time::Duration::from_millis(1))
            .request_to::<u8>("b", "nobody-listens", 1)
            .await;
    })
    .await;
}

#[tokio::test]
async fn answering_questions() {
    replay_v1("message_ack", "b", async |us| {
        let mut sum = us.listen("sum").unwrap();
        let mut none = us.listen("none").unwrap();
        let mut many = us.listen("many").unwrap();
        let mut twice = us.listen("twice").unwrap();
        let question = sum.next().await.unwrap();
        assert_eq!(question.source().unwrap().as_str(), "a");
        let (a, b): (i32, i32) = question.parse().unwrap();
        question.answer(a + b).await.unwrap();
        none.next().await.unwrap().answer(()).await.unwrap();
        let answer = (None::<u8>, "two", json!({"three": 3}), vec![4]);
        many.next().await.unwrap().answer(answer).await.unwrap();
        twice.next().await.unwrap().answer(1).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn binary_data_of_both_dialects() {
    async fn act(us: sio_p2p_client::Client) {
        let first = Binary::from(vec![0, 1, 2, 0xfe, 0xff]);
        us.emit_to("b", "bin", (first,)).await.unwrap();
        let deep = Deep {
            deep: (
                Binary::from("one"),
                X {
                    x: Binary::from("two"),
                },
            ),
        };
        us.emit_to("b", "bin", (deep, "txt", Binary::default()))
            .await
            .unwrap();
        let (answer, deep): (Binary, Answer) = us
            .request_to("b", "binack", (Binary::from("q"),))
            .await
            .unwrap();
        assert_eq!(answer, Binary::from(vec![9, 8]));
        assert_eq!(deep.deep, [Binary::from("z")]);
        us.emit_to("missing", "bin", (Binary::from(vec![1]),))
            .await
            .unwrap();
    }
    #[derive(serde::Serialize)]
    struct X {
        x: Binary,
    }
    #[derive(serde::Serialize)]
    struct Deep {
        deep: (Binary, X),
    }
    #[derive(serde::Deserialize)]
    struct Answer {
        deep: Vec<Binary>,
    }
    replay_v1("message_binary", "a", act).await;
    replay_v2("message_binary", "a", act).await;
}

#[tokio::test]
async fn every_json_type() {
    async fn act(us: sio_p2p_client::Client) {
        us.emit_to("b", "none", ()).await.unwrap();
        let types = Args::new(
            Arguments::parse(
                r#"[null,true,false,0,-1,1.5,1e+21,"","str",[],{},[1,[2,[3]]],{"a":{"b":{"c":null}}}]"#,
            )
            .unwrap(),
            Vec::new(),
        );
        us.emit_to("b", "types", types).await.unwrap();
        let undefined = (
            None::<u8>,
            json!({}),
            [None::<u8>; 1],
            None::<u8>,
            "1970-01-01T00:00:00.000Z",
        );
        us.emit_to("b", "undef", undefined).await.unwrap();
        us.emit_to("b", "", "empty event name").await.unwrap();
        us.emit_to("b", "message", "m").await.unwrap();
    }
    replay_v1("message_json_types", "a", act).await;
}

#[tokio::test]
async fn targets() {
    replay_v1("add_target_ok", "a", async |us| {
        us.add_target("b").await.unwrap();
    })
    .await;
    replay_v2("add_target_ok", "a", async |us| {
        us.add_target("b").await.unwrap();
    })
    .await;
    replay_v1("add_target_self", "a", async |us| {
        us.add_target("a").await.unwrap();
    })
    .await;
    for who in ["v1", "v2"] {
        let act = async |us: sio_p2p_client::Client| {
            let mut events = us.target_events();
            let added = events.next().await.unwrap();
            assert_eq!(added, TargetEvent::AddedBy("a".try_into().unwrap()));
        };
        match who {
            "v1" => replay_v1("add_target_ok", "b", act).await,
            _ => replay_v2("add_target_ok", "b", act).await,
        }
    }
}

#[tokio::test]
async fn refused_targets() {
    let act = async |us: sio_p2p_client::Client| {
        let error = us.add_target("nobody").await.unwrap_err().to_string();
        assert!(
            error.starts_with("refused: ") && error.contains("nobody"),
            "{error}"
        );
    };
    replay_v1("add_target_missing", "a", act).await;
    replay_v2("add_target_missing", "a", act).await;
}

#[tokio::test]
async fn rooms() {
    replay_v1("rooms", "a", async |us| {
        let mut outsider = us.listen_with("outsider", ListenOptions::plain()).unwrap();
        us.join_room("R").await.unwrap();
        us.emit_room("R", "news", (1, json!({"k": "v"})))
            .await
            .unwrap();
        let two: i32 = outsider.next().await.unwrap().parse().unwrap();
        assert_eq!(two, 2);
        us.emit_room("Q", "outsider", 3).await.unwrap();
        us.emit_room("nosuchroom", "void", 4).await.unwrap();
        us.emit_room("R", "bin", (Binary::from("hi"),))
            .await
            .unwrap();
        us.emit_room("R", "news", 5).await.unwrap();
        us.emit_room("R", "news", 6).await.unwrap();
        us.emit_room("R", "news", 7).await.unwrap();
    })
    .await;
    replay_v1("rooms", "c", async |us| {
        let mut outsider = us.listen_with("outsider", ListenOptions::plain()).unwrap();
        us.join_room("Q").await.unwrap();
        us.join_room("Q").await.unwrap();
        outsider.next().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn lists_of_clients() {
    replay_v1("list_clients", "a", async |us| {
        let names = |list: Vec<sio_p2p_client::ClientId>| {
            list.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(
            names(us.list_clients().await.unwrap()),
            ["9", "10", "a", "b"]
        );
        assert_eq!(names(us.list_clients().await.unwrap()), ["9", "10", "a"]);
    })
    .await;
}
