//! A way to the practice service that can be cut, as a VPN or a proxy that goes away under a request.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

pub struct Tunnel {
    address: SocketAddr,
    to: SocketAddr,
    forwarding: Option<JoinHandle<()>>,
}

impl Tunnel {
    pub async fn dig(to: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        Self { address, to, forwarding: Some(tokio::spawn(forward(listener, to))) }
    }

    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Whatever is on its way is lost, and nothing more comes through.
    pub async fn cut(&mut self) {
        let forwarding = self.forwarding.take().unwrap();
        forwarding.abort();
        assert!(forwarding.await.unwrap_err().is_cancelled());
    }

    /// It is there again, at the same address.
    pub async fn mend(&mut self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.forwarding = Some(tokio::spawn(forward(listener, self.to)));
    }
}

async fn forward(listener: TcpListener, to: SocketAddr) {
    let from = listener.local_addr().unwrap();
    let mut connections = JoinSet::new();
    loop {
        let (near, _) = listener.accept().await.unwrap();
        connections.spawn(async move {
            let (near_out, near_in) = near.into_split();
            let (far_out, far_in) = TcpStream::connect(to).await.unwrap().into_split();
            tokio::join!(carry_requests(near_out, far_in, from, to), carry(far_out, near_in));
        });
    }
}

/// The practice service answers to its own address only, so that is what it is called.
async fn carry_requests(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, called: SocketAddr, name: SocketAddr) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let request = String::from_utf8(buffer[..length].to_vec()).unwrap();
        if to.write_all(request.replace(&called.to_string(), &name.to_string()).as_bytes()).await.is_err() {
            return; // the service went away
        }
    }
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
    let _ = tokio::io::copy(&mut from, &mut to).await; // either side may go away
}
