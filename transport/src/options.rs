//! What to connect to, and how.

use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::{
    error::ConnectError,
    frame::{EioVersion, Frame},
    observer::{Direction, FrameObserver},
    proxy::Proxy,
    tls::Tls,
    transports::Transports,
};

/// What JavaScript's `encodeURIComponent` leaves alone, so that queries look as clients send them.
pub(crate) const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// The longest timeout: long enough for "never", short enough for the arithmetic of instants.
const YEAR: Duration = Duration::from_hours(365 * 24);

/// How a connection takes part in the Engine.IO heartbeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Heartbeat {
    /// As the protocol demands: answer pings (Engine.IO 4) or send them (Engine.IO 3), and end
    /// the connection when the server is silent for `pingInterval + pingTimeout`.
    #[default]
    Normal,
    /// Neither ping nor pong nor a timeout of our own: a client that went silent, for tests of
    /// the server's heartbeat. Heartbeat frames can still be sent by hand as raw frames.
    Silent,
}

/// The options of a connection: a plain value, cheap to clone, usable many times.
///
/// Mistakes that only show in a combination (an `auth` payload in Engine.IO 3, a header name
/// with a blank) are reported by `connect` as [`ConnectError::InvalidOptions`].
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own, set by a method of its own"
)]
pub struct ConnectOptions {
    pub(crate) secure: bool,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) transports: Transports,
    pub(crate) polling_base64: bool,
    pub(crate) tls: Tls,
    pub(crate) proxy: Option<Proxy>,
    pub(crate) eio: EioVersion,
    pub(crate) state_eio: bool,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) full_query: Option<String>,
    pub(crate) auth: Option<String>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) namespace: String,
    pub(crate) send_connect: bool,
    pub(crate) heartbeat: Heartbeat,
    pub(crate) connect_timeout: Duration,
    pub(crate) close_timeout: Duration,
    pub(crate) max_message_size: usize,
    pub(crate) max_packet_size: usize,
    pub(crate) max_attachments: usize,
    pub(crate) receive_buffer: usize,
    pub(crate) observer: FrameObserver,
}

impl ConnectOptions {
    /// Options for a server: `http`, `https`, `ws` or `wss`, host, optional port.
    ///
    /// As in every Socket.IO client, the path of the URL is the *namespace*
    /// (`http://localhost:3000/admin` is namespace `/admin`), and its query is sent along with
    /// the handshake. The path of the HTTP request is set by [`path`](Self::path).
    ///
    /// Fails if the URL cannot be read, has another scheme, or carries a user name or password
    /// (send an `authorization` [`header`](Self::header) instead). With `https` and `wss` the
    /// connection runs under TLS, see [`tls`](Self::tls).
    pub fn new(url: &str) -> Result<Self, ConnectError> {
        let invalid = |why: String| ConnectError::InvalidOptions(why);
        let url = Url::parse(url).map_err(|error| invalid(format!("url '{url}': {error}")))?;
        let (secure, default_port) = match url.scheme() {
            "http" | "ws" => (false, 80),
            "https" | "wss" => (true, 443),
            other => {
                let known = "http, https, ws or wss";
                return Err(invalid(format!("url scheme '{other}' is not {known}")));
            }
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(invalid(
                "credentials in a url are not sent, use a header".into(),
            ));
        }
        let host = url
            .host_str()
            .ok_or_else(|| invalid(format!("no host in url {url}")))?;
        let mut options = Self {
            secure,
            host: host.to_owned(),
            port: url.port().unwrap_or(default_port),
            transports: Transports::WebSocket,
            polling_base64: false,
            tls: Tls::new(),
            proxy: None,
            eio: EioVersion::V4,
            state_eio: true,
            path: "/socket.io/".to_owned(),
            query: String::new(),
            full_query: None,
            auth: None,
            headers: Vec::new(),
            namespace: url.path().to_owned(),
            send_connect: true,
            heartbeat: Heartbeat::Normal,
            connect_timeout: Duration::from_secs(20),
            close_timeout: Duration::from_secs(5),
            max_message_size: 16 << 20,
            max_packet_size: 64 << 20,
            max_attachments: 1_000,
            receive_buffer: 4 << 20,
            observer: FrameObserver::none(),
        };
        if let Some(query) = url.query() {
            options = options.raw_query(query);
        }
        Ok(options)
    }

    /// The generation of Engine.IO to speak. Default: 4.
    #[must_use]
    pub fn eio(mut self, eio: EioVersion) -> Self {
        self.eio = eio;
        self
    }

