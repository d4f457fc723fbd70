//! Tokens that are good, and the many ways in which they are not.

use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::json;

use super::*;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
/// 2100-01-01; before it the tests do not end.
const LATER: u64 = 4_102_444_800;

fn auth(change: impl FnOnce(&mut JwtConfig)) -> JwtAuth {
    let mut config = AuthConfig::default();
    config.jwt.secret = Some(SECRET.into());
    change(&mut config.jwt);
    JwtAuth::new(&config).unwrap()
}

fn signed(header: &Header, claims: &Value, secret: &str) -> String {
    let key = EncodingKey::from_secret(secret.as_bytes());
    encode(header, claims, &key).unwrap()
}

fn judge(auth: &JwtAuth, token: &str) -> Result<Identity, Unauthenticated> {
    let request = hyper::Request::get("/").header("authorization", format!("Bearer {token}"));
    let (parts, ()) = request.body(()).unwrap().into_parts();
    auth.decide(&Credentials::new(&parts, 4, None))
}

fn judge_claims(auth: &JwtAuth, claims: &Value) -> Result<Identity, Unauthenticated> {
    judge(auth, &signed(&Header::default(), claims, SECRET))
}

#[test]
fn a_good_token_names_its_client() {
    let claims = json!({"sub": "alice", "exp": LATER});
    let expires = UNIX_EPOCH + Duration::from_secs(LATER + 60);
    assert_eq!(
        judge_claims(&auth(|_| {}), &claims),
        Ok(Identity::of("alice").until(expires))
    );
    let claims = json!({"name": "bob", "exp": LATER});
    let other = auth(|jwt| {
        jwt.client_id_claim = "name".to_owned();
        jwt.leeway = Duration::ZERO;
    });
    let expires = UNIX_EPOCH + Duration::from_secs(LATER);
    assert_eq!(
        judge_claims(&other, &claims),
        Ok(Identity::of("bob").until(expires))
    );
    let unbound = auth(|jwt| jwt.client_id_claim.clear());
    assert_eq!(judge_claims(&unbound, &claims).unwrap().client_id, None);
}

#[test]
fn claims_are_checked() {
    let plain = auth(|_| {});
    let picky = auth(|jwt| {
        jwt.issuer = Some("us".to_owned());
        jwt.audience = Some("p2p".to_owned());
    });
    let good = json!({"sub": "a", "exp": LATER, "iss": "us", "aud": ["x", "p2p"]});
    assert!(judge_claims(&picky, &good).is_ok());
    for (auth, claims) in [
        (&plain, json!({"sub": "a"})),
        (&plain, json!({"sub": "a", "exp": 1_600_000_000})),
        (&plain, json!({"sub": "a", "exp": "later"})),
        (&plain, json!({"sub": "a", "exp": LATER, "nbf": LATER})),
        (&plain, json!({"sub": "a", "exp": LATER, "aud": "others"})),
        (&plain, json!({"exp": LATER})),
        (&plain, json!({"sub": "", "exp": LATER})),
        (&plain, json!({"sub": 1, "exp": LATER})),
        (&picky, json!({"sub": "a", "exp": LATER, "iss": "us"})),
        (&picky, json!({"sub": "a", "exp": LATER, "aud": "p2p"})),
        (
            &picky,
            json!({"sub": "a", "exp": LATER, "iss": "them", "aud": "p2p"}),
        ),
        (
            &picky,
            json!({"sub": "a", "exp": LATER, "iss": "us", "aud": "q"}),
        ),
    ] {
        assert_eq!(
            judge_claims(auth, &claims),
            Err(Unauthenticated::wrong()),
            "{claims}"
        );
    }
}

#[test]
fn forged_tokens_are_refused() {
    let auth = auth(|_| {});
    let claims = json!({"sub": "alice", "exp": LATER});
    let good = signed(&Header::default(), &claims, SECRET);
    assert!(judge(&auth, &good).is_ok());

    let other_key = signed(&Header::default(), &claims, &SECRET.replace('0', "1"));
    let other_algorithm = signed(&Header::new(Algorithm::HS384), &claims, SECRET);
    let critical = Header {
        crit: Some(vec!["b64".to_owned()]),
        ..Header::default()
    };
    let critical = signed(&critical, &claims, SECRET);
    // {"alg":"none"} without and with the signature of another token.
    let (_, rest) = good.split_once('.').unwrap();
    let (body, signature) = rest.split_once('.').unwrap();
    let none = format!("eyJhbGciOiJub25lIn0.{body}.");
    let kept = format!("eyJhbGciOiJub25lIn0.{body}.{signature}");
    let unsigned = good.trim_end_matches(signature).to_owned();
    let mine = signed(
        &Header::default(),
        &json!({"sub": "bob", "exp": LATER}),
        SECRET,
    );
    let (_, mine) = mine.split_once('.').unwrap();
    let (mine, _) = mine.split_once('.').unwrap();
    let swapped = good.replace(body, mine);
    let long = format!("{good}{}", "A".repeat(MAX_TOKEN));
    for token in [
        &other_key,
        &other_algorithm,
        &critical,
        &none,
        &kept,
        &unsigned,
        &swapped,
        &long,
        "x",
        "..",
        "a.b.c",
    ] {
        assert_eq!(
            judge(&auth, token),
            Err(Unauthenticated::wrong()),
            "{token}"
        );
    }
}

#[test]
fn keys_must_be_of_use() {
    for (change, expected) in [
        (
            (|jwt| jwt.secret = Some("short".into())) as fn(&mut JwtConfig),
            "`auth.jwt.secret` is too short, expected at least 32 bytes",
        ),
        (
            |jwt| {
                jwt.secret = None;
                jwt.key_file = Some("no/such/file".into());
            },
            "`auth.jwt.key_file` names no/such/file, which cannot be read: ",
        ),
        (
            |jwt| {
                jwt.secret = None;
                jwt.algorithm = JwtAlgorithm::EdDsa;
                jwt.key_file = Some(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml").into());
            },
            "`auth.jwt.key_file` holds no Ed25519 public key in PEM format",
        ),
    ] {
        let mut config = AuthConfig::default();
        config.jwt.secret = Some(SECRET.into());
        change(&mut config.jwt);
        let problem = JwtAuth::new(&config).unwrap_err().to_string();
        assert!(problem.starts_with(expected), "{problem}");
    }
}
