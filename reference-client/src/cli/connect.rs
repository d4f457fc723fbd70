//! Connecting as the command line says.

use sio_p2p_client::{
    Client, ClientBuilder, ConnectionEvent, ConnectionState, Dialect, EioVersion, Proxy, Reconnect,
    Tls,
};
use url::Url;
use uuid::Uuid;

use super::{
    args::{Connect, read},
    exit::Exit,
    output::Output,
};

/// What a command needs of the connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Needs {
    /// The dialect if none is named.
    pub(crate) dialect: Dialect,
    /// Whether to connect again when the connection is lost: for commands without an end.
    pub(crate) stays: bool,
    /// Whether the client is a service of dialect `v1`.
    pub(crate) service: bool,
}

/// One exchange, then the end.
pub(crate) const ONCE: Needs = Needs {
    dialect: Dialect::V2,
    stays: false,
    service: false,
};

/// Until somebody ends it.
pub(crate) const STAY: Needs = Needs {
    stays: true,
    ..ONCE
};

impl Connect {
    /// Connects.
    pub(crate) async fn connect(&self, needs: Needs) -> Result<Client, Exit> {
        Ok(self.builder(needs)?.connect().await?)
    }

    fn builder(&self, needs: Needs) -> Result<ClientBuilder, Exit> {
        let id = self.id.clone().unwrap_or_else(random_id);
        let reconnect = if needs.stays {
            Reconnect::default()
        } else {
            Reconnect::never()
        };
        let (url, path) = place(&self.url);
        let mut builder = Client::builder(url, id)
            .dialect(self.dialect.unwrap_or(needs.dialect))
            .eio(self.eio)
            .transports(self.transport)
            .service(needs.service)
            .reconnect(reconnect)
            .connect_timeout(self.timeout)
            .deadline(self.timeout);
        if let Some(path) = self.path.as_deref().map(closed).or(path) {
            builder = builder.path(path);
        }
        if let Some(auth) = &self.auth {
            builder = builder.auth(auth);
        }
        if let Some(token) = &self.token {
            builder = match self.eio {
                EioVersion::V3 => builder.query("token", token),
                EioVersion::V4 => builder.auth(serde_json::json!({ "token": token }).to_string()),
            };
        }
        for header in &self.header {
            let Some((name, value)) = header.split_once(':') else {
                let why = format!("--header '{header}' is not of the form 'name: value'");
                return Err(Exit::Usage(why));
            };
            builder = builder.header(name.trim(), value.trim());
        }
        if let Some(tls) = self.tls()? {
            builder = builder.tls(tls);
        }
        match self.proxy.as_deref() {
            None => {}
            Some("env") => builder = builder.proxy(Proxy::from_env()),
            Some(url) => {
                let proxy = Proxy::new(url).map_err(|error| Exit::Usage(error.to_string()))?;
                builder = builder.proxy(proxy);
            }
        }
        Ok(builder)
    }

    fn tls(&self) -> Result<Option<Tls>, Exit> {
        let usage = |error: sio_p2p_client::TransportError| Exit::Usage(error.to_string());
        let mut tls = None;
        if let Some(ca) = &self.ca {
            tls = Some(Tls::new().ca_pem(&read(ca)?).map_err(usage)?);
        } else if self.insecure {
            tls = Some(Tls::new().trust_anybody());
        }
        if let (Some(cert), Some(key)) = (&self.cert, &self.key) {
            let with = tls.unwrap_or_default();
            tls = Some(with.client_pem(&read(cert)?, &read(key)?).map_err(usage)?);
        }
        Ok(tls)
    }
}

/// The path at which Socket.IO servers are, unless somebody has moved them.
const USUAL: &str = "socket.io";

/// The URL without its path, and the path of HTTP requests if it tells one: `http://host/app`
/// is at `/app/socket.io/`, and a path that ends in `socket.io` is the whole of it. What is no
/// URL is left as it is, for whoever says so.
fn place(url: &str) -> (String, Option<String>) {
    let Ok(mut origin) = Url::parse(url) else {
        return (url.to_owned(), None);
    };
    let path = origin.path().trim_matches('/').to_owned();
    if path.is_empty() || origin.cannot_be_a_base() {
        return (url.trim_end_matches('/').to_owned(), None);
    }
    origin.set_path("");
    let whole = path == USUAL || path.ends_with(&format!("/{USUAL}"));
    let path = if whole {
        closed(&path)
    } else {
        closed(&format!("{path}/{USUAL}"))
    };
    (origin.as_str().trim_end_matches('/').to_owned(), Some(path))
}

/// A path as Socket.IO writes it: with a slash at both ends.
fn closed(path: &str) -> String {
    match path.trim_matches('/') {
        "" => "/".to_owned(),
        inner => format!("/{inner}/"),
    }
}

/// An id that is easy to read out and that nobody else has.
fn random_id() -> String {
    let random = Uuid::new_v4().simple().to_string();
    format!("p2p-{}", random.get(..6).unwrap_or(&random))
}

/// Waits for Ctrl-C, or on Unix for the signal that ends programs.
pub(crate) async fn interrupted() {
    let ctrl_c = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = ctrl_c => {}
        () = terminated => {}
    }
}

/// Tells every loss and return of the connection; ends with the client, and says why.
pub(crate) async fn ended(client: &Client, output: &Output) -> Exit {
    let mut events = client.connection_events();
    while let Some(event) = events.next().await {
        match event {
            // At the end it is the error of the program.
            ConnectionEvent::Disconnected { reason } if !has_ended(client) => {
                output.note("disconnected", &format!("connection lost: {reason}"));
            }
            ConnectionEvent::Connected => output.note("reconnected", "connected again"),
            _ => {}
        }
    }
    client.closed().await.into()
}

fn has_ended(client: &Client) -> bool {
    matches!(*client.state().borrow(), ConnectionState::Closed(_))
}
