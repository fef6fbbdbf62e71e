//! The operating system's keyring.
//!
//! All calls run on one thread of its own, one after the other, each with a deadline: a locked keyring blocks on its prompt for
//! as long as the user lets it. A caller that waited in vain gets [`KeyringError::TimedOut`] and goes on; the thread stays
//! behind with the prompt, is never waited for, and so cannot keep the program from ending. A retry queues behind the same
//! prompt instead of opening a second one. After any failure the connection to the keyring is made anew, so that one that
//! comes up late is seen.

#[cfg(any(target_os = "macos", windows, test))]
mod core_store;
mod platform;
#[cfg(all(unix, not(target_os = "macos")))]
mod secret_service;
#[cfg(any(target_os = "macos", windows, test))]
mod status;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, OnceLock, mpsc};
use std::time::Duration;

use async_trait::async_trait;
use storm_domain::port::{Keyring, KeyringError};
use storm_secret::SecretBytes;
use tokio::sync::oneshot;

/// The service that all entries belong to: the application's bundle id.
const SERVICE: &str = "dev.stormconnect.app";
const DEADLINE: Duration = Duration::from_secs(30);

/// The Secret Service, Keychain or Credential Manager.
pub struct OsKeyring {
    deadline: Duration,
    connect: Connect,
    calls: Mutex<Option<mpsc::Sender<Call>>>,
    backend: Arc<OnceLock<String>>,
}

/// A connection to a keyring. Its calls block for as long as the keyring and its prompts do.
trait Access: Send {
    /// The name its users know it by.
    fn name(&self) -> String;
    fn read(&self, user: &str) -> Result<SecretBytes, KeyringError>;
    fn write(&self, user: &str, secret: &SecretBytes) -> Result<(), KeyringError>;
    fn remove(&self, user: &str) -> Result<(), KeyringError>;
}

type Connected = Box<dyn Access>;
type Connect = Arc<dyn Fn() -> Result<Connected, KeyringError> + Send + Sync>;

impl Default for OsKeyring {
    fn default() -> Self {
        Self::with_deadline(DEADLINE)
    }
}

/// One call: what to do, and who waits for it.
struct Call {
    user: String,
    what: What,
    reply: oneshot::Sender<Result<SecretBytes, KeyringError>>,
}

enum What {
    Read,
    Write(SecretBytes),
    Remove,
}

impl OsKeyring {
    /// A keyring whose calls are given up after `deadline`.
    #[must_use]
    pub fn with_deadline(deadline: Duration) -> Self {
        Self::connected_by(deadline, platform::connect)
    }

    /// The Secret Service on the bus at this D-Bus address, instead of the session's.
    #[cfg(all(unix, not(target_os = "macos")))]
    #[must_use]
    pub fn on_bus(address: &str, deadline: Duration) -> Self {
        let address = address.to_owned();
        Self::connected_by(deadline, move |deadline| secret_service::connect(Some(&address), deadline))
    }

    fn connected_by(
        deadline: Duration,
        connect: impl Fn(Duration) -> Result<Connected, KeyringError> + Send + Sync + 'static,
    ) -> Self {
        let backend = Arc::new(OnceLock::new());
        let named = Arc::clone(&backend);
        let connect = move || {
            let connected = connect(deadline)?;
            named.get_or_init(|| connected.name());
            Ok(connected)
        };
        Self { deadline, connect: Arc::new(connect), calls: Mutex::new(None), backend }
    }

    async fn call(&self, user: &str, what: What) -> Result<SecretBytes, KeyringError> {
        let (reply, outcome) = oneshot::channel();
        self.hand_over(Call { user: user.to_owned(), what, reply })?;
        match tokio::time::timeout(self.deadline, outcome).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(KeyringError::Failed), // the thread is gone; the next call starts another
            Err(_) => Err(KeyringError::TimedOut),
        }
    }

    /// Gives the call to the thread, and starts the thread if there is none.
    fn hand_over(&self, call: Call) -> Result<(), KeyringError> {
        let mut calls = self.calls.lock().map_err(|_| KeyringError::Failed)?;
        let unsent = match calls.as_ref() {
            Some(sender) => match sender.send(call) {
                Ok(()) => return Ok(()),
                Err(mpsc::SendError(call)) => call,
            },
            None => call,
        };
        let (sender, waiting) = mpsc::channel();
        let connect = Arc::clone(&self.connect);
        std::thread::Builder::new()
            .name("keyring".to_owned())
            .spawn(move || serve(&waiting, &connect))
            .map_err(|_| KeyringError::Failed)?;
        sender.send(unsent).map_err(|_| KeyringError::Failed)?;
        *calls = Some(sender);
        Ok(())
    }
}

#[async_trait]
impl Keyring for OsKeyring {
    fn backend(&self) -> String {
        self.backend.get().map_or(platform::NAME, String::as_str).to_owned()
    }

    async fn read(&self, user: &str) -> Result<SecretBytes, KeyringError> {
        self.call(user, What::Read).await
    }

    async fn write(&self, user: &str, secret: &SecretBytes) -> Result<(), KeyringError> {
        self.call(user, What::Write(secret.clone())).await.map(|_| ())
    }

    async fn remove(&self, user: &str) -> Result<(), KeyringError> {
        self.call(user, What::Remove).await.map(|_| ())
    }
}

fn serve(calls: &mpsc::Receiver<Call>, connect: &Connect) {
    let mut connected: Option<Connected> = None;
    while let Ok(call) = calls.recv() {
        if call.reply.is_closed() {
            continue; // its caller gave up while it waited behind a prompt
        }
        let outcome = carry_out(&mut connected, connect, &call);
        let _ = call.reply.send(outcome); // the caller may have given up meanwhile
    }
}

/// Carries out a call. An earlier connection may have died with its bus or its service, so a failure on it is tried once more
/// on a new one.
fn carry_out(connected: &mut Option<Connected>, connect: &Connect, call: &Call) -> Result<SecretBytes, KeyringError> {
    let is_reused = connected.is_some();
    let outcome = on_connection(connected, connect, call);
    let is_stale = matches!(outcome, Err(KeyringError::Failed | KeyringError::NoBus | KeyringError::Vanished));
    if is_reused && is_stale { on_connection(connected, connect, call) } else { outcome }
}

fn on_connection(
    connected: &mut Option<Connected>,
    connect: &Connect,
    call: &Call,
) -> Result<SecretBytes, KeyringError> {
    let access = match connected.take() {
        Some(access) => access,
        None => connect()?,
    };
    let nothing = |()| SecretBytes::new([]);
    let outcome = match &call.what {
        What::Read => access.read(&call.user),
        What::Write(secret) => access.write(&call.user, secret).map(nothing),
        What::Remove => access.remove(&call.user).map(nothing),
    };
    if matches!(outcome, Ok(_) | Err(KeyringError::NoEntry)) {
        *connected = Some(access);
    }
    outcome
}
