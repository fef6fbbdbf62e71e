//! Import in the shell: which places there are, the search with its end, and the files that were found.
//!
//! The page names a place, a folder or a file by a number, never by a path. INVARIANT: nothing is looked for before the page's user has
//! asked for it, and what goes to the bin has, at that moment, the very content that was imported.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use storm_domain::{Action, ErrorCode, Failure, HeldSecretId};
use storm_engine::ImportFile;
use storm_engine::view::ImportView;
use storm_import::{Found, FoundFile, Look, Refused, Search, SearchEnd, WellKnown, find};

use crate::original::{Original, shown};

/// More folders and files than anybody names for one search.
const MOST_SOURCES: usize = 64;
/// So long it is watched whether opening a folder fails.
const LAUNCH_WATCHED: Duration = Duration::from_secs(3);

/// A place that is looked at when its user agrees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ImportPlaceView {
    /// What keeps credentials there.
    pub title: String,
    /// Where, `~` for the user's own folder.
    pub path: String,
}

/// A file or folder that was chosen to be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ImportSourceView {
    /// To name it when looking.
    pub source: u32,
    /// Where, `~` for the user's own folder.
    pub path: String,
    /// Whether it is a folder, which is looked through.
    pub is_folder: bool,
}

/// What is to be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, specta::Type)]
pub struct ImportScanRequest {
    /// The places that tools are known for.
    pub well_known: bool,
    /// Files and folders that were chosen.
    pub sources: Vec<u32>,
}

/// What was found, and how the search ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ImportScanView {
    /// What was found.
    pub import: ImportView,
    /// How many files and folders were looked at.
    pub looked_at: u32,
    /// There was more than is looked at in one go.
    pub is_cut_short: bool,
}

/// What the shell keeps for importing.
#[derive(Default)]
pub(crate) struct Imports {
    places: Vec<WellKnown>,
    home: Option<PathBuf>,
    chosen: Mutex<Vec<(PathBuf, bool)>>,
    /// Whether the search that runs is still wanted.
    wanted: Mutex<Arc<AtomicBool>>,
    found: Mutex<Option<(HeldSecretId, Vec<OnDisk>)>>,
}

/// A file that was found, by its number.
#[derive(Clone)]
struct OnDisk {
    path: PathBuf,
    original: Option<Original>,
}

impl Imports {
    pub(crate) fn new(places: Vec<WellKnown>, home: Option<PathBuf>) -> Self {
        Self { places, home, ..Self::default() }
    }

    /// Where would be looked; nothing is opened for it.
    pub(crate) fn places(&self) -> Vec<ImportPlaceView> {
        let view = |place: &WellKnown| ImportPlaceView { title: place.title.to_owned(), path: self.shown(&place.path) };
        self.places.iter().filter(|place| !matches!(place.look, Look::Beside(_))).map(view).collect()
    }

    /// Keeps what was chosen in the system's chooser.
    pub(crate) fn choose(&self, path: PathBuf, is_folder: bool) -> Result<ImportSourceView, Failure> {
        let mut chosen = lock(&self.chosen);
        if chosen.len() >= MOST_SOURCES {
            return Err(Failure::new(
                ErrorCode::FileNotUsable,
                format!("{MOST_SOURCES} files and folders are enough for one search. Look through these first."),
                None,
            ));
        }
        let view = ImportSourceView { source: number(chosen.len()), path: self.shown(&path), is_folder };
        chosen.push((path, is_folder));
        Ok(view)
    }

    /// Forgets what was chosen and found, and ends the search that runs.
    pub(crate) fn forget(&self) {
        self.stop();
        lock(&self.chosen).clear();
        *lock(&self.found) = None;
    }

    /// Ends the search that runs.
    pub(crate) fn stop(&self) {
        lock(&self.wanted).store(false, Ordering::Relaxed);
    }

    /// Looks, on a thread of its own. `tell` is told how many files and folders were looked at. None = it was stopped.
    pub(crate) async fn search(
        &self,
        request: &ImportScanRequest,
        mut tell: impl FnMut(u32) + Send + 'static,
    ) -> Result<Option<Searched>, Failure> {
        let search = self.search_of(request);
        let wanted = Arc::new(AtomicBool::new(true));
        let before = std::mem::replace(&mut *lock(&self.wanted), Arc::clone(&wanted));
        before.store(false, Ordering::Relaxed);
        let home = self.home.clone();
        let searching = tokio::task::spawn_blocking(move || {
            let found = find(&search, &|| wanted.load(Ordering::Relaxed), &mut |looked_at| tell(number(looked_at)));
            searched(found, home.as_deref())
        });
        let searched = searching.await.map_err(|_| failed())?;
        Ok((searched.end != SearchEnd::Stopped).then_some(searched))
    }

    /// Remembers where the files of a search lie.
    pub(crate) fn remember(&self, id: HeldSecretId, files: Vec<OnDiskFile>) {
        *lock(&self.found) = Some((id, files.into_iter().map(|OnDiskFile(file)| file).collect()));
    }

    /// The file of a search as it was read, for the bin.
    pub(crate) fn original(&self, id: HeldSecretId, file: u32) -> Option<Original> {
        self.file(id, file)?.original
    }

    /// Opens the folder of a file in the desktop's own program for files.
    pub(crate) async fn show(&self, id: HeldSecretId, file: u32) -> Result<(), Failure> {
        let folder = self.file(id, file).and_then(|file| Some(file.path.parent()?.to_owned()));
        let folder = folder
            .filter(|folder| folder.is_dir())
            .ok_or_else(|| Failure::new(ErrorCode::NotFound, "The folder is not there any more.", None))?;
        let opening = tokio::task::spawn_blocking(move || open::that_detached_with_timeout(folder, LAUNCH_WATCHED));
        opening.await.ok().and_then(Result::ok).ok_or_else(|| {
            Failure::new(
                ErrorCode::NotSupported,
                "No program for files could be opened. Go to the folder by hand.",
                None,
            )
        })
    }

