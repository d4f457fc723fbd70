//! How a client is set up.

use std::{sync::Arc, time::Duration};

use sio_p2p_protocol::{ClientId, Dialect};
use sio_p2p_transport::{ConnectOptions, EioVersion, PacketSocket, Proxy, Tls, Transports};
use tokio::sync::watch;
use url::Url;

use crate::{
    client::Client,
    error::ConnectError,
    options::{AcceptFilter, Buffers, Options, Reconnect},
    outbox::{Outbox, WhileOffline},
    shared::Shared,
    state::ConnectionState,
    task,
};

/// The largest packet that servers of the original accept, in bytes.
const MAX_PACKET: usize = 1_000_000;

/// Sets up a client; made by [`Client::builder`].
///
/// Mistakes in URL and id are reported by [`connect`](Self::connect), so that the calls chain.
#[derive(Debug, Clone)]
#[must_use = "nothing happens before connect"]
pub struct ClientBuilder {
    url: String,
    id: String,
    dialect: Dialect,
    eio: Option<EioVersion>,
    transport: Vec<Setting>,
    while_offline: WhileOffline,
    outgoing_buffer: usize,
    incoming_buffer: usize,
    max_packet: usize,
    options: Options,
}

/// A setting of the transport, kept until the URL is read.
#[derive(Debug, Clone)]
enum Setting {
    Auth(String),
    Header(String, String),
    Query(String, String),
    Transports(Transports),
    Tls(Tls),
    Proxy(Proxy),
    Path(String),
    ConnectTimeout(Duration),
}

impl Client {
    /// Begins to set up a client: the URL of the server (`http`, `https`, `ws` or `wss`) and the
    /// id under which peers address this client.
    pub fn builder(url: impl Into<String>, id: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(url.into(), id.into())
    }
}

impl ClientBuilder {
    fn new(url: String, id: String) -> Self {
        Self {
            url,
            id,
            dialect: Dialect::V2,
            eio: None,
            transport: Vec::new(),
            while_offline: WhileOffline::default(),
            outgoing_buffer: 4 << 20,
            incoming_buffer: 16 << 20,
            max_packet: MAX_PACKET,
            options: Options {
                deadline: Duration::from_secs(10),
                reconnect: Reconnect::default(),
                accept_targets: AcceptFilter::default(),
                is_service: false,
            },
        }
    }

    /// The dialect to speak. Default: `v2`.
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// The generation of Engine.IO to speak. Default: 4.
    pub fn eio(mut self, eio: EioVersion) -> Self {
        self.eio = Some(eio);
        self
    }

    /// The payload of the CONNECT packet, JSON text of an object. Engine.IO 4 only.
    pub fn auth(mut self, json: impl Into<String>) -> Self {
        self.transport.push(Setting::Auth(json.into()));
        self
    }

    /// Which carriers to use. Default: a WebSocket from the beginning.
    pub fn transports(mut self, transports: Transports) -> Self {
        self.transport.push(Setting::Transports(transports));
        self
    }

