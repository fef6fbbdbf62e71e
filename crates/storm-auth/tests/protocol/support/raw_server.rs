//! A server that writes exact bytes, and remembers what it was sent.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

/// What happens after a request was read.
#[derive(Clone)]
pub enum Reply {
    /// These bytes, then an orderly end.
    Bytes(Vec<u8>),
    /// These bytes, then a TCP reset.
    Reset(Vec<u8>),
    /// Nothing, for ever.
    Silence,
    /// A head, then this piece again and again with a pause between.
    Endless { head: String, piece: Vec<u8>, pause: Duration },
}

pub struct RawServer {
    pub base: Url,
    requests: Arc<Mutex<Vec<String>>>,
    written: Arc<Mutex<u64>>,
    task: JoinHandle<()>,
}

impl RawServer {
    /// Answers every request with the same reply.
    pub async fn always(reply: Reply) -> Self {
        Self::start(move |_| reply.clone()).await
    }

    /// Answers the n-th request (from 0) with `reply(n)`.
    pub async fn start(reply: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Self {
        Self::at("127.0.0.1:0".parse().unwrap(), reply).await
    }

    /// Listens at a given address.
    pub async fn at(address: SocketAddr, reply: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let base = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::new(Mutex::new(0));
        let reply = Arc::new(reply);
        let task = tokio::spawn({
            let (requests, written) = (Arc::clone(&requests), Arc::clone(&written));
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let (requests, written, reply) = (Arc::clone(&requests), Arc::clone(&written), Arc::clone(&reply));
                    tokio::spawn(async move { serve(stream, &requests, &written, &*reply).await });
                }
            }
        });
        Self { base, requests, written, task }
    }

    pub fn url(&self, path: &str) -> Url {
        self.base.join(path).unwrap()
    }

    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// Bytes that the system took from an endless reply.
    pub fn written(&self) -> u64 {
        *self.written.lock().unwrap()
    }
}

impl Drop for RawServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    requests: &Mutex<Vec<String>>,
    written: &Mutex<u64>,
    reply: &(dyn Fn(usize) -> Reply + Send + Sync),
) {
    let Some(request) = read_request(&mut stream).await else { return };
    let number = {
        let mut requests = requests.lock().unwrap();
        requests.push(request);
        requests.len() - 1
    };
    match reply(number) {
        Reply::Bytes(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
        Reply::Reset(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.flush().await;
            stream.set_zero_linger().unwrap();
        }
        Reply::Silence => {
            // Until the client leaves.
            let _ = stream.read(&mut [0]).await;
        }
        Reply::Endless { head, piece, pause } => {
            let _ = stream.write_all(head.as_bytes()).await;
            while stream.write_all(&piece).await.is_ok() {
                *written.lock().unwrap() += piece.len() as u64;
                tokio::time::sleep(pause).await;
            }
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head
            .lines()
            .find_map(|line| {
                line.to_ascii_lowercase().strip_prefix("content-length:").map(|v| v.trim().parse::<usize>())
            })
            .map_or(0, Result::unwrap);
        if body.len() >= length {
            return Some(text.into_owned());
        }
    }
}

/// A whole answer with a JSON body; `status` is a line such as `200 OK`.
pub fn json(status: &str, body: &str) -> Reply {
    let length = body.len();
    Reply::Bytes(
        format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
            .into_bytes(),
    )
}