    fn file(&self, id: HeldSecretId, file: u32) -> Option<OnDisk> {
        let found = lock(&self.found);
        found.as_ref().filter(|(held, _)| *held == id)?.1.get(file as usize).cloned()
    }

    fn search_of(&self, request: &ImportScanRequest) -> Search {
        let chosen = lock(&self.chosen);
        let of_kind = |wanted: bool| {
            let picked = request.sources.iter().filter_map(|source| chosen.get(*source as usize));
            picked.filter(|(_, is_folder)| *is_folder == wanted).map(|(path, _)| path.clone()).collect()
        };
        let places = if request.well_known { self.places.clone() } else { Vec::new() };
        Search { places, folders: of_kind(true), files: of_kind(false) }
    }

    fn shown(&self, path: &Path) -> String {
        shown(path, self.home.as_deref())
    }
}

/// A file of a search, to be remembered with the others.
pub(crate) struct OnDiskFile(OnDisk);

/// What a search gave: the files for the core, and where each lies.
pub(crate) struct Searched {
    pub(crate) files: Vec<ImportFile>,
    pub(crate) on_disk: Vec<OnDiskFile>,
    pub(crate) looked_at: u32,
    pub(crate) end: SearchEnd,
}

fn searched(found: Found, home: Option<&Path>) -> Searched {
    let Found { files, refused, looked_at, end } = found;
    let mut searched = Searched { files: Vec::new(), on_disk: Vec::new(), looked_at: number(looked_at), end };
    for FoundFile { path, bytes, format } in files {
        let original = Original::of(&path, &bytes);
        searched.files.push(ImportFile { path: shown(&path, home), content: Ok(bytes), format });
        searched.on_disk.push(OnDiskFile(OnDisk { path, original }));
    }
    for Refused { path, reason } in refused {
        searched.files.push(ImportFile { path: shown(&path, home), content: Err(reason), format: None });
        searched.on_disk.push(OnDiskFile(OnDisk { path, original: None }));
    }
    searched
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn failed() -> Failure {
    Failure::new(ErrorCode::Internal, "The search failed inside Storm Connect. Try again.", Some(Action::Retry))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use storm_import::Format;
    use uuid::Uuid;

    use super::*;

    const ID: HeldSecretId = HeldSecretId(Uuid::from_u128(7));

    fn home() -> (tempfile::TempDir, Imports) {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(home.path().join("project")).unwrap();
        for name in [".env", "project/.env", "chosen.txt"] {
            std::fs::write(home.path().join(name), "ACME_TOKEN=acme0123456789abcdef\n").unwrap();
        }
        let places = ["one", ".env"].map(|name| WellKnown {
            title: "A tool",
            path: home.path().join(name),
            look: Look::File(Format::Dotenv),
        });
        let imports = Imports::new(places.into(), Some(home.path().to_owned()));
        (home, imports)
    }

    async fn found(imports: &Imports, well_known: bool, sources: &[u32]) -> Vec<String> {
        let request = ImportScanRequest { well_known, sources: sources.to_vec() };
        let searched = imports.search(&request, |_| {}).await.unwrap().unwrap();
        searched.files.into_iter().map(|file| file.path).collect()
    }

    #[tokio::test]
    async fn only_what_was_agreed_to_is_looked_at() {
        let (home, imports) = home();
        let told: Vec<String> = imports.places().into_iter().map(|place| place.path).collect();
        assert_eq!(told, ["~/one", "~/.env"]);
        let folder = imports.choose(home.path().join("project"), true).unwrap();
        let file = imports.choose(home.path().join("chosen.txt"), false).unwrap();
        assert_eq!(folder.path, "~/project");
        assert_eq!(found(&imports, false, &[]).await, Vec::<String>::new());
        assert_eq!(found(&imports, true, &[]).await, ["~/.env"]);
        assert_eq!(found(&imports, false, &[folder.source]).await, ["~/project/.env"]);
        assert_eq!(found(&imports, false, &[file.source, 99]).await, ["~/chosen.txt"]);
        imports.forget();
        assert_eq!(found(&imports, false, &[folder.source, file.source]).await, Vec::<String>::new());
    }

    #[tokio::test]
    async fn a_search_that_is_stopped_gives_nothing() {
        let (home, imports) = home();
        let folder = imports.choose(home.path().to_owned(), true).unwrap();
        for number in 0..300 {
            std::fs::write(home.path().join(format!("{number}.txt")), "").unwrap();
        }
        let imports = Arc::new(imports);
        let stops = Arc::clone(&imports);
        let request = ImportScanRequest { well_known: false, sources: vec![folder.source] };
        let searched = imports.search(&request, move |_| stops.stop()).await.unwrap();
        assert!(searched.is_none());
    }

    #[tokio::test]
    async fn a_file_is_known_by_the_number_of_its_search_alone() {
        let (_home, imports) = home();
        let request = ImportScanRequest { well_known: true, sources: Vec::new() };
        let searched = imports.search(&request, |_| {}).await.unwrap().unwrap();
        imports.remember(ID, searched.on_disk);
        assert!(imports.original(ID, 0).is_some());
        assert!(imports.original(ID, 1).is_none());
        let other = HeldSecretId(Uuid::from_u128(8));
        assert!(imports.original(other, 0).is_none());
        assert_eq!(imports.show(other, 0).await.unwrap_err().code, ErrorCode::NotFound);
    }
}
