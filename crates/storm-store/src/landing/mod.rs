//! Landing slots: where a token answer is made durable before anything parses it.
//!
//! One file of equal slots, `landing/slots`, written by one thread. A slot is taken before the request is sent and is
//! written out in full when it is first made, so that landing a full answer of 1 MiB needs no more space on the disk: it can
//! only fail when the disk itself does. There are as many slots as requests were ever under way at once, not as many as
//! integrations. Answers that arrive together share one sync of the disk.
//!
//! INVARIANT: a slot with an answer is given away again only after that answer was cleared; one that does not open is copied
//! aside (`landing/*.damaged`) first. Deliberately absent: any dependence on the database, which may be the thing that fails.

mod answer;
mod slot;
mod slots;

use std::collections::HashMap;

use storm_domain::VaultError;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

pub(crate) use answer::{decode_answer, encode_answer};
pub(crate) use slot::Place;

use crate::VaultFolder;
pub(crate) use slots::{Found, Slots};

/// The answers of a vault that is closed, and the slots they lie in.
pub(crate) fn read_closed(folder: &VaultFolder) -> Result<(Slots, Vec<Found>), VaultError> {
    let mut slots = Slots::open(folder)?;
    let found = slots.read_all()?;
    Ok((slots, found))
}

/// The near end of the landing thread.
#[derive(Debug, Clone)]
pub(crate) struct Landing {
    commands: mpsc::UnboundedSender<Command>,
}

type Reply<T> = oneshot::Sender<Result<T, VaultError>>;

#[derive(Debug)]
enum Command {
    Reserve(Uuid, Reply<()>),
    GiveBack(Uuid, Reply<()>),
    Land(Place, Vec<u8>, Reply<()>),
    Clear(Uuid, u64, Reply<()>),
    SetAside(usize, Reply<()>),
    ReadAll(Reply<Vec<Found>>),
}

impl Landing {
    /// Opens the slots and starts their thread, which ends with the last handle.
    pub(crate) fn start(folder: &VaultFolder) -> Result<Self, VaultError> {
        let mut slots = Slots::open(folder)?;
        let (commands, mut waiting) = mpsc::unbounded_channel();
        let serve = move || {
            while let Some(first) = waiting.blocking_recv() {
                let together = std::iter::once(first).chain(std::iter::from_fn(|| waiting.try_recv().ok()));
                serve_together(&mut slots, together);
            }
        };
        std::thread::Builder::new().name("landing".to_owned()).spawn(serve).map_err(|_| VaultError::Locked)?;
        Ok(Self { commands })
    }

    /// Takes a slot for an integration, or keeps the empty one it has.
    pub(crate) async fn reserve(&self, integration: Uuid) -> Result<(), VaultError> {
        self.ask(|reply| Command::Reserve(integration, reply)).await
    }

    /// Gives a slot back that nothing has landed in.
    pub(crate) async fn give_back(&self, integration: Uuid) -> Result<(), VaultError> {
        self.ask(|reply| Command::GiveBack(integration, reply)).await
    }

    /// Writes a sealed answer and syncs it to the disk.
    pub(crate) async fn land(&self, place: Place, sealed: Vec<u8>) -> Result<(), VaultError> {
        self.ask(|reply| Command::Land(place, sealed, reply)).await
    }

    /// Empties the slots of an integration whose fencing is not above `up_to`. Not synced: an answer that comes back after a
    /// power cut is recognised by its fencing.
    pub(crate) async fn clear(&self, integration: Uuid, up_to: u64) -> Result<(), VaultError> {
        self.ask(|reply| Command::Clear(integration, up_to, reply)).await
    }

    /// The same without waiting for it.
    pub(crate) fn clear_later(&self, integration: Uuid, up_to: u64) {
        let (reply, _) = oneshot::channel();
        let _ = self.commands.send(Command::Clear(integration, up_to, reply)); // the vault may be closing
    }

    /// Copies a slot that does not open to a file of its own, and empties it.
    pub(crate) async fn set_aside(&self, slot: usize) -> Result<(), VaultError> {
        self.ask(|reply| Command::SetAside(slot, reply)).await
    }

    /// All answers that are there: slot, place, sealed bytes.
    pub(crate) async fn read_all(&self) -> Result<Vec<Found>, VaultError> {
        self.ask(Command::ReadAll).await
    }

    async fn ask<T>(&self, command: impl FnOnce(Reply<T>) -> Command) -> Result<T, VaultError> {
        let (reply, answer) = oneshot::channel();
        self.commands.send(command(reply)).map_err(|_| VaultError::Locked)?;
        answer.await.map_err(|_| VaultError::Locked)?
    }
}

/// Carries out what waits, and answers what was landed after one sync for all of it.
fn serve_together(slots: &mut Slots, commands: impl Iterator<Item = Command>) {
    let mut landed: HashMap<usize, Reply<()>> = HashMap::new();
    for command in commands {
        match command {
            Command::Reserve(integration, reply) => answer(reply, slots.reserve(integration).map(|_| ())),
            Command::GiveBack(integration, reply) => {
                slots.give_back(integration);
                answer(reply, Ok(()));
            }
            Command::Land(place, sealed, reply) => match slots.write(&place, &sealed) {
                Ok(slot) => {
                    landed.insert(slot, reply);
                }
                Err(error) => answer(reply, Err(error)),
            },
            Command::Clear(integration, up_to, reply) => answer(reply, slots.clear(integration, up_to)),
            Command::SetAside(slot, reply) => answer(reply, slots.set_aside(slot)),
            Command::ReadAll(reply) => answer(reply, slots.read_all()),
        }
    }
    if landed.is_empty() {
        return;
    }
    let synced = slots.sync();
    for reply in landed.into_values() {
        answer(reply, synced.clone());
    }
}

fn answer<T>(reply: Reply<T>, outcome: Result<T, VaultError>) {
    let _ = reply.send(outcome); // the caller may have gone away
}
