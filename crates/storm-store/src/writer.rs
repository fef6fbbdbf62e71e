//! The one connection that writes, and group commit.
//!
//! Writes queue up; whatever waits when the writer comes by is committed in one transaction with one sync of the disk, each
//! write in a savepoint of its own. INVARIANT: a write is answered only after the transaction it was part of is durable, and
//! a write that fails takes nothing else with it. A write whose caller has gone away is carried out all the same.

use std::mem;

use futures_util::future::BoxFuture;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, Connection as _, Sqlite, SqliteConnection};
use storm_domain::VaultError;
use tokio::sync::{mpsc, oneshot, watch};

use crate::database::FileIdentity;
use crate::folder::VaultFolder;
use crate::lock::VaultLock;
use crate::mark::Mark;
use crate::{database, fault};

/// Most writes in one transaction: beyond that the first waits longer than the others gain.
const LARGEST_BATCH: usize = 256;
/// How many writes may wait before callers are held back.
const QUEUE: usize = 1_024;
/// After so many writes a checkpoint runs as soon as nobody waits.
const CHECKPOINT_AFTER: usize = 512;

/// The queue's near end. Clones write to the same queue.
#[derive(Debug, Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Message>,
    /// Whether a write found the database damaged, deleted or replaced.
    pub(crate) damaged: watch::Sender<bool>,
}

enum Message {
    Write(Box<dyn Write>),
    Close(oneshot::Sender<()>),
}

trait Write: Send {
    /// Whether it cannot fail after it has changed something, and so needs no savepoint.
    fn is_atomic(&self) -> bool;
    /// Does the work and keeps its outcome.
    fn run<'a>(&'a mut self, turn: &'a mut Turn<'_>) -> BoxFuture<'a, Result<(), VaultError>>;
    /// Answers with the outcome, or with what kept the transaction from being committed.
    fn answer(self: Box<Self>, committed: Result<(), VaultError>);
}

struct Waiting<T, F> {
    is_atomic: bool,
    work: Option<F>,
    outcome: Option<Result<T, VaultError>>,
    reply: oneshot::Sender<Result<T, VaultError>>,
}

impl<T, F> Write for Waiting<T, F>
where
    T: Send,
    F: for<'a, 't> FnOnce(&'a mut Turn<'t>) -> BoxFuture<'a, Result<T, VaultError>> + Send,
{
    fn is_atomic(&self) -> bool {
        self.is_atomic
    }

    fn run<'a>(&'a mut self, turn: &'a mut Turn<'_>) -> BoxFuture<'a, Result<(), VaultError>> {
        Box::pin(async move {
            let Some(work) = self.work.take() else { return Ok(()) };
            let outcome = work(turn).await;
            let told = outcome.as_ref().map(|_| ()).map_err(Clone::clone);
            self.outcome = Some(outcome);
            told
        })
    }

    fn answer(self: Box<Self>, committed: Result<(), VaultError>) {
        let outcome = committed.and(self.outcome.unwrap_or(Err(VaultError::Locked)));
        let _ = self.reply.send(outcome); // the caller may have gone away
    }
}

impl Writer {
    /// Starts the writer. It holds the vault lock until the connection is closed.
    pub(crate) fn start(folder: VaultFolder, connection: SqliteConnection, lock: VaultLock) -> Self {
        let (queue, writes) = mpsc::channel(QUEUE);
        tokio::spawn(serve(folder, connection, writes, lock));
        Self { queue, damaged: watch::Sender::new(false) }
    }

    /// Carries out `work` and returns when it is durable. If it fails, nothing of it stays.
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T, VaultError>
    where
        T: Send + 'static,
        F: for<'a> FnOnce(&'a mut SqliteConnection) -> BoxFuture<'a, Result<T, VaultError>> + Send + 'static,
    {
        self.queue(false, |turn| Box::pin(async move { work(turn.connection().await?).await })).await
    }

    /// The same for work that knows its first and its last command, and sends the transaction's own along with them.
    pub(crate) async fn write_in_turn<T, F>(&self, work: F) -> Result<T, VaultError>
    where
        T: Send + 'static,
        F: for<'a, 't> FnOnce(&'a mut Turn<'t>) -> BoxFuture<'a, Result<T, VaultError>> + Send + 'static,
    {
        self.queue(false, work).await
    }

    /// The same for work whose one statement that writes is its last. It needs no savepoint, which spares a round trip.
    pub(crate) async fn write_statement<T, F>(&self, work: F) -> Result<T, VaultError>
    where
        T: Send + 'static,
        F: for<'a> FnOnce(&'a mut SqliteConnection) -> BoxFuture<'a, Result<T, VaultError>> + Send + 'static,
    {
        self.queue(true, |turn| Box::pin(async move { work(turn.connection().await?).await })).await
    }

    async fn queue<T, F>(&self, is_atomic: bool, work: F) -> Result<T, VaultError>
    where
        T: Send + 'static,
        F: for<'a, 't> FnOnce(&'a mut Turn<'t>) -> BoxFuture<'a, Result<T, VaultError>> + Send + 'static,
    {
        let (reply, outcome) = oneshot::channel();
        let waiting = Waiting { is_atomic, work: Some(work), outcome: None, reply };
        self.queue.send(Message::Write(Box::new(waiting))).await.map_err(|_| VaultError::Locked)?;
        let outcome = outcome.await.map_err(|_| VaultError::Locked)?;
        if matches!(outcome, Err(VaultError::DatabaseDamaged)) {
            self.damaged.send_replace(true);
        }
        outcome
    }

    /// Commits what waits, closes the connection and gives the lock back. Later writes fail with [`VaultError::Locked`].
    pub(crate) async fn close(&self) {
        let (closed, done) = oneshot::channel();
        if self.queue.send(Message::Close(closed)).await.is_ok() {
            let _ = done.await; // an error means that it is closed already
        }
    }
}

