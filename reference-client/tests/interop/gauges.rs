//! What `p2p-server` says that it remembers: its metrics.

use std::{collections::HashMap, net::SocketAddr};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::soon;

/// The gauges at this moment, by name and without their prefix.
pub(crate) struct Gauges(HashMap<String, u64>);

impl Gauges {
    pub(crate) async fn read(admin: SocketAddr) -> Self {
        let request = "GET /metrics HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n";
        let mut page = String::new();
        let reading = async {
            let mut connection = TcpStream::connect(admin).await?;
            connection.write_all(request.as_bytes()).await?;
            connection.read_to_string(&mut page).await
        };
        soon(reading).await.unwrap();
        let sample = |line: &str| {
            let (name, value) = line.strip_prefix("p2p_")?.split_once(' ')?;
            Some((name.to_owned(), value.parse().ok()?))
        };
        Self(page.lines().filter_map(sample).collect())
    }

    pub(crate) fn get(&self, name: &str) -> u64 {
        *self
            .0
            .get(name)
            .unwrap_or_else(|| panic!("there is no gauge {name}"))
    }
}

/// Reads the gauges until all of these have these values. The server learns by itself that clients
/// have gone; reading is a round trip, and needs no pause.
pub(crate) async fn gauges_become(admin: SocketAddr, expected: &[(&str, u64)]) {
    let mut seen = Vec::new();
    let reading = async {
        loop {
            let gauges = Gauges::read(admin).await;
            seen = expected
                .iter()
                .map(|(name, _)| (*name, gauges.get(name)))
                .collect::<Vec<_>>();
            if seen == expected {
                return;
            }
        }
    };
    let done = tokio::time::timeout(crate::waiting::PATIENCE, reading).await;
    assert!(
        done.is_ok(),
        "expected {expected:?}, the gauges are {seen:?}"
    );
}
