use http::Request;

use super::*;

/// The key of RFC 6455, section 1.3, and what it gives.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// The request of RFC 6455, section 1.2, with some headers replaced. An empty list
/// takes a header away.
fn request(changes: &[(&str, &[&str])]) -> Parts {
    let mut request = Request::get("/engine.io/?EIO=4&transport=websocket")
        .header("host", "server.example.com")
        .header("upgrade", "websocket")
        .header("connection", "Upgrade")
        .header("sec-websocket-key", KEY)
        .header("sec-websocket-version", "13")
        .body(())
        .unwrap();
    for (name, values) in changes {
        let name = http::HeaderName::from_bytes(name.as_bytes()).unwrap();
        request.headers_mut().remove(&name);
        for value in *values {
            let value = HeaderValue::from_str(value).unwrap();
            request.headers_mut().append(name.clone(), value);
        }
    }
    request.into_parts().0
}

fn check(changes: &[(&str, &[&str])]) -> Result<Handshake, HandshakeError> {
    Handshake::check(&request(changes))
}

#[test]
fn the_example_of_the_rfc_is_answered_as_there() {
    let handshake = check(&[]).unwrap();
    assert_eq!(handshake.accept(), ACCEPT);
    assert_eq!(handshake.protocol(), None);
    let response = handshake.response();
    assert_eq!(response.status(), 101);
    assert_eq!(response.headers()["upgrade"], "websocket");
    assert_eq!(response.headers()["connection"], "Upgrade");
    assert_eq!(response.headers()["sec-websocket-accept"], ACCEPT);
    assert_eq!(response.headers().len(), 3);
}

#[test]
fn lists_in_several_lines_and_any_case_are_read() {
    let firefox: (&str, &[&str]) = ("connection", &["keep-alive, Upgrade"]);
    let lines: (&str, &[&str]) = ("connection", &["keep-alive", "close ,\tuPGRADE"]);
    let upgrade: (&str, &[&str]) = ("upgrade", &["h2c", "foo, WebSocket"]);
    assert!(check(&[firefox]).is_ok());
    assert!(check(&[lines, upgrade]).is_ok());
}

#[test]
fn the_first_subprotocol_is_chosen() {
    let protocol = |values: &[&str]| {
        let handshake = check(&[("sec-websocket-protocol", values)]).unwrap();
        let response = handshake.response();
        assert_eq!(
            response.headers().get("sec-websocket-protocol"),
            handshake.protocol()
        );
        handshake.protocol().cloned()
    };
    assert_eq!(protocol(&["chat"]).unwrap(), "chat");
    assert_eq!(protocol(&[" v2.chat , chat"]).unwrap(), "v2.chat");
    assert_eq!(protocol(&["a", "b"]).unwrap(), "a");
    assert_eq!(protocol(&[""]), None);
    assert_eq!(protocol(&["not a token, b"]), None);
}

#[test]
fn what_is_no_upgrade_is_told() {
    use HandshakeError as E;
    let cases: [(&str, &[&str], E); 12] = [
        ("connection", &[], E::NotAnUpgrade),
        ("connection", &["keep-alive"], E::NotAnUpgrade),
        ("connection", &["upgraded"], E::NotAnUpgrade),
        ("upgrade", &[], E::NotAnUpgrade),
        ("upgrade", &["h2c"], E::NotAnUpgrade),
        ("sec-websocket-version", &[], E::WebSocketVersion),
        ("sec-websocket-version", &["7"], E::WebSocketVersion),
        ("sec-websocket-version", &["13", "13"], E::WebSocketVersion),
        ("sec-websocket-key", &[], E::Key),
        ("sec-websocket-key", &["dGhlIHNhbXBsZQ=="], E::Key),
        ("sec-websocket-key", &["dGhlIHNhbXBsZSBub25jZSEh"], E::Key),
        ("sec-websocket-key", &["dGhlIHNhbXBsZSBub25j!Q=="], E::Key),
    ];
    for (name, values, error) in cases {
        assert_eq!(check(&[(name, values)]), Err(error), "{name}: {values:?}");
    }

    let mut post = request(&[]);
    post.method = Method::POST;
    assert_eq!(Handshake::check(&post), Err(E::Method));
    let mut old = request(&[]);
    old.version = Version::HTTP_10;
    assert_eq!(Handshake::check(&old), Err(E::HttpVersion));
}

#[test]
fn an_answer_to_a_wrong_version_names_the_right_one() {
    let mut headers = HeaderMap::new();
    HandshakeError::WebSocketVersion.add_headers(&mut headers);
    assert_eq!(HandshakeError::WebSocketVersion.status(), 426);
    assert_eq!(headers["sec-websocket-version"], "13");

    let mut headers = HeaderMap::new();
    HandshakeError::Key.add_headers(&mut headers);
    assert_eq!(HandshakeError::Key.status(), 400);
    assert!(headers.is_empty());
}
