//! What comes before its cause is seen, although a step is there that takes it.

use sio_p2p_conformance::verdict::Verdict;

use crate::judge::{LEAVE, verdict};
use crate::proxy::{Fate, Fault, Way};

/// A request of a client to itself, because one frame of the server is all that a fault sees.
const OF_ITSELF: &str = r#"
    { "request": { "from": "a", "to": "a", "event": "sum", "as": "sum" } },
    { "receive": { "at": "a", "from": "a", "event": "sum", "as": "sum" } },
    { "answer": { "request": "sum", "args": [2] } },
    { "acked": { "request": "sum", "args": [2] } }"#;

const IN_ORDER: &str = r#"
    { "request": { "from": "a", "to": "b", "event": "sum", "as": "sum" } },
    { "receive": { "at": "b", "from": "a", "event": "sum", "as": "sum" } },
    { "emit": { "from": "b", "to": "a", "event": "before" } },
    { "answer": { "request": "sum", "args": [2] } },
    { "receive": { "at": "a", "from": "b", "event": "before" } },
    { "acked": { "request": "sum", "args": [2], "next": true } }"#;

/// A fault of what the server sends.
fn inward(mut fate: impl FnMut(&str) -> Fate + Send + 'static) -> Fault {
    Box::new(move |_, way, text| match way {
        Way::In => fate(text),
        Way::Out => Fate::Pass,
    })
}

async fn fails(steps: &str, fault: Fault, message: &str) {
    let (verdict, said) = verdict(steps, fault).await;
    assert_eq!((verdict, said.as_str()), (Verdict::Fail, message));
}

#[tokio::test]
async fn an_ack_that_nobody_has_given_yet() {
    let fault = inward(|text| {
        if text.contains("\"sum\"") {
            Fate::Become(vec!["430[2]".into(), text.into()])
        } else if text == "430[2]" {
            Fate::Drop
        } else {
            Fate::Pass
        }
    });
    let message = "the ack of sum came before anybody had given it";
    fails(OF_ITSELF, fault, message).await;
}

#[tokio::test]
async fn a_notice_of_somebody_who_is_still_there() {
    let fault = inward(|text| {
        if text.contains("\"TARGET_DISCONNECT\"") {
            Fate::Drop
        } else if let Some((_, who)) = text.split_once("[\"ADD_TARGET\",") {
            let notice = format!("42[\"TARGET_DISCONNECT\",{who}");
            Fate::Become(vec![text.into(), notice])
        } else {
            Fate::Pass
        }
    });
    fails(LEAVE, fault, "b was told that a has left before it had").await;
}

#[tokio::test]
async fn an_ack_that_has_overtaken_an_event() {
    let mut held = String::new();
    let fault = inward(move |text| {
        if text.contains("\"before\"") {
            held = text.into();
            Fate::Drop
        } else if text == "430[2]" {
            Fate::Become(vec![text.into(), held.clone()])
        } else {
            Fate::Pass
        }
    });
    let message = "the ack of sum came before what had been sent ahead of it";
    fails(IN_ORDER, fault, message).await;
}
