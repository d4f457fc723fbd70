//! A server that is killed in the middle of things, and started again on its port.
//!
//! Eight times, or as often as `SIO_P2P_KILLS` says: `cargo xtask measure client` sets it.

use std::{collections::HashSet, sync::Arc, time::Duration};

use parking_lot::Mutex;
use sio_p2p_client::{
    Client, ConnectionState, Dialect, EventStream, Listener, ListenerGuard, Reconnect, Restorable,
    Restored, StreamError, Subscription, Topic,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{Plan, process::Process, servers::Servers, soon, waiting::until};

pub(crate) fn plans() -> Vec<Plan> {
    vec![Plan::new(
        "killed: a server in use, and nothing that was acknowledged is lost",
        killed_in_use,
    )]
}

fn kills() -> u32 {
    let kills = std::env::var("SIO_P2P_KILLS").ok();
    kills.map_or(8, |kills| kills.parse().expect("SIO_P2P_KILLS is a number"))
}

async fn client(server: &Process, id: &str, dialect: Dialect) -> Client {
    Client::builder(&server.url, id)
        .dialect(dialect)
        .service(dialect == Dialect::V1)
        .deadline(Duration::from_secs(2))
        .reconnect(Reconnect {
            first_delay: Duration::from_millis(10),
            longest_delay: Duration::from_millis(200),
            ..Reconnect::default()
        })
        .connect()
        .await
        .unwrap()
}

async fn state(client: &Client, what: impl Fn(&ConnectionState) -> bool) {
    soon(client.state().wait_for(|state| what(state)))
        .await
        .unwrap();
}

/// What `b` was asked, in order.
type Seen = Arc<Mutex<Vec<u32>>>;

/// Four clients with one of everything that has to survive.
struct Scene {
    a: Client,
    b: Client,
    /// `b` answers questions and remembers them.
    _answering: ListenerGuard,
    seen: Seen,
    news: Listener,
    restored_a: EventStream<Restored>,
    restored_b: EventStream<Restored>,
    /// A service of `v1` and its subscriber.
    service: Client,
    subscriber: Client,
    topic: Topic,
    subscription: Subscription,
    restored_subscriber: EventStream<Restored>,
}

impl Scene {
    async fn new(server: &Process) -> Self {
        let (a, b) = (
            client(server, "a", Dialect::V2).await,
            client(server, "b", Dialect::V2).await,
        );
        let seen = Seen::default();
        let seeing = Arc::clone(&seen);
        let answering = b.on("n", move |question| {
            let seeing = Arc::clone(&seeing);
            async move {
                let n: u32 = question.parse().unwrap();
                seeing.lock().push(n);
                // The connection that asked may be gone.
                question.answer(n).await.ok();
            }
        });
        let news = b.listen("news").unwrap();
        b.join_room("room").await.unwrap();
        let mut api = b.provide_api("api").await.unwrap();
        tokio::spawn(async move {
            while let Some(call) = api.next().await {
                call.answer("of b").await.ok();
            }
        });
        a.add_target("b").await.unwrap();
        let service = client(server, "service", Dialect::V1).await;
        let subscriber = client(server, "subscriber", Dialect::V1).await;
        let topic = service.create_topic("topic").await.unwrap();
        let subscription = subscriber.service("service").unwrap();
        let subscription = subscription.subscribe("topic").await.unwrap();
        Self {
            restored_a: a.restored(),
            restored_b: b.restored(),
            restored_subscriber: subscriber.restored(),
            a,
            b,
            _answering: answering.unwrap(),
            seen,
            news,
            service,
            subscriber,
            topic,
            subscription,
        }
    }

    fn all(&self) -> [&Client; 4] {
        [&self.a, &self.b, &self.service, &self.subscriber]
    }

    /// After a reconnect: everything is told to be back, or told to be lost and set up again; and
    /// then it works.
    async fn is_whole(&mut self, round: u32) {
        for lost in told(&mut self.restored_a).await {
            assert_eq!(lost, Restorable::Target("b".try_into().unwrap()));
            self.a.add_target("b").await.unwrap();
        }
        assert_eq!(told(&mut self.restored_b).await, []);
        for lost in told(&mut self.restored_subscriber).await {
            assert!(matches!(lost, Restorable::Subscription(..)), "{lost:?}");
            let service = self.subscriber.service("service").unwrap();
            self.subscription = service.subscribe("topic").await.unwrap();
        }
        assert_eq!(self.a.counters().targets, 1);
        self.a.emit_room("room", "news", round).await.unwrap();
        let news = soon(self.news.next()).await.unwrap();
        assert_eq!(news.parse(), Ok(round));
        let answer: String = self.a.use_api("api", ()).await.unwrap();
        assert_eq!(answer, "of b");
        self.topic.publish(round).await.unwrap();
        let publication = soon(self.subscription.next()).await.unwrap();
        assert_eq!(publication.parse(), Ok(round));
    }
}

/// What is told after a reconnect, up to its end; gives what was lost. The link that `a` has made
/// is lost to `b`, which cannot make it itself.
async fn told(news: &mut EventStream<Restored>) -> Vec<Restorable> {
    let mut lost = Vec::new();
    loop {
        match soon(news.next()).await.unwrap() {
            Restored::Done => return lost,
            Restored::Lost(Restorable::LinkBy(_), _) | Restored::Back(_) => {}
            Restored::Lost(item, _) => lost.push(item),
            other => panic!("{other:?}"),
        }
    }
}

async fn killed_in_use(_: Arc<Servers>) {
    let mut server = Process::anywhere().await;
    let address = server.address;
    let mut scene = Scene::new(&server).await;
    // Asks on and on, through every loss of the connection.
    let asker = scene.a.clone();
    let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
    let asking = tokio::spawn(async move {
        let mut answered = Vec::new();
        for n in 0.. {
            tokio::select! {
                biased;
                _ = &mut stopped => break,
                answer = asker.request_to::<u32>("b", "n", n) => {
                    if answer == Ok(n) {
                        answered.push(n);
                    }
                }
            }
        }
        answered
    });
    for round in 0..kills() {
        let mut acceptor = scene.b.accept_streams();
        let (ours, theirs) = tokio::join!(scene.a.open_stream("b").into_future(), async {
            soon(acceptor.next()).await.unwrap().accept().unwrap()
        });
        let (mut ours, mut theirs) = (ours.unwrap(), theirs);
        ours.write_all(b"in the middle").await.unwrap();
        server.kill().await;
        for client in scene.all() {
            state(client, |state| !state.is_connected()).await;
        }
        let mut rest = Vec::new();
        for end in [&mut ours, &mut theirs] {
            let error = soon(end.read_to_end(&mut rest)).await.unwrap_err();
            let reason = StreamError::of(&error);
            assert!(
                matches!(reason, Some(StreamError::Disconnected(_))),
                "{error}"
            );
        }
        server = Process::start(address).await;
        for client in scene.all() {
            state(client, ConnectionState::is_connected).await;
        }
        scene.is_whole(round).await;
        assert_eq!(scene.a.counters().streams + scene.b.counters().streams, 0);
    }
    stop.send(()).unwrap();
    let answered = soon(asking).await.unwrap();
    let seen = scene.seen.lock().clone();
    let once: HashSet<u32> = seen.iter().copied().collect();
    assert_eq!(
        once.len(),
        seen.len(),
        "a handler ran twice for one question"
    );
    assert!(
        answered.iter().all(|n| once.contains(n)),
        "an answer out of nothing"
    );
    println!(
        "{} kills: {} questions answered, {} handled",
        kills(),
        answered.len(),
        seen.len()
    );
    assert!(answered.len() >= kills() as usize);
    until("no question is open", || scene.a.counters().questions == 0).await;
}
