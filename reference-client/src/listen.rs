//! Listening with all options.

use sio_p2p_protocol::{ClientId, Dialect};

use crate::{
    client::Client,
    error::SendError,
    listeners::{Filter, Listener},
    message::usable,
};

/// What a listener listens to, see [`Client::listen_with`]. By default everything of that name
/// from any client.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListenOptions {
    /// Only messages from this client (CLI-MSG-3), dialect `v1`; see [`Client::from_client`].
    pub from: Option<String>,
    /// Only the next one (CLI-MSG-4); what passes for another listener does not use it up.
    pub once: bool,
    /// What has no source id in front, see [`Client::listen_plain`]. Not together with `from`.
    pub plain: bool,
}

impl Client {
    /// [`listen`](Self::listen) with options, for programs that get to know them while they run,
    /// and for those that have no method of their own.
    ///
    /// ```no_run
    /// use sio_p2p_client::ListenOptions;
    /// # fn f(client: &sio_p2p_client::Client) -> Result<(), sio_p2p_client::SendError> {
    /// let (once, plain) = (true, true);
    /// let next_news = client.listen_with("news", ListenOptions { once, plain, from: None })?;
    /// # Ok(()) }
    /// ```
    pub fn listen_with(
        &self,
        event: impl AsRef<str>,
        options: ListenOptions,
    ) -> Result<Listener, SendError> {
        let ListenOptions { from, once, plain } = options;
        let filter = match from {
            None if plain => Filter::Plain,
            None => Filter::Anybody,
            Some(_) if plain => return Err(SendError::PlainFrom),
            Some(from) => {
                self.only_with_sources()?;
                Filter::From(ClientId::new(from)?)
            }
        };
        let event = usable(event.as_ref())?;
        Ok(self.shared.add_listener(event, filter, once))
    }

    /// Fails where messages do not say who sent them.
    pub(crate) fn only_with_sources(&self) -> Result<(), SendError> {
        let what = "source of a message, so nobody can listen to one client";
        let dialect = self.dialect();
        match dialect {
            Dialect::V1 => Ok(()),
            Dialect::V2 => Err(SendError::Unsupported { what, dialect }),
        }
    }
}