async fn serve(
    folder: VaultFolder,
    mut connection: SqliteConnection,
    mut queue: mpsc::Receiver<Message>,
    lock: VaultLock,
) {
    let (checkpoint, checkpoints) = mpsc::channel(1);
    let checkpointer = tokio::spawn(checkpoint_when_idle(folder.clone(), FileIdentity::of(&folder), checkpoints));
    let mut place = Place::of(&folder);
    let mut since_checkpoint = 0;
    let mut closing = None;
    while let Some(message) = queue.recv().await {
        match message {
            Message::Write(first) => {
                since_checkpoint +=
                    commit_together(&mut connection, &folder, &mut place, first, &mut queue, &mut closing).await;
            }
            Message::Close(closed) => closing = Some(closed),
        }
        if closing.is_some() {
            queue.close(); // what is in the queue is still written, then recv ends the loop
        }
        if since_checkpoint >= CHECKPOINT_AFTER && queue.is_empty() && checkpoint.try_send(()).is_ok() {
            since_checkpoint = 0;
        }
    }
    drop(checkpoint);
    let _ = checkpointer.await; // so that ours is the last connection, which tidies the log away
    place.leave();
    if let Err(error) = connection.close().await {
        tracing::warn!(error = %fault::of_sqlx(error), "the database was not closed cleanly");
    }
    drop(lock);
    if let Some(closed) = closing {
        let _ = closed.send(());
    }
}

/// Runs `first` and whatever else waits in one transaction; returns how many writes that were.
async fn commit_together(
    connection: &mut SqliteConnection,
    folder: &VaultFolder,
    place: &mut Place,
    first: Box<dyn Write>,
    queue: &mut mpsc::Receiver<Message>,
    closing: &mut Option<oneshot::Sender<()>>,
) -> usize {
    let mut batch = Vec::new();
    let mut next = Some(first);
    let mut stage = Stage::NotBegun;
    let mut committed = Ok(());
    while let Some(mut write) = next.take() {
        if committed.is_ok() {
            committed = run(connection, &mut stage, write.as_mut(), queue).await;
        }
        batch.push(write);
        if committed.is_ok() && stage != Stage::Committed && batch.len() < LARGEST_BATCH {
            next = match queue.try_recv() {
                Ok(Message::Write(write)) => Some(write),
                Ok(Message::Close(closed)) => {
                    *closing = Some(closed);
                    None
                }
                Err(_) => None,
            };
        }
    }
    if committed.is_ok() && matches!(stage, Stage::Clean | Stage::Written) {
        committed = execute(connection, "COMMIT").await;
    }
    if committed.is_err() {
        // Fails when SQLite has rolled back by itself, as it does when the disk is full.
        let _ = execute(connection, "ROLLBACK").await;
    } else if place.file.is_still(folder) {
        place.mark();
    } else {
        committed = Err(VaultError::DatabaseDamaged);
    }
    let count = batch.len();
    for write in batch {
        write.answer(committed.clone());
    }
    count
}

/// Where the writes go, and how far they have come. A database that is deleted or replaced meanwhile takes writes that nobody
/// will ever read.
struct Place {
    file: FileIdentity,
    mark: Option<Mark>,
}

impl Place {
    fn of(folder: &VaultFolder) -> Self {
        let mark = Mark::open(folder);
        if let Err(error) = &mark {
            tracing::warn!(%error, "a shortened log would not be noticed");
        }
        Self { file: FileIdentity::of(folder), mark: mark.ok() }
    }

    fn mark(&mut self) {
        if let Some(Err(error)) = self.mark.as_mut().map(Mark::set) {
            tracing::warn!(%error, "a shortened log would not be noticed");
        }
    }

    fn leave(&self) {
        if let Some(Err(error)) = self.mark.as_ref().map(Mark::clear) {
            tracing::warn!(%error, "the next start may say that the vault is older than it was");
        }
    }
}

/// How far the transaction of a batch has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    NotBegun,
    /// The savepoint is open, and nothing was written since.
    Clean,
    /// Earlier writes of the batch stand behind the open savepoint, and would be undone with it.
    Written,
    Committed,
}

