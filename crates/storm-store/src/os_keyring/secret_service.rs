//! The Secret Service of Linux desktops, over D-Bus.
//!
//! Every state that keeps a key from us has its own error, because each has its own way out: no bus, nobody on it, somebody
//! who does not start, does not answer, or ends while asked; a prompt dismissed or still open; no collection to write to; no
//! entry, or several. INVARIANT: "no entry" is said only when the collection is open: a locked one may hide what it has.
//! A method call is given up after a third of the deadline, which tells a service that hangs from a prompt that waits.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::time::Duration;

use secret_service::blocking::{Item, SecretService};
use secret_service::{EncryptionType, Error};
use storm_domain::port::KeyringError;
use storm_secret::SecretBytes;
use zbus::DBusError as _;
use zbus::blocking::connection::Builder;
use zbus::blocking::fdo::DBusProxy;
use zbus::blocking::{Connection, MessageIterator};
use zbus::zvariant::{ObjectPath, OwnedObjectPath, OwnedValue};

use super::{Access, Connected, SERVICE};

pub(super) const NAME: &str = "Secret Service";
const BUS_NAME: &str = "org.freedesktop.secrets";
const LABEL: &str = "Storm Connect: key of a vault";
/// For whoever finds one that a test was not let to take away.
const LABEL_OF_TEST: &str = "Storm Connect: a test, of no use";
const CONTENT_TYPE: &str = "text/plain";

struct Session {
    bus: Connection,
    service: SecretService<'static>,
}

#[zbus::proxy(
    interface = "org.freedesktop.Secret.Service",
    default_service = "org.freedesktop.secrets",
    default_path = "/org/freedesktop/secrets",
    gen_async = false
)]
trait Unlocking {
    fn unlock(&self, objects: &[ObjectPath<'_>]) -> zbus::Result<(Vec<OwnedObjectPath>, OwnedObjectPath)>;
}

#[zbus::proxy(
    interface = "org.freedesktop.Secret.Prompt",
    default_service = "org.freedesktop.secrets",
    gen_async = false
)]
trait Prompt {
    fn prompt(&self, window_id: &str) -> zbus::Result<()>;
    #[zbus(signal)]
    fn completed(&self, dismissed: bool, result: OwnedValue) -> zbus::Result<()>;
}

/// Connects to the bus at this address, or to the session's.
pub(super) fn connect(address: Option<&str>, deadline: Duration) -> Result<Connected, KeyringError> {
    let builder = match address {
        Some(address) => Builder::address(address),
        None => Builder::session(),
    };
    let bus = builder.and_then(|builder| builder.method_timeout(deadline / 3).build());
    let bus = bus.map_err(|_| KeyringError::NoBus)?;
    let open = |encryption| SecretService::connect_with_existing(encryption, bus.clone());
    // A service that cannot encrypt its answers is asked in the clear, as the specification has it: what passes over the bus
    // can be read only by whoever could ask the service as well.
    let service = match open(EncryptionType::Dh) {
        Err(error) if is_not_supported(&error) => open(EncryptionType::Plain),
        opened => opened,
    };
    Ok(Box::new(Session { service: service.map_err(meaning)?, bus }))
}

impl Session {
    /// Every entry of this name, unlocked.
    fn find(&self, user: &str) -> Result<Vec<Item<'_>>, KeyringError> {
        let found = self.service.search_items(attributes(user)).map_err(meaning)?;
        let locked: Vec<_> = found.locked.iter().map(|item| item.item_path.as_ref()).collect();
        if !locked.is_empty() {
            self.unlock(&locked)?;
        }
        Ok(found.unlocked.into_iter().chain(found.locked).collect())
    }

    /// The same; a default collection that is locked may hide what it has, so it is unlocked before "none" is believed.
    fn find_behind_lock(&self, user: &str) -> Result<Vec<Item<'_>>, KeyringError> {
        let found = self.find(user)?;
        if found.is_empty() && self.unlock_default_collection()? { self.find(user) } else { Ok(found) }
    }

    /// Whether it was locked.
    fn unlock_default_collection(&self) -> Result<bool, KeyringError> {
        let collection = self.service.get_default_collection().map_err(meaning)?;
        let is_locked = collection.is_locked().map_err(meaning)?;
        if is_locked {
            self.unlock(&[collection.collection_path.as_ref()])?;
        }
        Ok(is_locked)
    }

    /// Unlocks, and waits at the prompt for as long as it is open and its service lives.
    fn unlock(&self, objects: &[ObjectPath<'_>]) -> Result<(), KeyringError> {
        let unlocking = UnlockingProxy::new(&self.bus).map_err(of_bus)?;
        let (_, prompt) = unlocking.unlock(objects).map_err(of_bus)?;
        if prompt.as_str() == "/" {
            return Ok(());
        }
        let messages = MessageIterator::from(&self.bus);
        let dbus = DBusProxy::new(&self.bus).map_err(of_bus)?;
        // Both are subscriptions only; what they bring is read from `messages`, in the order of its coming.
        let _endings = dbus.receive_name_owner_changed_with_args(&[(0, BUS_NAME)]).map_err(of_bus)?;
        let proxy = PromptProxy::new(&self.bus, &prompt).map_err(of_bus)?;
        let _answers = proxy.receive_completed().map_err(of_bus)?;
        proxy.prompt("").map_err(of_bus)?;
        for message in messages {
            let message = message.map_err(of_bus)?;
            if let Some(completed) = Completed::from_message(message.clone()) {
                let answer = completed.args().map_err(of_bus)?;
                let is_ours = message.header().path().is_some_and(|path| path.as_str() == prompt.as_str());
                match answer.dismissed {
                    _ if !is_ours => {}
                    true => return Err(KeyringError::PromptDismissed),
                    false => return Ok(()),
                }
            } else if let Some(changed) = zbus::fdo::NameOwnerChanged::from_message(message)
                && changed.args().map_err(of_bus)?.name.as_str() == BUS_NAME
            {
                return Err(KeyringError::Vanished);
            }
        }
        Err(KeyringError::NoBus)
    }
}

