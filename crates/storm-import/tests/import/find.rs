//! Looking for files: what is found where, what is passed over, and that every search ends.

use std::cell::Cell;
use std::path::Path;

use storm_import::{Format, Found, Look, Search, SearchEnd, Surroundings, WellKnown, find, well_known};

struct Folder(tempfile::TempDir);

impl Folder {
    fn make(files: &[&str]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        files.iter().for_each(|file| folder.write(file));
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, file: &str) {
        let path = self.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "ACME_TOKEN=acme0123456789abcdef\n").unwrap();
    }

    fn search(&self) -> Search {
        Search { folders: vec![self.path().to_owned()], ..Search::default() }
    }

    fn names(&self, found: &Found) -> Vec<String> {
        let name = |path: &Path| path.strip_prefix(self.path()).unwrap().to_string_lossy().replace('\\', "/");
        found.files.iter().map(|file| name(&file.path)).collect()
    }
}

fn all(search: &Search) -> Found {
    find(search, &|| true, &mut |_| {})
}

#[test]
fn a_named_folder_gives_what_its_tools_read_and_no_samples_or_other_peoples_code() {
    let folder = Folder::make(&[
        ".env",
        "api/.env.production",
        "api/.env.example",
        "web/local.env",
        "web/node_modules/x/.env",
        ".git/.env",
        "bruno/environments/local.bru",
        "bruno/get.bru",
        "src/main.rs",
        "work.postman_environment.json",
        "1/2/3/4/5/.env",
        "1/2/3/4/5/6/.env",
    ]);
    let found = all(&folder.search());
    let wanted = [
        "1/2/3/4/5/.env",
        ".env",
        "api/.env.production",
        "bruno/environments/local.bru",
        "web/local.env",
        "work.postman_environment.json",
    ];
    let mut names = folder.names(&found);
    names.sort();
    let mut wanted = wanted.map(str::to_owned).to_vec();
    wanted.sort();
    assert_eq!(names, wanted);
    assert_eq!((found.end, found.refused.len()), (SearchEnd::Done, 0));
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_neither_files_nor_folders() {
    let (folder, other) = (Folder::make(&["a/.env"]), Folder::make(&["secret/.env"]));
    std::os::unix::fs::symlink(other.path().join("secret"), folder.path().join("linked")).unwrap();
    std::os::unix::fs::symlink(other.path().join("secret/.env"), folder.path().join("a/linked.env")).unwrap();
    std::os::unix::fs::symlink(folder.path(), folder.path().join("a/round")).unwrap();
    assert_eq!(folder.names(&all(&folder.search())), ["a/.env"]);
    let known = WellKnown { title: "x", path: folder.path().join("a/linked.env"), look: Look::File(Format::Dotenv) };
    let found = all(&Search { places: vec![known], ..Search::default() });
    assert_eq!(found.files.len(), 0);
    assert!(found.refused[0].reason.contains("link"), "{found:?}");
}

#[test]
fn places_where_nothing_lies_are_not_worth_a_word_and_a_chosen_file_that_is_gone_is() {
    let home = Folder::make(&[
        ".aws/credentials",
        "Downloads/work.postman_environment.json",
        "Downloads/deeper/bitwarden_export.json",
        "Downloads/x.env",
    ]);
    std::fs::create_dir_all(home.path().join(".config/gcloud")).unwrap();
    std::fs::write(home.path().join(".config/gcloud/credentials.db"), "SQLite").unwrap();
    let around = Surroundings {
        home: home.path().to_owned(),
        config: home.path().join(".config"),
        downloads: Some(home.path().join("Downloads")),
        variable: &|_| None,
    };
    let search = Search { places: well_known(&around), files: vec![home.path().join("gone.env")], ..Search::default() };
    let found = all(&search);
    assert_eq!(home.names(&found), [".aws/credentials", "Downloads/work.postman_environment.json"]);
    assert_eq!(found.files[0].format, Some(Format::AwsCredentials));
    let reasons: Vec<&str> = found.refused.iter().map(|refused| refused.reason.as_str()).collect();
    assert!(reasons.iter().any(|reason| reason.contains("not there any more")), "{reasons:?}");
    #[cfg(not(windows))]
    assert!(reasons.iter().any(|reason| reason.contains("gcloud keeps its own")), "{reasons:?}");
}

#[test]
fn a_search_that_nobody_wants_any_more_ends_between_two_entries() {
    let folder = Folder::make(&["a/.env", "b/.env", "c/.env"]);
    let asked = Cell::new(0);
    let wanted = || {
        asked.set(asked.get() + 1);
        asked.get() < 4
    };
    let found = find(&folder.search(), &wanted, &mut |_| {});
    assert_eq!((found.end, found.looked_at), (SearchEnd::Stopped, 3));
}

#[test]
fn more_files_than_anybody_has_end_the_search_and_it_says_so() {
    let names: Vec<String> = (0..260).map(|number| format!("{number}/.env")).collect();
    let folder = Folder::make(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let mut told = Vec::new();
    let found = find(&folder.search(), &|| true, &mut |looked_at| told.push(looked_at));
    assert_eq!((found.end, found.files.len()), (SearchEnd::Limit, 200));
    assert_eq!(told, [250, 500]);
}

#[test]
fn one_file_under_two_names_is_read_once() {
    let folder = Folder::make(&[".env"]);
    let file = folder.path().join(".env");
    let search = Search { files: vec![file.clone(), file.clone()], ..folder.search() };
    assert_eq!(all(&search).files.len(), 1);
}