/// Runs one write, in a savepoint of its own if it needs one. An error here means that the whole transaction is lost; the
/// write's own failure is kept in it.
async fn run(
    connection: &mut SqliteConnection,
    stage: &mut Stage,
    write: &mut dyn Write,
    queue: &mpsc::Receiver<Message>,
) -> Result<(), VaultError> {
    let before = match *stage {
        Stage::NotBegun => "BEGIN IMMEDIATE; SAVEPOINT write;",
        Stage::Written if !write.is_atomic() => "RELEASE write; SAVEPOINT write;",
        Stage::Clean | Stage::Written | Stage::Committed => "",
    };
    let mut turn = Turn { connection, before, queue, commit: None };
    let outcome = write.run(&mut turn).await;
    let (is_untouched, commit) = (!turn.before.is_empty(), turn.commit);
    match (commit, outcome) {
        (Some(Ok(())), _) => *stage = Stage::Committed,
        (Some(Err(lost)), _) => return Err(lost),
        (None, _) if is_untouched => {}
        (None, Ok(())) => *stage = Stage::Written,
        (None, Err(failure)) => {
            // A failed rollback means that the savepoint is gone: SQLite has rolled everything back because of this failure.
            // An atomic write that failed has nothing to undo, but must find out the same.
            let undo = if write.is_atomic() { "RELEASE write; SAVEPOINT write" } else { "ROLLBACK TO write" };
            execute(connection, undo).await.map_err(|_| failure)?;
            *stage = Stage::Clean;
        }
    }
    Ok(())
}

/// The transaction as one of its writes sees it.
///
/// A command goes to SQLite's thread and back, and each way a thread has to be woken. What opens a transaction goes along with
/// its first command, therefore, and what commits it with the last.
pub(crate) struct Turn<'a> {
    connection: &'a mut SqliteConnection,
    /// What is to be said before anything else.
    before: &'static str,
    queue: &'a mpsc::Receiver<Message>,
    /// How the commit ended that went along with the last command.
    commit: Option<Result<(), VaultError>>,
}

/// A command and what is bound to it.
pub(crate) type Command = Query<'static, Sqlite, SqliteArguments>;

impl Turn<'_> {
    /// The connection inside the transaction.
    pub(crate) async fn connection(&mut self) -> Result<&mut SqliteConnection, VaultError> {
        if !self.before.is_empty() {
            execute(self.connection, mem::take(&mut self.before)).await?;
        }
        Ok(self.connection)
    }

    /// Sends a command, which may be several statements, and brings all rows of them. Its parameters are named `$1`, `$2` and
    /// so on: sqlx counts wrongly where a later statement leaves out one like `?1`.
    pub(crate) async fn send(
        &mut self,
        sql: &'static str,
        bind: impl FnOnce(Command) -> Command,
    ) -> Result<Vec<SqliteRow>, VaultError> {
        let sql = [mem::take(&mut self.before), sql].concat();
        fetch(self.connection, sql, bind).await
    }

    /// Sends the last command of a write, and commits with it when nobody else waits to be in the same transaction.
    pub(crate) async fn send_last(
        &mut self,
        sql: &'static str,
        bind: impl FnOnce(Command) -> Command,
    ) -> Result<Vec<SqliteRow>, VaultError> {
        if !self.queue.is_empty() {
            return self.send(sql, bind).await;
        }
        let sql = [mem::take(&mut self.before), sql, ";COMMIT"].concat();
        let rows = fetch(self.connection, sql, bind).await;
        self.commit = Some(rows.as_ref().map(|_| ()).map_err(Clone::clone));
        rows
    }
}

async fn fetch(
    connection: &mut SqliteConnection,
    sql: String,
    bind: impl FnOnce(Command) -> Command,
) -> Result<Vec<SqliteRow>, VaultError> {
    // Literals of this program, put together.
    bind(sqlx::query(AssertSqlSafe(sql))).fetch_all(connection).await.map_err(fault::of_sqlx)
}

/// Work in a transaction of its own, without a writer.
#[cfg(test)]
pub(crate) async fn in_turn<T>(
    connection: &mut SqliteConnection,
    work: impl AsyncFnOnce(&mut Turn<'_>) -> Result<T, VaultError>,
) -> Result<T, VaultError> {
    let (_, queue) = mpsc::channel(1);
    work(&mut Turn { connection, before: "BEGIN IMMEDIATE;", queue: &queue, commit: None }).await
}

async fn execute(connection: &mut SqliteConnection, sql: &'static str) -> Result<(), VaultError> {
    sqlx::query(sql).execute(connection).await.map(|_| ()).map_err(fault::of_sqlx)
}

/// Moves the write-ahead log into the database on a connection of its own, so that no writer waits for it.
async fn checkpoint_when_idle(folder: VaultFolder, file: FileIdentity, mut wanted: mpsc::Receiver<()>) {
    while wanted.recv().await.is_some() {
        let outcome = match database::connect_beside(&folder, file).await {
            Ok(mut connection) => {
                let outcome = execute(&mut connection, "PRAGMA wal_checkpoint(PASSIVE)").await;
                outcome.and(connection.close().await.map_err(fault::of_sqlx))
            }
            Err(error) => Err(error),
        };
        if let Err(error) = outcome {
            tracing::warn!(%error, "the checkpoint failed; a later one will do");
        }
    }
}

#[cfg(test)]
mod tests;