impl Access for Session {
    /// The program behind the Secret Service, by the name its users know; "Secret Service" when it is none of the known ones.
    fn name(&self) -> String {
        let owner = || {
            let dbus = DBusProxy::new(&self.bus).ok()?;
            let process = dbus.get_connection_unix_process_id(BUS_NAME.try_into().ok()?).ok()?;
            std::fs::read_to_string(format!("/proc/{process}/comm")).ok()
        };
        let known = match owner().unwrap_or_default() {
            owner if owner.starts_with("gnome-keyring") => "GNOME Keyring",
            owner if owner.starts_with("kwalletd") || owner.starts_with("ksecretd") => "KWallet",
            owner if owner.starts_with("keepassxc") => "KeePassXC",
            _ => NAME,
        };
        known.to_owned()
    }

    fn read(&self, user: &str) -> Result<SecretBytes, KeyringError> {
        match self.find_behind_lock(user)?.as_slice() {
            [] => Err(KeyringError::NoEntry),
            [item] => item.get_secret().map(SecretBytes::new).map_err(meaning),
            _ => Err(KeyringError::Ambiguous),
        }
    }

    fn write(&self, user: &str, secret: &SecretBytes) -> Result<(), KeyringError> {
        let found = self.find_behind_lock(user)?;
        // EXPOSE: the keyring is where the master key is kept.
        let secret = secret.expose();
        if let Some((first, others)) = found.split_first() {
            first.set_secret(secret, CONTENT_TYPE).map_err(meaning)?;
            return others.iter().try_for_each(|other| other.delete().map_err(meaning));
        }
        let collection = self.service.get_default_collection().map_err(meaning)?;
        let label = if user.starts_with("test:") { LABEL_OF_TEST } else { LABEL };
        collection.create_item(label, attributes(user), secret, true, CONTENT_TYPE).map_err(meaning)?;
        Ok(())
    }

    fn remove(&self, user: &str) -> Result<(), KeyringError> {
        self.find(user)?.iter().try_for_each(|item| item.delete().map_err(meaning))
    }
}

fn attributes(user: &str) -> HashMap<&str, &str> {
    HashMap::from([("service", SERVICE), ("username", user)])
}

fn is_not_supported(error: &Error) -> bool {
    matches!(error, Error::Zbus(zbus::Error::MethodError(name, ..)) if name.as_str().ends_with(".NotSupported"))
}

/// What an error of the client means.
pub(super) fn meaning(error: Error) -> KeyringError {
    match error {
        Error::Prompt | Error::Locked => KeyringError::PromptDismissed,
        Error::NoResult => KeyringError::NoCollection,
        Error::PromptDisconnected => KeyringError::Vanished,
        Error::Unavailable => KeyringError::NoBus,
        Error::Crypto(_) => KeyringError::Garbage,
        Error::Zbus(error) => of_bus(error),
        Error::ZbusFdo(error) => of_fdo(error),
        _ => KeyringError::Failed,
    }
}

fn of_bus(error: zbus::Error) -> KeyringError {
    match error {
        zbus::Error::MethodError(name, ..) => of_name(name.as_str()),
        zbus::Error::FDO(error) => of_fdo(*error),
        zbus::Error::InputOutput(error) if error.kind() == ErrorKind::TimedOut => KeyringError::Unresponsive,
        zbus::Error::InputOutput(_) => KeyringError::NoBus,
        _ => KeyringError::Failed,
    }
}

fn of_fdo(error: zbus::fdo::Error) -> KeyringError {
    match error {
        zbus::fdo::Error::ZBus(error) => of_bus(error),
        error => of_name(error.name().as_str()),
    }
}

/// What the name of an error on the bus means.
pub(super) fn of_name(name: &str) -> KeyringError {
    let Some(name) = name.strip_prefix("org.freedesktop.DBus.Error.") else {
        return match name {
            "org.freedesktop.Secret.Error.IsLocked" => KeyringError::PromptDismissed,
            "org.freedesktop.Secret.Error.NoSuchObject" => KeyringError::NoEntry,
            _ => KeyringError::Failed,
        };
    };
    match name {
        "ServiceUnknown" | "NameHasNoOwner" => KeyringError::NoService,
        // It is installed, but starting it came to nothing, or it lets nobody in.
        "AccessDenied" | "AuthFailed" => KeyringError::Refused,
        spawn if spawn.starts_with("Spawn.") => KeyringError::Refused,
        "NoReply" | "Disconnected" => KeyringError::Vanished,
        "Timeout" | "TimedOut" => KeyringError::Unresponsive,
        _ => KeyringError::Failed,
    }
}
