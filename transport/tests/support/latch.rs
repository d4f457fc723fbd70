//! A forwarder that holds WebSocket requests up until it is opened.

use sio_p2p_transport::ConnectOptions;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// See the module.
#[derive(Debug)]
pub(crate) struct Latch(watch::Sender<bool>);

impl Latch {
    /// Puts a closed latch before the server at this address; gives options to connect to it.
    pub(crate) async fn before(server: String) -> (Self, ConnectOptions) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (opener, open) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(forward(client, server.clone(), open.clone()));
            }
        });
        let options = ConnectOptions::new(&format!("http://{address}")).unwrap();
        (Self(opener), options)
    }

    /// Lets everything pass from now on.
    pub(crate) fn open(&self) {
        self.0.send_replace(true);
    }
}

async fn forward(mut client: TcpStream, target: String, mut open: watch::Receiver<bool>) {
    let mut head = vec![0; 4096];
    let read = client.read(&mut head).await.unwrap_or(0);
    if String::from_utf8_lossy(&head[..read]).contains("transport=websocket") {
        let _ = open.wait_for(|open| *open).await;
    }
    let Ok(mut server) = TcpStream::connect(target).await else {
        return;
    };
    server.set_nodelay(true).unwrap();
    client.set_nodelay(true).unwrap();
    if server.write_all(&head[..read]).await.is_ok() {
        let _ = copy_bidirectional(&mut client, &mut server).await;
    }
}