    /// Whether the query says which generation is spoken. Default: true. With `false` no request
    /// has `EIO`, as those of clients from before there were generations; servers take them for
    /// generation 3.
    #[must_use]
    pub fn state_eio(mut self, state: bool) -> Self {
        self.state_eio = state;
        self
    }

    /// Which carriers to use. Default: [`Transports::WebSocket`].
    #[must_use]
    pub fn transports(mut self, transports: Transports) -> Self {
        self.transports = transports;
        self
    }

    /// Whether polling avoids the binary framing of Engine.IO 3: it then asks the server for
    /// base64 (`b64=1`) and writes so. Engine.IO 4 knows nothing but base64. Default: false.
    #[must_use]
    pub fn polling_base64(mut self, base64: bool) -> Self {
        self.polling_base64 = base64;
        self
    }

    /// Whom to trust under TLS, and how to present ourselves. Default: [`Tls::new`].
    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = tls;
        self
    }

    /// Connects through a proxy. Default: none, whatever the environment says;
    /// [`Proxy::from_env`] reads it.
    #[must_use]
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.proxy = Some(proxy);
        self
    }

    /// The path of the HTTP request. Default: `/socket.io/`.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Adds a pair to the query, percent-encoded as `encodeURIComponent` does. May repeat.
    #[must_use]
    pub fn query(self, key: &str, value: &str) -> Self {
        let key = utf8_percent_encode(key, COMPONENT);
        let value = utf8_percent_encode(value, COMPONENT);
        let pair = format!("{key}={value}");
        self.raw_query(&pair)
    }

    /// Adds text to the query exactly as given, separated by `&` from what is there: for broken
    /// percent sequences and other things that [`query`](Self::query) cannot produce. Everything
    /// but a carriage return or line feed is sent; on polling only what a URL may hold.
    #[must_use]
    pub fn raw_query(mut self, text: &str) -> Self {
        if !self.query.is_empty() {
            self.query.push('&');
        }
        self.query.push_str(text);
        self
    }

    /// Replaces the whole query, `EIO` and `transport` included, by text sent exactly as given:
    /// for tests of the handshake itself. Later requests of a polling session have the usual
    /// query.
    #[must_use]
    pub fn full_query(mut self, text: impl Into<String>) -> Self {
        self.full_query = Some(text.into());
        self
    }

    /// The payload of the CONNECT packet, as JSON text of an object. Engine.IO 4 only.
    #[must_use]
    pub fn auth(mut self, json: impl Into<String>) -> Self {
        self.auth = Some(json.into());
        self
    }

    /// Adds a header field to every request. May repeat. In the WebSocket request, one of the
    /// fields that are sent anyway (`host`, `upgrade` and so on) is replaced; in polling
    /// requests the fields that rule the connection (`connection`, `content-length`,
    /// `transfer-encoding`) cannot be set.
    ///
    /// Cookies are joined with those that the server sets while polling.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The namespace to connect, with or without its leading slash. Default: the path of the
    /// URL, which is `/` if there is none. In Engine.IO 3 a query may follow it (`/x?token=1`).
    #[must_use]
    pub fn namespace(mut self, namespace: &str) -> Self {
        self.namespace = if namespace.starts_with('/') {
            namespace.to_owned()
        } else {
            format!("/{namespace}")
        };
        self
    }

    /// Whether `connect` also connects the [`namespace`](Self::namespace). Default: true.
    ///
    /// With `false`, `connect` returns after the Engine.IO handshake: no CONNECT packet is sent,
    /// those that arrive are received like any other packet, DISCONNECT packets do not end the
    /// connection, and `close()` sends none. For tests of the Socket.IO handshake.
    #[must_use]
    pub fn send_connect(mut self, send: bool) -> Self {
        self.send_connect = send;
        self
    }

    /// How to take part in the heartbeat. Default: [`Heartbeat::Normal`].
    #[must_use]
    pub fn heartbeat(mut self, heartbeat: Heartbeat) -> Self {
        self.heartbeat = heartbeat;
        self
    }

    /// The time for the whole of `connect`, name lookup included. Default: 20 s, at most a year.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout.min(YEAR);
        self
    }

    /// The time that a clean close may take before TCP is dropped: to write what is queued and
    /// to receive the server's close frame. Default: 5 s, at most a year.
    #[must_use]
    pub fn close_timeout(mut self, timeout: Duration) -> Self {
        self.close_timeout = timeout.min(YEAR);
        self
    }

    /// The largest inbound message in bytes, of a WebSocket or in a polling payload. Default:
    /// 16 MiB.
    #[must_use]
    pub fn max_message_size(mut self, bytes: usize) -> Self {
        self.max_message_size = bytes;
        self
    }

    /// The largest inbound packet in bytes, attachments included. Default: 64 MiB.
    #[must_use]
    pub fn max_packet_size(mut self, bytes: usize) -> Self {
        self.max_packet_size = bytes;
        self
    }

    /// The largest number of attachments of an inbound packet. Default: 1,000.
    #[must_use]
    pub fn max_attachments(mut self, count: usize) -> Self {
        self.max_attachments = count;
        self
    }

    /// How many bytes of received packets wait for the application before the connection stops
    /// reading; see the crate documentation on back-pressure. Each packet counts with a small
    /// surcharge; one packet is always accepted, however large. Default: 4 MiB.
    #[must_use]
    pub fn receive_buffer(mut self, bytes: usize) -> Self {
        self.receive_buffer = bytes;
        self
    }

    /// Shows every raw frame to an observer: in the order in which they are taken from or handed
    /// to the WebSocket, heartbeats and close frames included, beginning with the OPEN packet.
    /// Polling payloads are shown as the frames they would be on a WebSocket, those of an
    /// upgrade (`2probe`, `3probe`, `5`) as they are; a close frame, which polling has not,
    /// stands for the close packet of the engine.
    ///
    /// An outbound frame is shown before it is written, an inbound one before anything it causes,
    /// so a frame never appears ahead of its cause. Not shown is what the WebSocket library sends
    /// by itself: the answers to pings of the WebSocket layer and to a close frame. The observer
    /// runs inside the connection: it must be quick and must neither block nor panic. There is
    /// one; a second call replaces it.
    #[must_use]
    pub fn observe(mut self, observer: impl Fn(Direction, &Frame) + Send + Sync + 'static) -> Self {
        self.observer = FrameObserver::new(observer);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transports::Transport;

    #[test]
    fn url_path_is_the_namespace_and_its_query_is_kept() {
        let options = ConnectOptions::new("http://h:81/admin?a=%zz").unwrap();
        assert_eq!((options.namespace.as_str(), options.port), ("/admin", 81));
        assert_eq!(
            options.target(Transport::WebSocket),
            "/socket.io/?EIO=4&transport=websocket&a=%zz"
        );
        let secure = ConnectOptions::new("wss://h").unwrap();
        assert_eq!((secure.secure, secure.port), (true, 443));
        let plain = ConnectOptions::new("ws://h").unwrap();
        assert_eq!((plain.namespace.as_str(), plain.port), ("/", 80));
        assert_eq!(plain.namespace("x").namespace, "/x");
    }

    #[test]
    fn queries_are_encoded_or_raw() {
        let options = ConnectOptions::new("http://h").unwrap().eio(EioVersion::V3);
        let target = options
            .clone()
            .query("client id", "é+&=")
            .raw_query("x=%zz&y= ")
            .target(Transport::WebSocket);
        let expected =
            "/socket.io/?EIO=3&transport=websocket&client%20id=%C3%A9%2B%26%3D&x=%zz&y= ";
        assert_eq!(target, expected);
        let silent = options.clone().state_eio(false);
        let target = "/socket.io/?transport=polling&sid=a%26b";
        assert_eq!(silent.session_target(Transport::Polling, "a&b"), target);
        assert_eq!(
            options
                .path("/p")
                .full_query("EIO=9")
                .target(Transport::WebSocket),
            "/p?EIO=9"
        );
    }

    #[test]
    fn unusable_options_are_named() {
        let new = |url: &str| ConnectOptions::new(url).unwrap_err().to_string();
        assert!(new("http://").contains("url 'http://'"));
        assert!(new("ftp://h").contains("'ftp'"));
        assert!(new("ws://me@h").contains("credentials"));
        let base = ConnectOptions::new("http://h").unwrap();
        let check = |options: ConnectOptions| options.check().unwrap_err().to_string();
        assert!(check(base.clone().path("x")).contains("slash"));
        assert!(check(base.clone().raw_query("a\r\nb")).contains("line break"));
        assert!(check(base.clone().header("a b", "c")).contains("'a b: c'"));
        assert!(check(base.clone().namespace("/a,b")).contains("comma"));
        assert!(check(base.clone().auth("{")).contains("json"));
        assert!(check(base.eio(EioVersion::V3).auth("{}")).contains("engine.io 4"));
    }
}
