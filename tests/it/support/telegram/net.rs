//! Sockets: a listener whose connections can be cut, and a client for webhooks.
//!
//! It does: reset a connection in the middle of a call, refuse all of them during an outage, and
//! POST one JSON document over plain HTTP.
//! It does not: TLS, HTTP/2 or connection pools.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use futures_util::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// Telegram waits long for a webhook; a test should not.
const WEBHOOK_PATIENCE: Duration = Duration::from_secs(10);

/// The knife for one connection.
#[derive(Debug, Default)]
pub struct Knife {
    cut: AtomicBool,
    waker: AtomicWaker,
    /// The call that came last on this connection, counted from 1; 0 for none.
    last: AtomicUsize,
}

impl Knife {
    /// Breaks the connection with a TCP reset.
    pub fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
        self.waker.wake();
    }

    /// Notes the call that came last. That it came shows that the answer before it was read.
    pub fn note(&self, call: usize) {
        self.last.store(call + 1, Ordering::SeqCst);
    }

    /// Whether nothing more goes through.
    pub fn is_cut(&self) -> bool {
        self.cut.load(Ordering::SeqCst)
    }
}

/// All open connections.
#[derive(Debug, Default)]
pub struct Lines {
    down: AtomicBool,
    open: Mutex<Vec<Weak<Knife>>>,
}

impl Lines {
    /// Starts or ends an outage. Its start cuts every open connection; gives back the last call of
    /// each, whose answer may not have been read.
    pub fn set_down(&self, down: bool) -> Vec<usize> {
        self.down.store(down, Ordering::SeqCst);
        if down { self.cut_all() } else { Vec::new() }
    }

    /// Cuts every open connection, and gives back the last call of each.
    pub fn cut_all(&self) -> Vec<usize> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let knives = open.drain(..).filter_map(|knife| knife.upgrade());
        knives
            .filter_map(|knife| {
                knife.cut();
                knife.last.load(Ordering::SeqCst).checked_sub(1)
            })
            .collect()
    }

    fn add(&self) -> Arc<Knife> {
        let knife = Arc::new(Knife::default());
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|old| old.strong_count() > 0);
        open.push(Arc::downgrade(&knife));
        knife
    }
}

/// A listener that hands out connections with knives.
#[derive(Debug)]
pub struct Gate {
    /// The real listener.
    pub listener: TcpListener,
    /// The register of connections.
    pub lines: Arc<Lines>,
}

impl Listener for Gate {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Line, SocketAddr) {
        loop {
            let Ok((stream, address)) = self.listener.accept().await else {
                // Out of descriptors or a vanished peer: give others a turn and try again.
                tokio::task::yield_now().await;
                continue;
            };
            let _ = stream.set_nodelay(true);
            if self.lines.down.load(Ordering::SeqCst) {
                let _ = stream.set_zero_linger();
                continue;
            }
            return (Line { stream, knife: self.lines.add() }, address);
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// One connection.
#[derive(Debug)]
pub struct Line {
    stream: TcpStream,
    knife: Arc<Knife>,
}

impl Line {
    fn check(&self) -> io::Result<()> {
        if !self.knife.is_cut() {
            return Ok(());
        }
        // With zero linger the drop that follows sends RST instead of FIN.
        let _ = self.stream.set_zero_linger();
        Err(io::ErrorKind::ConnectionReset.into())
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // The waker first: a cut between the two would otherwise go unseen.
        self.knife.waker.register(cx.waker());
        self.check()?;
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(cx, data)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// What a handler gets to know about its connection.
#[derive(Debug, Clone)]
pub struct Peer(pub Arc<Knife>);

impl Connected<IncomingStream<'_, Gate>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Gate>) -> Self {
        Self(Arc::clone(&stream.io().knife))
    }
}

/// POSTs JSON and gives back the status code.
pub async fn post_json(address: &str, path: &str, headers: &[(&str, &str)], body: &str) -> io::Result<u16> {
    let exchange = async {
        let mut stream = TcpStream::connect(address).await?;
        let mut head = format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n",
            body.len()
        );
        for (name, value) in headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        head.push_str("\r\n");
        head.push_str(body);
        stream.write_all(head.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        let line = String::from_utf8_lossy(&answer);
        let status = line.split(' ').nth(1).and_then(|code| code.parse().ok());
        status.ok_or_else(|| io::Error::other("no HTTP answer"))
    };
    tokio::time::timeout(WEBHOOK_PATIENCE, exchange)
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}
