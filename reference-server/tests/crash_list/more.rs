//! Entries of the crash list without a recording.

use crate::case::Case;

/// Messages that end a JavaScript client whose library believes them, and so must
/// be survived by the server that hands them on or refuses them.
const TO_CLIENTS: [&str; 18] = [
    r#"["P2P_EMIT","v",null,["x"],null]"#,
    r#"["P2P_EMIT","v",{"a":1},["x"],null]"#,
    r#"["P2P_EMIT","v",true,["x"],null]"#,
    r#"["P2P_EMIT","v","ADD_TARGET",["x"],null]"#,
    r#"["P2P_EMIT","v","CREATE_STREAM",[{}],null]"#,
    r#"["P2P_EMIT","v","CREATE_STREAM",[null],null]"#,
    r#"["P2P_EMIT","v","CREATE_STREAM-CHANNEL-c",[null],null]"#,
    r#"["P2P_EMIT","v","P2P_EMIT_STREAM-from-stream-s",["chunk"],null]"#,
    r#"["P2P_EMIT","v","SERVER_PING",[],null]"#,
    r#"["P2P_EMIT","v","SERVER_ERROR",[],null]"#,
    r#"["P2P_EMIT","v","PEER_STREAM_DESTROYED",null,null]"#,
    r#"["P2P_EMIT",{"targetClientId":"v","event":"MULTI_API_ADD_TARGET","args":["x"]}]"#,
    r#"["P2P_EMIT",{"targetClientId":"v","event":"MULTI_API_CREATE_STREAM","args":[null]}]"#,
    r#"["P2P_EMIT",{"targetClientId":"v","event":"P2P_EMIT_STREAM-from-stream-s","args":["x","c"]}]"#,
    r#"["P2P_EMIT",{"targetClientId":"v","event":"SUBSCRIBE_TOPIC","args":["x","x","t","no"]}]"#,
    r#"["P2P_EMIT",{"targetClientId":"v","event":"UNSUBSCRIBE_TOPIC","args":null}]"#,
    r#"["EMIT_ROOM","r",null,1]"#,
    r#"["EMIT_ROOM","r",{"toString":1},1]"#,
];

/// Depths beside those that were recorded.
const DEPTHS: [u32; 4] = [127, 128, 8_000, 200_000];

pub(crate) fn cases() -> Vec<Case> {
    let messages = TO_CLIENTS.map(|message| Case {
        title: message.to_owned(),
        setup: Some("v is in room r".to_owned()),
        frames: vec![format!("42{message}")],
        ..Case::default()
    });
    let depths = DEPTHS.map(|depth| Case {
        title: format!("{depth} nested arrays"),
        setup: Some("v is in room r".to_owned()),
        frames: vec![
            format!(r#"42["P2P_EMIT","v","e",[<{depth} nested arrays>],null]"#),
            format!(r#"42["EMIT_ROOM","r","e",<{depth} nested arrays>]"#),
            format!(r#"42["CREATE_STREAM",<{depth} nested arrays>]"#),
            format!("42<{depth} nested arrays>"),
        ],
        ..Case::default()
    });
    messages.into_iter().chain(depths).collect()
}
