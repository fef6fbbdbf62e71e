//! The objects of the Secret Service: service, collection, item, prompt.

use std::collections::HashMap;
use std::future::pending;
use std::sync::{Arc, Mutex};

use tokio::sync::watch;
use zbus::fdo::Error;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};
use zbus::{Connection, interface};

use super::{COLLECTION, Entry, OnPrompt, ROOT, Script, State};

type Shared = Arc<Mutex<State>>;
/// Session, parameters, value, content type.
type SecretOnWire = (OwnedObjectPath, Vec<u8>, Vec<u8>, String);

pub(super) struct Service {
    pub state: Shared,
    pub prompted: watch::Sender<u32>,
}

pub(super) struct Collection {
    pub state: Shared,
}

struct Item {
    state: Shared,
    id: u32,
}

struct Prompt {
    state: Shared,
    prompted: watch::Sender<u32>,
}

fn path(text: &str) -> OwnedObjectPath {
    OwnedObjectPath::try_from(text).unwrap()
}

fn item_path(id: u32) -> OwnedObjectPath {
    path(&format!("{COLLECTION}/{id}"))
}

fn script(state: &Shared) -> Script {
    state.lock().unwrap().script.clone()
}

/// Hangs or refuses, if that is scripted.
async fn enter(state: &Shared) -> Result<(), Error> {
    let script = script(state);
    if script.hangs {
        pending::<()>().await;
    }
    match script.refuses_with {
        Some("AccessDenied") => Err(Error::AccessDenied("scripted".to_owned())),
        Some(_) => Err(Error::Failed("scripted".to_owned())),
        None => Ok(()),
    }
}

/// Ends the service, if that is scripted.
async fn end_on_write(state: &Shared, connection: &Connection) {
    state.lock().unwrap().writes += 1;
    if script(state).ends_on_write {
        connection.clone().close().await.unwrap();
        pending::<()>().await;
    }
}

pub(super) async fn serve_item(connection: &Connection, state: &Shared, id: u32) {
    connection.object_server().at(item_path(id), Item { state: Arc::clone(state), id }).await.unwrap();
}

#[interface(name = "org.freedesktop.Secret.Service")]
impl Service {
    async fn open_session(
        &self,
        algorithm: String,
        _input: OwnedValue,
    ) -> Result<(OwnedValue, OwnedObjectPath), Error> {
        enter(&self.state).await?;
        if algorithm != "plain" {
            return Err(Error::NotSupported("plain only".to_owned()));
        }
        Ok((Value::from("").try_to_owned().unwrap(), path(&format!("{ROOT}/session/1"))))
    }

    async fn search_items(
        &self,
        attributes: HashMap<String, String>,
    ) -> Result<(Vec<OwnedObjectPath>, Vec<OwnedObjectPath>), Error> {
        enter(&self.state).await?;
        let state = self.state.lock().unwrap();
        let fits = |entry: &Entry| attributes.iter().all(|(name, value)| entry.attributes.get(name) == Some(value));
        let found = state.entries.iter().filter(|(_, entry)| fits(entry)).map(|(id, _)| item_path(*id)).collect();
        Ok(match (state.script.is_locked, state.script.hides_while_locked) {
            (false, _) => (found, Vec::new()),
            (true, false) => (Vec::new(), found),
            (true, true) => (Vec::new(), Vec::new()),
        })
    }

    async fn unlock(
        &self,
        objects: Vec<OwnedObjectPath>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<(Vec<OwnedObjectPath>, OwnedObjectPath), Error> {
        enter(&self.state).await?;
        if !script(&self.state).is_locked {
            return Ok((objects, path("/")));
        }
        let number = {
            let mut state = self.state.lock().unwrap();
            state.prompts += 1;
            state.prompts
        };
        let prompt = path(&format!("{ROOT}/prompt/{number}"));
        let served = Prompt { state: Arc::clone(&self.state), prompted: self.prompted.clone() };
        connection.object_server().at(&prompt, served).await.unwrap();
        Ok((Vec::new(), prompt))
    }

    async fn read_alias(&self, name: String) -> Result<OwnedObjectPath, Error> {
        enter(&self.state).await?;
        let has = name == "default" && !script(&self.state).lacks_default;
        Ok(path(if has { COLLECTION } else { "/" }))
    }
}

#[interface(name = "org.freedesktop.Secret.Collection")]
impl Collection {
    async fn create_item(
        &self,
        properties: HashMap<String, OwnedValue>,
        secret: SecretOnWire,
        _replace: bool,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<(OwnedObjectPath, OwnedObjectPath), Error> {
        enter(&self.state).await?;
        end_on_write(&self.state, connection).await;
        let attributes = properties["org.freedesktop.Secret.Item.Attributes"].try_clone().unwrap();
        let entry = Entry { attributes: attributes.try_into().unwrap(), secret: secret.2 };
        let (id, is_kept) = {
            let mut state = self.state.lock().unwrap();
            let id = state.add(entry);
            let is_kept = !state.script.forgets;
            if !is_kept {
                state.entries.remove(&id);
            }
            (id, is_kept)
        };
        if is_kept {
            serve_item(connection, &self.state, id).await;
        }
        Ok((item_path(id), path("/")))
    }

    #[zbus(property)]
    fn locked(&self) -> bool {
        script(&self.state).is_locked
    }
}

#[interface(name = "org.freedesktop.Secret.Item")]
impl Item {
    async fn get_secret(&self, session: OwnedObjectPath) -> Result<SecretOnWire, Error> {
        enter(&self.state).await?;
        let state = self.state.lock().unwrap();
        let entry = state.entries.get(&self.id).ok_or_else(|| Error::UnknownObject("gone".to_owned()))?;
        Ok((session, Vec::new(), entry.secret.clone(), "text/plain".to_owned()))
    }

    async fn set_secret(&self, secret: SecretOnWire, #[zbus(connection)] connection: &Connection) -> Result<(), Error> {
        enter(&self.state).await?;
        end_on_write(&self.state, connection).await;
        let mut state = self.state.lock().unwrap();
        let entry = state.entries.get_mut(&self.id).ok_or_else(|| Error::UnknownObject("gone".to_owned()))?;
        entry.secret = secret.2;
        Ok(())
    }

    async fn delete(&self) -> Result<OwnedObjectPath, Error> {
        enter(&self.state).await?;
        self.state.lock().unwrap().entries.remove(&self.id);
        Ok(path("/"))
    }

    #[zbus(property)]
    fn locked(&self) -> bool {
        script(&self.state).is_locked
    }
}

#[interface(name = "org.freedesktop.Secret.Prompt")]
impl Prompt {
    async fn prompt(
        &self,
        _window_id: String,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> Result<(), Error> {
        let (on_prompt, shown) = {
            let state = self.state.lock().unwrap();
            (state.script.on_prompt, state.prompts)
        };
        self.prompted.send_replace(shown);
        match on_prompt {
            OnPrompt::Wait => return Ok(()),
            OnPrompt::Unlock => self.state.lock().unwrap().script.is_locked = false,
            OnPrompt::Dismiss => {}
        }
        let unlocked = Value::from(Vec::<OwnedObjectPath>::new()).try_to_owned().unwrap();
        Self::completed(&emitter, on_prompt == OnPrompt::Dismiss, unlocked).await.unwrap();
        Ok(())
    }

    #[zbus(signal)]
    async fn completed(emitter: &SignalEmitter<'_>, dismissed: bool, result: OwnedValue) -> zbus::Result<()>;
}
