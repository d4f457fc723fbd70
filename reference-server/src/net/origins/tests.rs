use super::*;

fn origins(list: &[&str]) -> Result<Origins, OriginError> {
    let patterns: Vec<_> = list.iter().map(|&origin| origin.to_owned()).collect();
    Origins::new(&patterns)
}

fn admits(origins: &Origins, origin: Option<&'static str>) -> bool {
    let mut headers = HeaderMap::new();
    headers.insert(HOST, HeaderValue::from_static("relay.example.org:3000"));
    if let Some(origin) = origin {
        headers.insert(ORIGIN, HeaderValue::from_static(origin));
    }
    origins.admit(&headers)
}

#[test]
fn a_list_lets_in_what_is_on_it() {
    let list = origins(&["https://App.example.org:443", "http://localhost:8080"]).unwrap();
    for (origin, expected) in [
        (None, true),
        (Some("https://app.example.org"), true),
        (Some("http://localhost:8080"), true),
        (Some("http://relay.example.org:3000"), true),
        (Some("http://app.example.org"), false),
        (Some("https://app.example.org.evil.test"), false),
        (Some("http://localhost"), false),
        (Some("http://relay.example.org"), false),
        (Some("null"), false),
    ] {
        assert_eq!(admits(&list, origin), expected, "{origin:?}");
    }
}

#[test]
fn a_star_lets_everybody_in_and_an_empty_list_the_own_origin() {
    let (all, own) = (origins(&["https://a.test", "*"]), origins(&[]));
    let (all, own) = (all.unwrap(), own.unwrap());
    for origin in [Some("https://b.test"), Some("null"), Some("file://"), None] {
        assert!(admits(&all, origin));
        assert_eq!(admits(&own, origin), origin.is_none());
    }
    assert!(admits(&own, Some("https://relay.example.org:3000")));
}

/// Pages of applications have schemes of their own, and no port that goes without
/// saying.
#[test]
fn any_scheme_can_be_named() {
    for origin in [
        "capacitor://localhost",
        "ionic://localhost",
        "tauri://localhost",
        "app://-",
        "file://",
        "null",
        "chrome-extension://mhjfbmdgcfjbbpaeojofohoefgiehjai",
        "moz-extension://5f3e8b90-0d9e-4c1a-9a0e-1c9ab3f0f1d2",
        "capacitor://localhost:80",
        "http://[::1]:3000",
    ] {
        let list = origins(&[origin]).expect(origin);
        assert!(admits(&list, Some(origin)), "{origin}");
        assert!(!admits(&list, Some("https://localhost")), "{origin}");
    }
    let list = origins(&["Capacitor://LocalHost", "https://b\u{fc}cher.example"]).unwrap();
    assert!(admits(&list, Some("capacitor://localhost")));
    assert!(admits(&list, Some("https://xn--bcher-kva.example")));
}

/// A star and a dot stand for any subdomain, however deep; scheme and port stay.
#[test]
fn a_star_before_a_domain_stands_for_its_subdomains() {
    let list = origins(&[
        "https://*.Example.org",
        "http://*.test:8080",
        "app://*.inside",
    ])
    .unwrap();
    for (origin, expected) in [
        ("https://app.example.org", true),
        ("https://a.b.example.org", true),
        ("http://x.test:8080", true),
        ("app://one.inside", true),
        ("https://example.org", false),
        ("https://.example.org", false),
        ("https://badexample.org", false),
        ("http://app.example.org", false),
        ("https://app.example.org:8443", false),
        ("https://app.example.org.evil.test", false),
        ("https://evil.test/.example.org", false),
        ("https://evil.test:1.example.org", false),
        ("http://x.test", false),
        ("http://test:8080", false),
    ] {
        assert_eq!(admits(&list, Some(origin)), expected, "{origin}");
    }
    let implied = origins(&["https://*.example.org:443"]).unwrap();
    assert!(admits(&implied, Some("https://app.example.org")));
}

#[test]
fn what_can_never_match_is_an_error_that_says_why() {
    use OriginFault::{Host, NoScheme, Star, Surplus, WebSocket};

    for (text, fault) in [
        ("app.example.org", NoScheme),
        ("*.example.org", NoScheme),
        ("app.example.org:8080", NoScheme),
        ("NULL", NoScheme),
        ("", NoScheme),
        ("1http://app.example.org", NoScheme),
        (" https://app.example.org", NoScheme),
        ("wss://app.example.org", WebSocket),
        ("https://app.example.org/", Surplus),
        ("https://app.example.org/page", Surplus),
        ("https://user@app.example.org", Surplus),
        ("https://app.example.org?x", Surplus),
        ("https://*.example.org/", Surplus),
        ("file:///page", Surplus),
        ("file:///", Surplus),
        ("https://*", Star),
        ("https://*.", Star),
        ("https://*example.org", Star),
        ("https://app.*.org", Star),
        ("https://*.*.org", Star),
        ("http://localhost:*", Star),
        ("https://*.10.0.0.1", Star),
        ("http://*.[::1]", Star),
        ("file://*", Star),
        ("https://", Host),
        ("https://:443", Host),
        ("capacitor://", Host),
        ("https://app.example.org ", Host),
        ("https://app example.org", Host),
        ("https://app.example.org:port", Host),
        ("capacitor://localhost:99999", Host),
        ("file://server", Host),
    ] {
        let error = origins(&["https://good.test", text]).expect_err(text);
        assert_eq!((error.index, error.fault), (1, fault), "{text}");
        assert!(error.to_string().contains(&format!("`{text}`")));
        assert!(error.to_string().contains("expected"), "{error}");
    }
}
