//! Coming and going in a replay.

use sio_p2p_transport::{ConnectError, ConnectOptions, EioVersion, PacketSocket};

use super::connection::Connection;
use super::play::{Play, Stop};
use super::sequence::Row;
use crate::attachments::strings;
use crate::record::{Kind, Line};

impl Play<'_> {
    fn options(&self, client: &str) -> Result<ConnectOptions, Stop> {
        let unfit = |error: ConnectError| Stop::Untestable(error.to_string());
        let eio = self.generations.get(client).copied();
        let eio = eio.unwrap_or_else(|| self.recording.eio());
        let setting = &self.setting;
        let mut options = setting
            .access
            .options(&setting.url, eio)
            .map_err(unfit)?
            .connect_timeout(self.setting.patience)
            .close_timeout(self.setting.patience);
        if let Some(query) = self.queries.get(client).filter(|query| !query.is_empty()) {
            options = options.raw_query(&self.names.query(query));
        }
        // What the user says stands above what was recorded, which may be left out.
        let own = &setting.access;
        let own = own.auth.is_some() || own.token.is_some();
        if own {
            return Ok(options);
        }
        if let (Some(auth), EioVersion::V4) = (self.auths.get(client), eio) {
            options = options.auth(strings(auth, &mut |text| self.names.sent(text)));
        }
        Ok(options)
    }

    pub(super) async fn connect(&mut self, line: &Line) -> Result<(), Stop> {
        self.settle(Some(&line.client)).await?;
        let options = self.options(&line.client)?;
        match PacketSocket::connect(&options).await {
            Ok(socket) => {
                if let Some(sid) = socket.handshake().sid.clone() {
                    self.names.bind(&format!("<sid:{}>", line.client), &sid);
                }
                self.gone.remove(&line.client);
                self.clients
                    .insert(line.client.clone(), Connection::new(socket));
                self.rows.push(Row::same(line, "connect".to_owned()));
                Ok(())
            }
            Err(error @ (ConnectError::Unreachable { .. } | ConnectError::InvalidOptions(_))) => {
                Err(Stop::Untestable(error.to_string()))
            }
            Err(error) => {
                self.rows.push(Row::other(line, Some(error.to_string())));
                Err(Stop::Different(format!("{} is not accepted", line.client)))
            }
        }
    }

    pub(super) async fn refused(&mut self, line: &Line) -> Result<(), Stop> {
        self.settle(Some(&line.client)).await?;
        let seen = match PacketSocket::connect(&self.options(&line.client)?).await {
            Err(ConnectError::Refused(refusal)) => {
                format!("[{}]", refusal.data.unwrap_or_default())
            }
            Err(error @ (ConnectError::Unreachable { .. } | ConnectError::InvalidOptions(_))) => {
                return Err(Stop::Untestable(error.to_string()));
            }
            Err(error) => error.to_string(),
            Ok(socket) => {
                socket.close().await;
                "connect".to_owned()
            }
        };
        if self.names.fits(&line.list(), &seen) {
            self.rows
                .push(Row::same(line, format!("connect_error {seen}")));
            self.matched += 1;
            return Ok(());
        }
        self.rows.push(Row::other(line, Some(seen)));
        Err(Stop::Different(format!(
            "{} is not refused as it was",
            line.client
        )))
    }

    pub(super) async fn leave(&mut self, line: &Line) -> Result<(), Stop> {
        self.settle(Some(&line.client)).await?;
        // Whatever it has caused at itself is there when its echo is. If it left at once after
        // its last packet, what that caused came too late to be recorded.
        let at_once = self.busy.as_ref() == Some(&line.client);
        self.echo(&line.client).await?;
        self.nothing_left(&line.client, at_once)?;
        self.rows.push(Row::sent(line));
        let Some(connection) = self.clients.remove(&line.client) else {
            return Ok(());
        };
        self.busy = None;
        self.gone.insert(line.client.clone());
        if line.kind == Kind::Disconnect {
            connection.sender().close().await;
        } else {
            connection.sender().abort().await;
        }
        self.departed(&line.client).await
    }
}
