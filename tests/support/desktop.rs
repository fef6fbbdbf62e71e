//! The private desktop that tests/desktop/session.sh makes: where its parts keep their records.

use std::path::{Path, PathBuf};

use crate::patience::{Look, eventually};
use crate::program::run;
use crate::{Outcome, PATIENCE, StepError};

/// What session.sh unlocks the keyring with.
const KEYRING_PASSWORD: &str = "storm";

/// The private desktop of this run.
#[derive(Debug, Clone)]
pub struct Desktop {
    folder: PathBuf,
}

impl Desktop {
    /// The desktop this process runs on.
    ///
    /// # Errors
    /// [`StepError::NoDesktop`] outside one, so that a test of the window never passes without a window.
    #[expect(clippy::disallowed_methods, reason = "the private desktop announces itself in the environment")]
    pub fn of_session() -> Outcome<Self> {
        match std::env::var("STORM_DESKTOP") {
            Ok(folder) if !folder.is_empty() => Ok(Self { folder: folder.into() }),
            _ => Err(StepError::NoDesktop),
        }
    }

    /// Where the parts of the desktop keep their records.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A picture of the whole screen.
    ///
    /// # Errors
    /// When it cannot be taken or written.
    pub async fn screenshot(&self, path: &Path) -> Outcome {
        run("import", &["-window", "root", &path.to_string_lossy()]).await.map(drop)
    }

    /// Locks the default collection of the keyring, as a user does.
    ///
    /// # Errors
    /// When the keyring does not answer.
    pub async fn lock_keyring(&self) -> Outcome {
        const SERVICE: &str = "org.freedesktop.secrets";
        let collections = "['/org/freedesktop/secrets/collection/login']";
        let call = ["call", "--session", "-d", SERVICE, "-o", "/org/freedesktop/secrets", "-m"];
        let arguments: Vec<&str> =
            call.into_iter().chain(["org.freedesktop.Secret.Service.Lock", collections]).collect();
        run("gdbus", &arguments).await.map(drop)
    }

    /// Types the password into the keyring's prompt once it is there, as a user does, and waits until the keyring is open.
    ///
    /// # Errors
    /// When no prompt appears, or the keyring stays locked.
    pub async fn answer_keyring_prompt(&self) -> Outcome {
        const OF_COLLECTION: [&str; 5] =
            ["-d", "org.freedesktop.secrets", "-o", "/org/freedesktop/secrets/collection/login", "-m"];
        const LOCKED: [&str; 3] =
            ["org.freedesktop.DBus.Properties.Get", "org.freedesktop.Secret.Collection", "Locked"];
        let prompt = self.keyring_prompt().await?;
        run("xdotool", &["windowfocus", "--sync", &prompt, "type", "--delay", "20", KEYRING_PASSWORD]).await?;
        run("xdotool", &["key", "Return"]).await?;
        let arguments: Vec<&str> = ["call", "--session"].into_iter().chain(OF_COLLECTION).chain(LOCKED).collect();
        eventually("the keyring to open", PATIENCE, async || {
            let said = run("gdbus", &arguments).await?;
            Ok(if said.contains("false") { Look::Found(()) } else { Look::NotYet(said) })
        })
        .await
    }

    /// Dismisses the keyring's prompt once it is there, as a user does.
    ///
    /// # Errors
    /// When no prompt appears.
    pub async fn dismiss_keyring_prompt(&self) -> Outcome {
        let prompt = self.keyring_prompt().await?;
        run("xdotool", &["windowfocus", "--sync", &prompt, "key", "Escape"]).await.map(drop)
    }

    /// Unlocks the keyring for everybody, as a user does who is asked by another program.
    ///
    /// # Errors
    /// When the keyring asks nobody, or does not take its password.
    pub async fn unlock_keyring(&self) -> Outcome {
        let asking = run("secret-tool", &["search", "--unlock", "--all", "service", "dev.stormconnect.app"]);
        let (asked, answered) = futures_util::future::join(asking, self.answer_keyring_prompt()).await;
        answered?;
        asked.map(drop)
    }

    /// The window of the keyring's prompt.
    async fn keyring_prompt(&self) -> Outcome<String> {
        eventually("the keyring's prompt", PATIENCE, async || {
            let found = run("xdotool", &["search", "--onlyvisible", "--class", "gcr-prompter"]).await;
            let found = found.ok().and_then(|ids| ids.lines().next().map(str::to_owned));
            Ok(found.map_or_else(|| Look::NotYet("no such window".to_owned()), Look::Found))
        })
        .await
    }
}

/// The lines of a record that is written to while it is read; none when there is no record yet.
///
/// # Errors
/// When it cannot be read, or a whole line of it is not JSON.
pub fn record(path: &Path) -> Outcome<Vec<serde_json::Value>> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    // What follows the last line feed is still being written.
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}
