//! Authentication, packet by packet: when a client is asked, and what it is told.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use sio_p2p_server::auth::{Authenticate, Credentials, Identity, Verdict};
use sio_p2p_server::config::{AuthMode, TokenConfig};
use sio_p2p_server::{Config, P2pServer};
use tokio::sync::Semaphore;

use crate::client::{Client, Eio, Transport, WAYS};
use crate::server::{DEADLINE, Server, config};

const NEEDED: &str = "authentication is needed";
const FAILED: &str = "authentication failed";
const OTHER: &str = "these credentials are for another client id";

/// `alice` has a token of her own, and there is one for everybody.
fn with_tokens(config: &mut Config) {
    config.auth.mode = AuthMode::Tokens;
    config.auth.tokens = vec![
        TokenConfig {
            token: "everybody".into(),
            client_id: None,
        },
        TokenConfig {
            token: "hers".into(),
            client_id: Some("alice".to_owned()),
        },
    ];
}

/// Opens a transport and asks to join, as the generation does it.
async fn ask(way: (Eio, Transport), server: &Server, query: &str) -> Client {
    let mut client = Client::open(way, server, query).await;
    if way.0 == Eio::Four {
        client.send("40").await;
    }
    client
}

/// The packet that says no.
fn refusal(eio: Eio, reason: &str) -> String {
    match eio {
        Eio::Three => format!("44\"{reason}\""),
        Eio::Four => format!("44{{\"message\":\"{reason}\"}}"),
    }
}

#[tokio::test]
async fn a_token_in_the_query_decides() {
    let server = Server::with(config(with_tokens)).await;
    for way in WAYS {
        for (query, reason) in [
            ("clientId=a", NEEDED),
            ("clientId=a&token=", NEEDED),
            ("clientId=a&token=every", FAILED),
            ("clientId=a&token=hers", OTHER),
        ] {
            let mut client = ask(way, &server, query).await;
            client.expect(&refusal(way.0, reason)).await;
        }
        // A token without a client id on the client's side supplies it.
        for query in ["clientId=alice&token=hers", "token=hers"] {
            let mut client = Client::open(way, &server, query).await;
            client.enter(way.0).await;
            client.until_listed(r#"["alice"]"#).await;
            client.send("41").await;
            let mut other = Client::open(way, &server, "token=everybody").await;
            other.enter(way.0).await;
            other.until_listed("[]").await;
        }
    }
}

#[tokio::test]
async fn a_token_in_the_payload_decides() {
    let server = Server::with(config(with_tokens)).await;
    for transport in [Transport::WebSocket, Transport::Polling] {
        let way = (Eio::Four, transport);
        for (packet, reason) in [
            ("40", NEEDED),
            ("40{}", NEEDED),
            (r#"40{"token":7}"#, NEEDED),
            (r#"40{"token":"her"}"#, FAILED),
        ] {
            let mut client = Client::open(way, &server, "clientId=alice").await;
            client.send(packet).await;
            client.expect(&refusal(Eio::Four, reason)).await;
        }
        let mut client = Client::open(way, &server, "clientId=alice").await;
        client.send(r#"40{"token":"hers"}"#).await;
        let joined = client.receive().await;
        assert!(joined.starts_with(r#"40{"sid":""#), "{joined}");
        client.until_listed(r#"["alice"]"#).await;
        client.send("41").await;

        let mut client = Client::open(way, &server, "clientId=alice").await;
        client.send("40{what").await;
        client.expect_closed().await;
    }
}

/// A client that was refused can read why, but cannot go on guessing.
#[tokio::test]
async fn a_refused_client_is_closed() {
    let server = Server::with(config(|config| {
        with_tokens(config);
        config.engine.connect_timeout = Duration::from_millis(400);
    }))
    .await;
    for way in WAYS {
        let mut client = ask(way, &server, "clientId=a").await;
        client.expect(&refusal(way.0, NEEDED)).await;
        client.expect_closed().await;
    }
    let way = (Eio::Four, Transport::WebSocket);
    let mut client = ask(way, &server, "clientId=a").await;
    client.expect(&refusal(way.0, NEEDED)).await;
    client.send(r#"40{"token":"everybody"}"#).await;
    client.expect_closed().await;
}

/// Decides when it is allowed to.
#[derive(Debug)]
struct Slow(Arc<Semaphore>);

impl Authenticate for Slow {
    fn authenticate<'a>(&'a self, credentials: &'a Credentials) -> Verdict<'a> {
        Box::pin(async move {
            assert_ne!(credentials.query("fault"), Some("panic"), "it was asked to");
            if credentials.query("slow").is_some() {
                self.0.acquire().await.unwrap().forget();
            }
            Ok(Identity::any())
        })
    }
}

/// One client is judged for long; others do not wait, and it may not act before.
#[tokio::test]
async fn judging_takes_its_time_without_taking_that_of_others() {
    let turns = Arc::new(Semaphore::new(0));
    let slow = Slow(Arc::clone(&turns));
    let server = P2pServer::builder().authenticator(slow).build();
    let server = Server::serving(server).await;
    for transport in [Transport::WebSocket, Transport::Polling] {
        let way = (Eio::Four, transport);
        let mut hasty = ask(way, &server, "clientId=hasty&slow").await;
        hasty.send(r#"42["LIST_CLIENTS"]"#).await;
        hasty.expect_closed().await;

        let mut patient = ask(way, &server, "clientId=patient&slow").await;
        let mut other = Client::join_by(way, &server, "other").await;
        other.until_listed(r#"["other"]"#).await;
        // The first to be let in is gone already, and does not come back by it.
        turns.add_permits(2);
        let joined = patient.receive().await;
        assert!(joined.starts_with(r#"40{"sid":""#), "{joined}");
        other.until_listed(r#"["other","patient"]"#).await;
    }
}

/// The mistake of an authenticator costs the client that it was made on.
#[tokio::test]
async fn an_authenticator_may_panic() {
    let slow = Slow(Arc::new(Semaphore::new(0)));
    let server = Server::serving(P2pServer::builder().authenticator(slow).build()).await;
    for way in WAYS {
        let mut client = ask(way, &server, "clientId=a&fault=panic").await;
        let reason = "authentication is not available";
        client.expect(&refusal(way.0, reason)).await;
        let mut other = Client::join_by(way, &server, "b").await;
        other.fence().await;
        other.send("41").await;
    }
}

/// Good for a moment.
#[derive(Debug)]
struct Brief;

impl Authenticate for Brief {
    fn authenticate<'a>(&'a self, credentials: &'a Credentials) -> Verdict<'a> {
        Box::pin(async move {
            let left = match credentials.query("brief") {
                Some(_) => Duration::from_millis(50),
                None => 100 * DEADLINE,
            };
            Ok(Identity::any().until(SystemTime::now() + left))
        })
    }
}

#[tokio::test]
async fn a_connection_ends_with_its_token_if_it_shall() {
    for ends in [true, false] {
        let settings = config(|config| config.auth.disconnect_at_expiry = ends);
        let server = Server::serving(
            P2pServer::builder()
                .config(settings)
                .authenticator(Brief)
                .build(),
        )
        .await;
        for way in WAYS {
            let mut long = Client::join_by(way, &server, "long").await;
            let mut brief = ask(way, &server, "clientId=brief&brief=1").await;
            if ends {
                brief.expect_closed().await;
                long.until_listed(r#"["long"]"#).await;
            } else {
                brief.receive().await;
                brief.fence().await;
                brief.send("41").await;
            }
            long.fence().await;
            long.send("41").await;
        }
    }
}
