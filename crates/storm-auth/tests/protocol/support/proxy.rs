//! A small proxy: it tunnels (RFC 9110 §9.3.6), asks for a name, refuses, or plays a network that wants its user to sign in.
//! Whatever host is asked for, what lies behind it is one server of the test.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

#[derive(Clone)]
pub enum Manner {
    AskForName { user: String, password: String },
    Refuse,
    Portal { sends_to: String },
}

struct Shared {
    manner: Mutex<Manner>,
    asked: Mutex<Vec<String>>,
    behind: SocketAddr,
}

pub struct Proxy {
    pub address: SocketAddr,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
}

impl Proxy {
    pub async fn start(manner: Manner, behind: &Url) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let behind = behind.socket_addrs(|| None).unwrap()[0];
        let shared = Arc::new(Shared { manner: Mutex::new(manner), asked: Mutex::default(), behind });
        let serving = tokio::spawn({
            let shared = Arc::clone(&shared);
            async move {
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    let shared = Arc::clone(&shared);
                    tokio::spawn(async move { serve(stream, &shared).await });
                }
            }
        });
        Self { address, shared, serving }
    }

    pub fn behave(&self, manner: Manner) {
        *self.shared.manner.lock().unwrap() = manner;
    }

    /// What it was asked, as method and target.
    pub fn asked(&self) -> Vec<String> {
        self.shared.asked.lock().unwrap().clone()
    }

    /// Nobody listens any more at the address that is given back.
    pub async fn end(self) -> SocketAddr {
        self.serving.abort();
        assert!(self.serving.await.unwrap_err().is_cancelled());
        self.address
    }
}

async fn serve(mut stream: TcpStream, shared: &Shared) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return, // a client that went away
        }
    }
    let head = String::from_utf8(head).unwrap();
    let asked = head.split(" HTTP/1.1").next().unwrap().to_owned();
    let is_tunnel = asked.starts_with("CONNECT ");
    shared.asked.lock().unwrap().push(asked);
    let manner = shared.manner.lock().unwrap().clone();
    let answer = match manner {
        Manner::AskForName { user, password } => {
            let known = format!("basic {}", BASE64_STANDARD.encode(format!("{user}:{password}"))).to_lowercase();
            let is_known = head.to_lowercase().contains(&format!("proxy-authorization: {known}\r\n"));
            (!is_known)
                .then(|| "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"proxy\"".to_owned())
        }
        Manner::Refuse => Some("403 Forbidden".to_owned()),
        Manner::Portal { sends_to } => (!is_tunnel).then(|| format!("302 Found\r\nLocation: {sends_to}")),
    };
    // Either side may go away at any moment.
    if let Some(answer) = answer {
        let _ = stream.write_all(format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n").as_bytes()).await;
        return;
    }
    let mut behind = TcpStream::connect(shared.behind).await.unwrap();
    if stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.is_ok() {
        let _ = copy_bidirectional(&mut stream, &mut behind).await;
    }
}
