//! A frame of a trace in the words of Engine.IO and Socket.IO.

use super::super::words::{BREAK, unbroken};
use super::Said;
use crate::json::{elements, unquote};

/// What a frame says. Frames that were shortened are read as far as they go.
pub(in crate::report) fn read(frame: &str) -> Said {
    let mut chars = frame.chars();
    let first = chars.next();
    let body = chars.as_str();
    let engine = |name: &str| {
        let mut said = said(format!("Engine.IO {name}"), name, body, frame, body);
        said.heartbeat = matches!(name, "ping" | "pong") && body.is_empty();
        said
    };
    match first {
        Some('0') => engine("open"),
        Some('1') => engine("close"),
        Some('2') => engine("ping"),
        Some('3') => engine("pong"),
        Some('4') => message(body, frame),
        Some('5') => engine("upgrade"),
        Some('6') => engine("noop"),
        _ => {
            let text = frame.trim_start_matches('<').trim_end_matches('>');
            let (name, rest) = text.split_once([' ', ',']).unwrap_or((text, ""));
            let kind = match name {
                "close" => "end of the WebSocket",
                "binary" => "binary frame",
                "driver" => "protocol of the driver",
                _ => "frame",
            };
            said(
                kind.to_owned(),
                name,
                rest.trim(),
                "",
                if name == "driver" { rest } else { text },
            )
        }
    }
}

/// A Socket.IO packet: type, number of attachments, namespace, number of the ack, payload.
fn message(body: &str, frame: &str) -> Said {
    let mut chars = body.chars();
    let kind = chars.next().unwrap_or_default();
    let mut rest = chars.as_str();
    let mut attachments = 0;
    if let ('5' | '6', Some((count, after))) = (kind, rest.split_once('-'))
        && let Ok(count) = count.parse::<u32>()
    {
        (attachments, rest) = (count, after);
    }
    let mut namespace = "";
    if rest.starts_with('/') {
        (namespace, rest) = rest.split_once(',').unwrap_or((rest, ""));
    }
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (ack, payload) = rest.split_at(digits);
    let mut extra = Vec::new();
    if !namespace.is_empty() {
        extra.push(format!("namespace {namespace}"));
    }
    if attachments > 0 {
        let plural = if attachments == 1 { "" } else { "s" };
        extra.push(format!("{attachments} attachment{plural}"));
    }
    let (word, name, rest) = match kind {
        '0' => ("CONNECT", "connect".to_owned(), payload.to_owned()),
        '1' => ("DISCONNECT", "disconnect".to_owned(), payload.to_owned()),
        '2' | '5' => {
            if !ack.is_empty() {
                extra.push(format!("asks for ack {ack}"));
            }
            let (name, rest) = event(payload);
            ("EVENT", name, rest)
        }
        '3' | '6' => ("ACK", format!("ack {ack}"), payload.to_owned()),
        '4' => (
            "CONNECT_ERROR",
            "connect error".to_owned(),
            payload.to_owned(),
        ),
        _ => return said("Engine.IO message".to_owned(), "message", body, frame, body),
    };
    let mut told = format!("Socket.IO {word}");
    for what in &extra {
        told.push_str(", ");
        told.push_str(what);
    }
    let shown = extra
        .iter()
        .map(|what| what.strip_prefix("asks for ").unwrap_or(what));
    let line = std::iter::once(rest.as_str())
        .chain(shown)
        .filter(|part| !part.is_empty());
    let line = line.collect::<Vec<_>>().join(" · ");
    said(told, &name, &line, frame, payload)
}

/// The name of an event and its other arguments.
fn event(payload: &str) -> (String, String) {
    let parts = elements(payload).unwrap_or_default();
    let Some((name, arguments)) = parts.split_first() else {
        return cut_event(payload);
    };
    let name = unquote(name.get()).unwrap_or_else(|| name.get().to_owned());
    if arguments.is_empty() {
        return (name, String::new());
    }
    let arguments: Vec<_> = arguments.iter().map(|argument| argument.get()).collect();
    (name, format!("[{}]", arguments.join(",")))
}

/// The same of a payload that was shortened and is no JSON any more.
fn cut_event(payload: &str) -> (String, String) {
    let inner = payload.strip_prefix('[').unwrap_or(payload);
    let name = inner
        .split_once("\",")
        .and_then(|(name, rest)| Some((unquote(&format!("{name}\""))?, rest)));
    match name {
        Some((name, rest)) => (name, format!("[{rest}")),
        None => ("event".to_owned(), payload.to_owned()),
    }
}

/// `payload` is the end of `frame`, what stands before it the prefix.
fn said(kind: String, name: &str, rest: &str, frame: &str, payload: &str) -> Said {
    let prefix = frame.len().saturating_sub(payload.len());
    Said {
        kind,
        name: unbroken(name, BREAK),
        rest: unbroken(rest, BREAK),
        prefix: frame.get(..prefix).unwrap_or_default().to_owned(),
        payload: payload.to_owned(),
        heartbeat: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_told_in_words() {
        let frames = [
            "0{\"sid\":\"x\"}",
            "2",
            "3probe",
            "40",
            "40/admin,{\"token\":\"t\"}",
            "41",
            "42[\"tick\"]",
            "4217[\"ADD_TARGET\",\"b\",{\"deep\":[1e400]}]",
            "451-/x,3[\"blob\",{\"_placeholder\":true,\"num\":0}]",
            "4317[null]",
            "44{\"message\":\"no\"}",
            "42[\"cut\",\"aaaa…(900 characters)…aaa\"]",
            "42[\"cut\",\"aaaa…(900 charac",
            "42[\"SERVER_ERROR\",\"one\\ntwo \\\\n three\"]",
            "49?",
            "<close 1006>",
            "<binary, 3 bytes: 01 02 03>",
            "driver {\"id\":1}",
            "",
        ];
        let told = frames.map(|frame| {
            let said = read(frame);
            let Said {
                kind,
                name,
                rest,
                prefix,
                payload,
                heartbeat,
            } = said;
            let quiet = if heartbeat { " (heartbeat)" } else { "" };
            format!("{frame}\n  {name} | {rest}\n  {kind}{quiet}: {prefix} + {payload}\n")
        });
        insta::assert_snapshot!(told.concat());
    }
}