    /// The path of the HTTP requests. Default: `/socket.io/`.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.transport.push(Setting::Path(path.into()));
        self
    }

    /// Whom to trust on `https` and `wss`, and with which certificate to present this client.
    /// Default: the usual authorities, and none.
    pub fn tls(mut self, tls: Tls) -> Self {
        self.transport.push(Setting::Tls(tls));
        self
    }

    /// Connects through a proxy. Default: directly, whatever the environment says.
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.transport.push(Setting::Proxy(proxy));
        self
    }

    /// Adds a header field to the HTTP requests of the connection. May repeat.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let header = Setting::Header(name.into(), value.into());
        self.transport.push(header);
        self
    }

    /// Adds a pair to the query of that request, beside the client id.
    pub fn query(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        let query = Setting::Query(key.into(), value.into());
        self.transport.push(query);
        self
    }

    /// The time for one attempt to connect, name lookup included. Default: 20 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.transport.push(Setting::ConnectTimeout(timeout));
        self
    }

    /// The time for everything that waits for an answer or for room to send, unless a handle
    /// says otherwise, see [`Client::with_deadline`]. Default: 10 s.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.options.deadline = deadline;
        self
    }

    /// What to do when the connection is lost. Default: try again for ever, see [`Reconnect`].
    /// `None` is [`Reconnect::never`].
    pub fn reconnect(mut self, reconnect: impl Into<Option<Reconnect>>) -> Self {
        self.options.reconnect = reconnect.into().unwrap_or(Reconnect::never());
        self
    }

    /// What to do with packets while there is no connection. Default: keep them for the next
    /// one until the buffer is full.
    pub fn while_offline(mut self, policy: WhileOffline) -> Self {
        self.while_offline = policy;
        self
    }

    /// How many bytes wait to be sent before senders wait or are refused. Default: 4 MiB.
    pub fn outgoing_buffer(mut self, bytes: usize) -> Self {
        self.outgoing_buffer = bytes;
        self
    }

    /// How many received bytes wait in all listeners together before the client stops reading
    /// from the server. Default: 16 MiB.
    pub fn incoming_buffer(mut self, bytes: usize) -> Self {
        self.incoming_buffer = bytes;
        self
    }

    /// The largest packet to send, in bytes; a server closes the connection on a larger one than
    /// it accepts. Default: 1,000,000, what servers of the original accept.
    pub fn max_packet(mut self, bytes: usize) -> Self {
        self.max_packet = bytes;
        self
    }

    /// Who may add this client as a target: the filter gets the id of the client that asks and
    /// says yes or no. Default: anybody. It is called by the connection and must be quick.
    pub fn accept_targets(
        mut self,
        filter: impl Fn(&ClientId) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.options.accept_targets = AcceptFilter(Some(Arc::new(filter)));
        self
    }

    /// Whether this client is a service of dialect `v1`: only then it answers subscriptions to
    /// its topics (CLI-SVC-F1). Default: no.
    pub fn service(mut self, is_service: bool) -> Self {
        self.options.is_service = is_service;
        self
    }

    /// Connects. The client id travels in the query of the first request (CLI-CORE-1).
    ///
    /// One attempt only; reconnecting begins once there was a connection. A server of dialect
    /// `v2` accepts a client id that is in use first and disconnects then: that shows in the
    /// [`state`](Client::state), soon after.
    ///
    /// What comes before a listener is set is not heard by it: see
    /// [`connect_with`](Self::connect_with).
    ///
    /// Must be called within a tokio runtime, on which the task of the connection runs. Cancel safe:
    /// if the future is dropped, the connection is given up.
    pub async fn connect(self) -> Result<Client, ConnectError> {
        self.connect_with(|_| ()).await.map(|(client, ())| client)
    }

    /// As [`connect`](Self::connect), and calls `set_up` before anything is read that the server
    /// sends. A server may send at once what it has kept for a client that was away (SRV-MSG-27);
    /// who sets its listeners here hears that, too. Gives what `set_up` gives beside the client.
    ///
    /// ```no_run
    /// # async fn f() -> Result<(), Box<dyn std::error::Error>> {
    /// use sio_p2p_client::Client;
    ///
    /// let device = Client::builder("http://127.0.0.1:3000", "device");
    /// let (device, jobs) = device.connect_with(|client| client.listen("job")).await?;
    /// let mut jobs = jobs?;
    /// while let Some(job) = jobs.next().await {
    ///     println!("{job:?}");
    /// }
    /// # drop(device);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn connect_with<T>(
        self,
        set_up: impl FnOnce(&Client) -> T,
    ) -> Result<(Client, T), ConnectError> {
        let id = ClientId::new(self.id.as_str())?;
        let mut transport = ConnectOptions::new(&self.url)?.query("clientId", id.as_str());
        // As in every Socket.IO client the path would be a namespace, and here there is none.
        if let Ok(url) = Url::parse(&self.url)
            && !matches!(url.path(), "" | "/")
        {
            return Err(ConnectError::Namespace(url.path().to_owned()));
        }
        if let Some(eio) = self.eio {
            transport = transport.eio(eio);
        }
        for setting in self.transport {
            transport = match setting {
                Setting::Auth(json) => transport.auth(json),
                Setting::Header(name, value) => transport.header(name, value),
                Setting::Transports(transports) => transport.transports(transports),
                Setting::Tls(tls) => transport.tls(tls),
                Setting::Proxy(proxy) => transport.proxy(proxy),
                Setting::Path(path) => transport.path(path),
                Setting::Query(key, value) => transport.query(&key, &value),
                Setting::ConnectTimeout(timeout) => transport.connect_timeout(timeout),
            };
        }
        let socket = PacketSocket::connect(&transport).await?;
        let buffers = Buffers {
            outgoing: self.outgoing_buffer,
            incoming: self.incoming_buffer,
            max_packet: self.max_packet,
            while_offline: self.while_offline,
        };
        Ok(start(
            socket,
            transport,
            id,
            self.dialect,
            self.options,
            &buffers,
            set_up,
        ))
    }
}

/// Starts the task of a connection that has just been made, once `set_up` has seen the
/// client: nothing is read before.
fn start<T>(
    socket: PacketSocket,
    transport: ConnectOptions,
    id: ClientId,
    dialect: Dialect,
    options: Options,
    buffers: &Buffers,
    set_up: impl FnOnce(&Client) -> T,
) -> (Client, T) {
    let sid = socket.handshake().sid.clone();
    // The first connection stands already; the task that serves it begins with it.
    let (state, watched) = watch::channel(ConnectionState::Connected { sid });
    let (outbox, outgoing) = Outbox::new(
        buffers.outgoing,
        buffers.max_packet,
        buffers.while_offline,
        watched,
    );
    let shared = Shared::new(
        id,
        dialect,
        transport,
        options,
        buffers.incoming,
        outbox,
        state,
    );
    let shared = Arc::new(shared);
    let (client, close) = Client::new(Arc::clone(&shared));
    let made = set_up(&client);
    tokio::spawn(task::run(shared, socket, outgoing, close));
    (client, made)
}
