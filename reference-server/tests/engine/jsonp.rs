//! Polling by scripts, for browsers of another age.

use crate::session::{QUESTION, REPLY, sid};
use crate::target::Target;
use crate::wire::Wire;

/// The packets that a script calls its function with.
fn packets(target: &Target, body: &str) -> Vec<String> {
    let argument = body.strip_prefix("___eio[0](").expect(body);
    let argument = argument.strip_suffix(");").expect(body);
    let payload: String = serde_json::from_str(argument).expect(body);
    target.packets(&payload)
}

fn ask(target: &Target, more: &str) -> Vec<String> {
    let path = target.path("polling", &format!("&j=0{more}"));
    let answer = Wire::request(target, "GET", &path, "", "").answer();
    assert_eq!(answer.status, 200, "{answer:?}");
    packets(target, &answer.body)
}

/// Everything but what a form may hold is escaped.
fn escaped(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(escape).collect()
}

pub(crate) fn works(target: &Target) {
    let opened = ask(target, "");
    let with_sid = format!("&sid={}", sid(&opened[0]));
    let post = |packet: &str| {
        let path = target.path("polling", &format!("&j=0{with_sid}"));
        let body = format!("d={}", escaped(&target.payload(&[packet])));
        let kind = "Content-Type: application/x-www-form-urlencoded\r\n";
        let answer = Wire::request(target, "POST", &path, kind, &body).answer();
        assert_eq!((answer.status, answer.body.as_str()), (200, "ok"));
    };
    let mut joined = opened.iter().any(|packet| packet == "40");
    if target.generation == 4 {
        post("40");
    }
    while !joined {
        let packets = ask(target, &with_sid);
        joined = packets.iter().any(|packet| packet.starts_with("40"));
    }
    post(QUESTION);
    let reply = ask(target, &with_sid);
    assert!(reply[0].starts_with(REPLY), "{reply:?}");
}
