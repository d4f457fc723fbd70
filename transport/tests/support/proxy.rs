//! A proxy that speaks CONNECT or SOCKS5 and remembers what it was asked for.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// See the module.
#[derive(Debug)]
pub(crate) struct TestProxy {
    pub(crate) address: String,
    asked: watch::Receiver<Vec<String>>,
}

impl TestProxy {
    /// An HTTP proxy; with `refusal`, that is what it answers.
    pub(crate) async fn http(refusal: Option<&'static str>) -> Self {
        Self::start(move |mut tcp| async move {
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                head.push(char::from(tcp.read_u8().await.ok()?));
            }
            let target = head.split(' ').nth(1)?.to_owned();
            let answer = refusal.unwrap_or("HTTP/1.1 200 OK\r\n\r\n");
            tcp.write_all(answer.as_bytes()).await.ok()?;
            refusal.is_none().then_some((tcp, target, head))
        })
        .await
    }

    /// A SOCKS5 proxy that asks for a user name and a password.
    pub(crate) async fn socks() -> Self {
        Self::start(|mut tcp| async move {
            let count = [tcp.read_u8().await.ok()?, tcp.read_u8().await.ok()?][1];
            tcp.read_exact(&mut vec![0; count.into()]).await.ok()?;
            tcp.write_all(&[5, 2]).await.ok()?;
            tcp.read_u8().await.ok()?;
            let user = text(&mut tcp).await?;
            let password = text(&mut tcp).await?;
            tcp.write_all(&[1, 0]).await.ok()?;
            let mut head = [0; 4];
            tcp.read_exact(&mut head).await.ok()?;
            let host = match head[3] {
                1 => {
                    let mut ip = [0; 4];
                    tcp.read_exact(&mut ip).await.ok()?;
                    std::net::Ipv4Addr::from(ip).to_string()
                }
                3 => text(&mut tcp).await?,
                _ => return None,
            };
            let port = tcp.read_u16().await.ok()?;
            tcp.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await.ok()?;
            Some((tcp, format!("{host}:{port}"), format!("{user}:{password}")))
        })
        .await
    }

    async fn start<F>(serve: impl Fn(TcpStream) -> F + Send + Copy + 'static) -> Self
    where
        F: Future<Output = Option<(TcpStream, String, String)>> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (seen, asked) = watch::channel(Vec::new());
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                let (seen, serving) = (seen.clone(), serve(tcp));
                tokio::spawn(async move {
                    let Some((mut tcp, target, note)) = serving.await else {
                        return;
                    };
                    seen.send_modify(|asked: &mut Vec<String>| {
                        asked.push(format!("{target} {note}"));
                    });
                    let mut server = TcpStream::connect(target).await.unwrap();
                    let _ = copy_bidirectional(&mut tcp, &mut server).await;
                });
            }
        });
        Self { address, asked }
    }

    /// What connections were asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.borrow().clone()
    }
}

/// A text after the byte of its length.
async fn text(tcp: &mut TcpStream) -> Option<String> {
    let length = tcp.read_u8().await.ok()?;
    let mut text = vec![0; length.into()];
    tcp.read_exact(&mut text).await.ok()?;
    String::from_utf8(text).ok()
}
