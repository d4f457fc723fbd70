//! Each fault does what its sentence says.

use super::*;

fn flow(way: Way, spec: &str) -> Flow {
    let meddler = Meddler {
        spec: Some(spec.parse().unwrap()),
        spare: Some("\"fence-".to_owned()),
        ..Meddler::default()
    };
    Flow::new(way, EioVersion::V4, meddler, Talk::new())
}

/// What passes of these texts, in order.
fn passes(way: Way, spec: &str, texts: &[&str]) -> Vec<String> {
    let mut flow = flow(way, spec);
    let fates = texts
        .iter()
        .flat_map(|text| flow.take(Frame::text(*text)).passes);
    let shown = fates.map(|frame| match frame {
        Frame::Text(text) => text,
        other => format!("{other:?}"),
    });
    shown.collect()
}

const EVENT: &str = r#"42["e",1]"#;
const NEXT: &str = r#"42["f","x"]"#;
const ACK: &str = "430[true]";
const FENCE: &str = r#"42["fence-7",1]"#;

#[test]
fn packets_of_the_server_are_lost_repeated_altered_and_swapped() {
    let all = ["2", EVENT, ACK, FENCE];
    for (spec, expected) in [
        ("proxy-lose", vec!["2", FENCE]),
        ("proxy-lose:ack", vec!["2", EVENT, FENCE]),
        ("proxy-repeat:e", vec!["2", EVENT, EVENT, ACK, FENCE]),
        (
            "proxy-alter",
            vec!["2", r#"42["e",2.0]"#, "430[false]", FENCE],
        ),
        ("proxy-swap:e", vec!["2", ACK, EVENT, FENCE]),
        ("proxy-ignore", vec!["2", EVENT, ACK, FENCE]),
    ] {
        assert_eq!(passes(Way::In, spec, &all), expected, "{spec}");
    }
    let swapped = passes(Way::In, "proxy-swap", &[EVENT, NEXT, FENCE]);
    assert_eq!(swapped, [NEXT, EVENT, FENCE]);
    // The last of all comes after the fence that should have followed it.
    assert_eq!(
        passes(Way::In, "proxy-swap", &[EVENT, FENCE]),
        [FENCE, EVENT]
    );
}

#[test]
fn packets_of_clients_are_ignored_done_twice_and_misread() {
    let all = ["40", EVENT, NEXT, "41"];
    for (spec, expected) in [
        ("proxy-ignore:event", vec!["40", "41"]),
        ("proxy-redo:f", vec!["40", EVENT, NEXT, NEXT, "41"]),
        (
            "proxy-misread:f",
            vec!["40", EVENT, r#"42["f","x~"]"#, "41"],
        ),
        ("proxy-hide-leaving", vec!["40", EVENT, NEXT]),
        ("proxy-ignore:connect", vec![EVENT, NEXT, "41"]),
    ] {
        assert_eq!(passes(Way::Out, spec, &all), expected, "{spec}");
    }
}

#[test]
fn an_ack_is_invented_a_copy_is_made_and_a_connection_is_cut() {
    let mut inventing = flow(Way::Out, "proxy-invent-ack:e");
    let fate = inventing.take(Frame::text(r#"425["e"]"#));
    assert_eq!(fate.answers, [Frame::text("435[]")]);
    assert_eq!(fate.passes, [Frame::text(r#"425["e"]"#)]);
    assert_eq!(inventing.take(Frame::text(EVENT)).answers, []);

    let fate = flow(Way::In, "proxy-copy").take(Frame::text(EVENT));
    assert_eq!((fate.copies.len(), fate.passes.len()), (1, 1));

    let fate = flow(Way::In, "proxy-cut:e").take(Frame::text(EVENT));
    assert!(fate.cut && fate.passes.is_empty(), "{fate:?}");
}

#[test]
fn a_packet_is_hit_with_its_attachments() {
    let head = Frame::text(r#"451-["e",{"_placeholder":true,"num":0}]"#);
    let mut losing = flow(Way::In, "proxy-lose:e");
    assert_eq!(losing.take(head.clone()), Fate::default());
    assert_eq!(losing.take(Frame::binary(&b"a"[..])), Fate::default());
    let mut altering = flow(Way::In, "proxy-alter:e");
    altering.take(head.clone());
    let fate = altering.take(Frame::binary(&b"a"[..]));
    assert_eq!(fate.passes, [head, Frame::binary(&b"a\xff"[..])]);
}

#[test]
fn what_cannot_be_read_passes() {
    let hostile = ["4", "4x", "42", "42[", "45-1-[]"];
    assert_eq!(passes(Way::Out, "proxy-ignore:event", &hostile), hostile);
}

/// A message with an argument of this many characters.
fn large(event: &str, size: usize) -> String {
    format!(r#"42["{event}","{}"]"#, "x".repeat(size))
}

#[tokio::test]
async fn what_is_large_fares_otherwise() {
    let (small, large) = (EVENT.to_owned(), large("e", 120_000));
    for (way, spec, expected) in [
        (Way::In, "proxy-lose-large", vec![small.as_str()]),
        (Way::In, "proxy-lose-large:f", vec![&large, &small]),
        (Way::In, "proxy-pass-large", vec![&small, &large]),
        (Way::Out, "proxy-ignore-large:e", vec![&small]),
        (Way::Out, "proxy-ack-large", vec![&large, &small]),
    ] {
        assert_eq!(passes(way, spec, &[&large, &small]), expected, "{spec}");
    }
    let fate = flow(Way::In, "proxy-cut-large").take(Frame::text(large));
    assert!(fate.cut);
    let wide = format!(r#"42["e","{}"]"#, "€".repeat(6_000));
    for spec in ["proxy-cut-text", "proxy-split-character"] {
        assert_ne!(passes(Way::In, spec, &[&wide]), [wide.as_str()], "{spec}");
        assert_eq!(passes(Way::In, spec, &[EVENT]), [EVENT], "{spec}");
    }
    let fate = flow(Way::Out, "proxy-ack-large")
        .take(Frame::text(format!(r#"425["e","{}"]"#, "x".repeat(17_000))));
    assert_eq!(fate.answers, [Frame::text("435[]")]);
}

#[tokio::test]
async fn what_was_before_comes_again() {
    let errors = [r#"42["SERVER_ERROR","one"]"#, r#"42["SERVER_ERROR","two"]"#];
    let stale = passes(Way::In, "proxy-stale-failure", &errors);
    assert_eq!(stale, [errors[0], errors[0]]);
    let acks = ["430[1]", "431[2]"];
    for (spec, expected) in [
        ("proxy-stale-ack", ["430[1]", "431[1]"]),
        ("proxy-trade-acks", ["430[2]", "431[1]"]),
    ] {
        assert_eq!(passes(Way::In, spec, &acks), expected, "{spec}");
    }
    assert_eq!(
        passes(Way::In, "proxy-narrow-acks", &["4365541[1]"]),
        ["435[1]"]
    );
    let mut asking: Vec<_> = (0..258)
        .map(|n| format!(r#"42{}["e"]"#, n + 5000))
        .collect();
    let texts: Vec<_> = asking.iter().map(String::as_str).collect();
    let restarted = passes(Way::In, "proxy-restart-acks", &texts);
    asking.clear();
    assert_eq!(
        restarted[255..],
        [r#"42255["e"]"#, r#"420["e"]"#, r#"421["e"]"#]
    );
}

#[tokio::test]
async fn an_end_and_an_ack_arrive_too_early() {
    let chunk = r#"427["P2P_EMIT_STREAM-from-stream-S",1]"#;
    let end = r#"428["P2P_EMIT_STREAM-from-stream-S",null]"#;
    for (spec, texts, expected) in [
        ("proxy-hasten:end", vec![chunk, end], vec![end, chunk]),
        ("proxy-hasten:ack", vec![EVENT, ACK], vec![ACK, EVENT]),
        ("proxy-hasten:ack", vec![EVENT, FENCE], vec![EVENT, FENCE]),
        ("proxy-lose-before-end", vec![chunk, end], vec![end]),
        (
            "proxy-lose-before-end",
            vec![chunk, EVENT],
            vec![chunk, EVENT],
        ),
        ("proxy-lose:end", vec![chunk, end], vec![chunk]),
    ] {
        assert_eq!(passes(Way::In, spec, &texts), expected, "{spec}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_acked_early_is_done_later() {
    let mut flow = flow(Way::Out, "proxy-ack-early");
    let fate = flow.take(Frame::text(r#"425["LEAVE_ROOM","r"]"#));
    assert_eq!(fate.answers, [Frame::text("435[null]")]);
    assert_eq!((fate.passes, flow.due().is_some()), (vec![], true));
    assert_eq!(flow.release(), [Frame::text(r#"425["LEAVE_ROOM","r"]"#)]);
    assert_eq!(flow.due(), None);
}

/// Both directions of a connection: what the client sends, then what the server does.
fn after(spec: &str, asked: &str, answered: &str) -> Vec<Frame> {
    let meddler = Meddler {
        spec: Some(spec.parse().unwrap()),
        ..Meddler::default()
    };
    let talk = Talk::new();
    let flow = |way| Flow::new(way, EioVersion::V4, meddler.clone(), talk.clone());
    flow(Way::Out).take(Frame::text(asked));
    flow(Way::In).take(Frame::text(answered)).passes
}

#[tokio::test]
async fn a_listing_is_known_by_its_question() {
    let (asked, answered) = (r#"423["LIST_CLIENTS"]"#, r#"433[["a","b"]]"#);
    for (spec, expected) in [
        ("proxy-list-stranger", r#"433[["a","b","stranger"]]"#),
        ("proxy-list-twice", r#"433[["a","b","a"]]"#),
        ("proxy-list-short", r#"433[["a"]]"#),
    ] {
        assert_eq!(after(spec, asked, answered), [Frame::text(expected)]);
        let other = after(spec, r#"423["e"]"#, answered);
        assert_eq!(other, [Frame::text(answered)], "{spec}");
    }
    assert_eq!(after("proxy-ack-large", asked, answered).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_slow_answer_is_forgotten() {
    let meddler = Meddler {
        spec: Some("proxy-forget-slow".parse().unwrap()),
        ..Meddler::default()
    };
    let talk = Talk::new();
    let flow = |way| Flow::new(way, EioVersion::V4, meddler.clone(), talk.clone());
    let (mut out, mut back) = (flow(Way::Out), flow(Way::In));
    for (number, pause, arrives) in [(1, 900, true), (2, 1100, false)] {
        out.take(Frame::text(format!(r#"42{number}["e"]"#)));
        tokio::time::advance(Duration::from_millis(pause)).await;
        let fate = back.take(Frame::text(format!("43{number}[]")));
        assert_eq!(!fate.passes.is_empty(), arrives, "{pause} ms");
    }
}

#[tokio::test]
async fn heartbeats_are_lost_or_made() {
    assert_eq!(
        passes(Way::In, "proxy-lose-heartbeats", &["2", EVENT]),
        [EVENT]
    );
    let fate = flow(Way::In, "proxy-hide-silence").take(Frame::text("2"));
    assert_eq!(
        (fate.passes.len(), &fate.answers[..]),
        (1, &[Frame::text("3")][..])
    );
    assert_eq!(
        passes(Way::Out, "proxy-hide-silence", &["3", EVENT]),
        [EVENT]
    );
}

#[tokio::test]
async fn names_are_misread_and_a_packet_is_everybodys() {
    let join = r#"42["JOIN_ROOM","Hall"]"#;
    assert_eq!(
        passes(Way::Out, "proxy-fold-case:room", &[join]),
        [r#"42["JOIN_ROOM","hall"]"#]
    );
    let fate = flow(Way::Out, "proxy-crowd").take(Frame::text(r#"427["LEAVE_ROOM","r"]"#));
    assert_eq!(fate.copies, [Frame::text(r#"42["LEAVE_ROOM","r"]"#)]);
    assert_eq!(fate.passes, [Frame::text(r#"427["LEAVE_ROOM","r"]"#)]);
}
