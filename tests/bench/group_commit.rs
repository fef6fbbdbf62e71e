//! The floor of a storm: the least program that refreshes many grants and keeps each answer durably. It sends the same
//! requests over kept connections, seals each answer, and commits whatever waits in one transaction.
//!
//! Deliberately absent: leases, intents, landing slots, generations, a log; what it does not do is what ours costs.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aes_gcm::aead::{AeadInOut as _, KeyInit as _};
use aes_gcm::{Aes256Gcm, Nonce};
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use rusqlite::Connection;
use serde::Deserialize;
use storm_tests::{Outcome, StepError, ensure};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};

/// The same as ours, so that both batch alike.
const LARGEST_BATCH: usize = 256;
const QUEUE: usize = 1_024;

/// A program with its refresh tokens, its key and its database.
pub struct GroupCommit {
    base_url: String,
    refresh_tokens: Mutex<Vec<String>>,
    cipher: Aes256Gcm,
    writer: mpsc::Sender<Sealed>,
}

struct Sealed {
    grant: usize,
    answer: Vec<u8>,
    committed: oneshot::Sender<()>,
}

#[derive(Deserialize)]
struct Answer {
    refresh_token: String,
}

pub fn failed(error: impl std::fmt::Display) -> StepError {
    StepError::Wrong(error.to_string())
}

impl GroupCommit {
    /// One that holds these refresh tokens, with a database at `path`.
    ///
    /// # Errors
    /// When the database cannot be made.
    pub fn start(base_url: &str, path: &Path, refresh_tokens: Vec<String>) -> Outcome<Arc<Self>> {
        let database = Connection::open(path).map_err(failed)?;
        database
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;
                 CREATE TABLE refreshed (id INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT;",
            )
            .map_err(failed)?;
        let (writer, waiting) = mpsc::channel(QUEUE);
        std::thread::Builder::new().name("floor-writer".to_owned()).spawn(move || {
            if let Err(error) = write(&database, waiting) {
                eprintln!("the floor's writer ended: {error}");
            }
        })?;
        Ok(Arc::new(Self {
            base_url: base_url.to_owned(),
            refresh_tokens: Mutex::new(refresh_tokens),
            cipher: Aes256Gcm::new(&[7; 32].into()),
            writer,
        }))
    }

    /// Refreshes the first `count` grants, over so many connections.
    ///
    /// # Errors
    /// When one fails.
    pub async fn refresh(self: &Arc<Self>, count: usize, connections: usize) -> Outcome {
        let next = Arc::new(AtomicUsize::new(0));
        let connections = (0..connections).map(|_| {
            let (floor, next) = (Arc::clone(self), Arc::clone(&next));
            tokio::spawn(async move {
                let mut connection = floor.connect().await?;
                loop {
                    let grant = next.fetch_add(1, Ordering::Relaxed);
                    if grant >= count {
                        return Outcome::Ok(());
                    }
                    floor.refresh_one(&mut connection, grant).await?;
                }
            })
        });
        for connection in futures_util::future::join_all(connections).await {
            connection.map_err(failed)??;
        }
        Ok(())
    }

    async fn connect(&self) -> Outcome<SendRequest<Full<Bytes>>> {
        let stream = TcpStream::connect(self.base_url.trim_start_matches("http://")).await?;
        stream.set_nodelay(true)?;
        let (send, connection) = handshake(TokioIo::new(stream)).await.map_err(failed)?;
        tokio::spawn(connection);
        Ok(send)
    }

    async fn refresh_one(&self, connection: &mut SendRequest<Full<Bytes>>, grant: usize) -> Outcome {
        let form = {
            let held = self.refresh_tokens.lock().unwrap_or_else(PoisonError::into_inner);
            format!("grant_type=refresh_token&refresh_token={}&client_id=practice-desktop", held[grant])
        };
        let request = Request::post("/oauth/token")
            .header("host", self.base_url.trim_start_matches("http://"))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .body(Full::from(form))
            .map_err(failed)?;
        connection.ready().await.map_err(failed)?;
        let response = connection.send_request(request).await.map_err(failed)?;
        let accepted = response.status().is_success();
        let body = response.into_body().collect().await.map_err(failed)?.to_bytes();
        ensure(accepted, || "the floor was refused a token".to_owned())?;
        let Answer { refresh_token } = serde_json::from_slice(&body)?;
        let (committed, done) = oneshot::channel();
        let answer = self.seal(grant, &body)?;
        self.writer.send(Sealed { grant, answer, committed }).await.map_err(failed)?;
        done.await.map_err(failed)?;
        self.refresh_tokens.lock().unwrap_or_else(PoisonError::into_inner)[grant] = refresh_token;
        Ok(())
    }

    fn seal(&self, grant: usize, answer: &[u8]) -> Outcome<Vec<u8>> {
        let mut nonce = [0; 12];
        getrandom::fill(&mut nonce).map_err(failed)?;
        let mut sealed = answer.to_vec();
        let place = grant.to_le_bytes();
        self.cipher.encrypt_in_place(&Nonce::from(nonce), &place, &mut sealed).map_err(failed)?;
        sealed.extend_from_slice(&nonce);
        Ok(sealed)
    }
}

/// Commits what waits together, until nobody is left to wait.
fn write(database: &Connection, mut waiting: mpsc::Receiver<Sealed>) -> rusqlite::Result<()> {
    let mut put = database.prepare("INSERT OR REPLACE INTO refreshed (id, sealed) VALUES (?1, ?2)")?;
    while let Some(first) = waiting.blocking_recv() {
        database.execute_batch("BEGIN IMMEDIATE")?;
        let mut committed = Vec::new();
        let mut next = Some(first);
        while let Some(sealed) = next.take() {
            put.execute((i64::try_from(sealed.grant).unwrap_or(i64::MAX), sealed.answer))?;
            committed.push(sealed.committed);
            next = if committed.len() < LARGEST_BATCH { waiting.try_recv().ok() } else { None };
        }
        database.execute_batch("COMMIT")?;
        for committed in committed {
            let _ = committed.send(()); // nobody waits after a failure elsewhere
        }
    }
    Ok(())
}
