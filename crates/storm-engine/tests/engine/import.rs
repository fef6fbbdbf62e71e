//! Import from a home folder as tools leave it: looked for, shown, imported, verified at the practice service, and what still lies there.

use std::path::Path;
use std::time::Duration;

use storm_domain::{ErrorCode, Verdict};
use storm_engine::ImportFile;
use storm_engine::view::{ImportItemRequest, ImportItemView, ImportView, ImportedView};
use storm_import::{Search, Surroundings, find, well_known};

use crate::rig::Rig;

struct Home(tempfile::TempDir);

impl Home {
    fn with(files: &[(&str, String)]) -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        for (name, content) in files {
            let path = home.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        home
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// What is found in it, as the shell hands it over.
    fn found(&self) -> Vec<ImportFile> {
        let around = Surroundings {
            home: self.path().to_owned(),
            config: self.path().join(".config"),
            downloads: None,
            variable: &|_| None,
        };
        let found = find(&Search { places: well_known(&around), ..Search::default() }, &|| true, &mut |_| {});
        let shown = |path: &Path| format!("~/{}", path.strip_prefix(self.path()).unwrap().display());
        let file = |file: storm_import::FoundFile| ImportFile {
            path: shown(&file.path),
            content: Ok(file.bytes),
            format: file.format,
        };
        found.files.into_iter().map(file).collect()
    }

    fn contents(&self) -> Vec<(std::path::PathBuf, Vec<u8>)> {
        let walk = |name: &str| (self.path().join(name), std::fs::read(self.path().join(name)).unwrap_or_default());
        [".env", ".aws/credentials", ".netrc", ".config/gh/hosts.yml"].map(walk).into()
    }
}

fn dotenv(rig: &Rig, name: &str, key: &str) -> String {
    format!("{name}={key}\nPRACTICE_BASE_URL={}\n", rig.sandbox.base_url())
}

fn items(view: &ImportView) -> Vec<&ImportItemView> {
    view.files.iter().flat_map(|file| &file.items).collect()
}

/// As the window asks when nothing was changed.
fn as_shown(view: &ImportView, item: &ImportItemView) -> ImportItemRequest {
    ImportItemRequest {
        id: view.id,
        item: item.item,
        connector_id: item.connector.id.clone(),
        name: item.name.clone(),
        fields: item.fields.clone(),
    }
}

#[tokio::test]
async fn what_a_home_folder_holds_is_shown_imported_verified_and_named_where_it_lies() {
    let rig = Rig::start().await;
    let key = rig.make_key().await;
    let home = Home::with(&[
        (".env", dotenv(&rig, "PRACTICE_API_KEY", &key) + "ACME_TOKEN=acme0123456789abcdef\n"),
        (".netrc", format!("machine 127.0.0.1 login ada password {key}\n")),
        (".aws/credentials", "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n".to_owned()),
        (".config/gh/hosts.yml", "github.com:\n    user: ada\n    oauth_token: gho_goldenFileExample0001abcdefghijklmno\n".to_owned()),
    ]);
    let before = home.contents();
    let view = rig.engine.preview_import(home.found()).await.unwrap();

    let paths: Vec<&str> = view.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["~/.env", "~/.aws/credentials", "~/.config/gh/hosts.yml", "~/.netrc"]);
    let told: Vec<_> = items(&view)
        .iter()
        .map(|item| (item.key.as_str(), item.line, item.connector.id.as_str(), item.suggested, item.same_as))
        .collect();
    assert_eq!(
        told,
        [
            ("PRACTICE_API_KEY", Some(1), "practice", true, None),
            ("ACME_TOKEN", Some(3), "generic-api-key", false, None),
            ("[default]", Some(2), "aws", true, None),
            ("ada at github.com", Some(3), "github", true, None),
            ("machine 127.0.0.1", Some(1), "practice", false, Some(0)),
        ]
    );
    let sent = serde_json::to_string(&view).unwrap();
    for secret in [key.as_str(), "acme0123456789abcdef", "wJalrXUtnFEMI", "goldenFileExample"] {
        assert!(!sent.contains(secret), "the window is sent a secret: {sent}");
    }

    let request = as_shown(&view, items(&view)[0]);
    let ImportedView::Added { name, saved } = rig.engine.import_item(request.clone()).await.unwrap() else {
        panic!("it was there already")
    };
    assert!(matches!(&saved.verdict, Verdict::Works { account: Some(account) } if account.label.contains("ada")));
    assert_eq!(name, "Practice");
    let twin = as_shown(&view, items(&view)[4]);
    for again in [request, twin] {
        let outcome = rig.engine.import_item(again).await.unwrap();
        let expected = ImportedView::AlreadyThere { name: "Practice".to_owned(), integration_id: saved.integration_id };
        assert_eq!(outcome, expected);
    }
    assert_eq!(rig.engine.integrations().await.unwrap().len(), 1);

    let copies = rig.engine.import_copies(view.id).unwrap();
    let told: Vec<_> = copies.iter().map(|copy| (copy.path.as_str(), copy.places[0].line, copy.movable)).collect();
    assert_eq!(told, [("~/.env", Some(1), false), ("~/.netrc", Some(1), false)]);
    assert_eq!(home.contents(), before, "importing only reads");
}

#[tokio::test]
async fn what_is_in_the_vault_already_is_recognised_and_its_file_may_go_once_all_of_it_works() {
    let rig = Rig::start().await;
    let file = rig.sandbox.control().create_service_account("robot@practice.example").await.unwrap();
    let home = Home::with(&[(".config/gcloud/application_default_credentials.json", file.to_string())]);
    let view = rig.engine.preview_import(home.found()).await.unwrap();
    assert_eq!(view.files.len(), 1, "{view:?}");
    let found = items(&view);
    assert_eq!(found.len(), 1, "{view:?}");
    assert_eq!(found[0].hint, "robot@practice.example");
    let request = ImportItemRequest { fields: rig.fields(), ..as_shown(&view, found[0]) };
    assert!(!rig.engine.is_import_file_stored(view.id, 0));
    let outcome = rig.engine.import_item(request).await.unwrap();
    assert!(matches!(&outcome, ImportedView::Added { saved, .. } if saved.verdict.is_accepted()), "{outcome:?}");
    assert!(rig.engine.is_import_file_stored(view.id, 0));

    let again = rig.engine.preview_import(home.found()).await.unwrap();
    let found = items(&again);
    assert_eq!((found[0].stored_as.as_deref(), found[0].suggested), (Some("Practice"), false));
    assert!(rig.engine.import_copies(view.id).is_err(), "the search before is forgotten");
}

#[tokio::test]
async fn a_key_that_its_service_refuses_is_kept_says_so_and_its_file_stays() {
    let rig = Rig::start().await;
    let home = Home::with(&[(".env", dotenv(&rig, "PRACTICE_API_KEY", "pk_live_nobody0123456789abcdef"))]);
    let view = rig.engine.preview_import(home.found()).await.unwrap();
    let outcome = rig.engine.import_item(as_shown(&view, items(&view)[0])).await.unwrap();
    assert!(
        matches!(&outcome, ImportedView::Added { saved, .. } if matches!(saved.verdict, Verdict::Refused { .. })),
        "{outcome:?}"
    );
    assert!(!rig.engine.is_import_file_stored(view.id, 0));
}

#[tokio::test]
async fn two_at_once_of_one_secret_become_one_integration() {
    let rig = Rig::start().await;
    let key = rig.make_key().await;
    let text = dotenv(&rig, "PRACTICE_API_KEY", &key) + &format!("OTHER_PRACTICE_API_KEY={key}\n");
    let view = rig.engine.preview_import(Home::with(&[(".env", text)]).found()).await.unwrap();
    let found = items(&view);
    let (one, other) = tokio::join!(
        rig.engine.import_item(as_shown(&view, found[0])),
        rig.engine.import_item(as_shown(&view, found[1])),
    );
    let added = [one.unwrap(), other.unwrap()].iter().filter(|one| matches!(one, ImportedView::Added { .. })).count();
    assert_eq!((added, rig.engine.integrations().await.unwrap().len()), (1, 1));
    let copies = rig.engine.import_copies(view.id).unwrap();
    let lines: Vec<_> = copies[0].places.iter().map(|place| place.line).collect();
    assert_eq!(lines, [Some(1), Some(3)], "both places are copies");
}

#[tokio::test]
async fn a_service_of_the_users_choice_is_asked_with_the_fields_they_gave_and_a_missing_one_is_named() {
    let rig = Rig::start().await;
    let key = rig.make_key().await;
    let home = Home::with(&[(".env", format!("INTERNAL_TOKEN={}\n", key.replace("pk_live_", "tk_live_")))]);
    let view = rig.engine.preview_import(home.found()).await.unwrap();
    let request = as_shown(&view, items(&view)[0]);
    assert_eq!(request.connector_id, "generic-api-key");
    let failure = rig.engine.import_item(request.clone()).await.unwrap_err();
    assert_eq!((failure.code, failure.field.as_deref()), (ErrorCode::FieldNotUsable, Some("verify_url")));
    assert!(rig.engine.integrations().await.unwrap().is_empty());

    let verify_url = format!("{}/api/whoami", rig.sandbox.base_url());
    let fields = [("verify_url".to_owned(), verify_url)].into();
    let outcome = rig.engine.import_item(ImportItemRequest { fields, ..request }).await.unwrap();
    let ImportedView::Added { name, saved } = outcome else { panic!("{outcome:?}") };
    assert_eq!(name, "Internal");
    assert!(matches!(saved.verdict, Verdict::Refused { .. }), "the practice service never made this key: {saved:?}");
}

#[tokio::test]
async fn what_nobody_imports_is_forgotten_after_a_while_or_when_it_is_discarded() {
    let rig = Rig::start().await;
    let home = Home::with(&[(".env", dotenv(&rig, "PRACTICE_API_KEY", &rig.make_key().await))]);
    let view = rig.engine.preview_import(home.found()).await.unwrap();
    rig.engine.discard_import(view.id);
    let gone = rig.engine.import_item(as_shown(&view, items(&view)[0])).await.unwrap_err();
    assert_eq!(gone.code, ErrorCode::NotFound);

    let view = rig.engine.preview_import(home.found()).await.unwrap();
    rig.clock.advance(Duration::from_secs(10 * 60));
    assert!(rig.engine.import_copies(view.id).is_ok(), "it was used in time");
    rig.clock.advance(Duration::from_secs(10 * 60));
    assert!(rig.engine.import_copies(view.id).is_ok(), "each use counts");
    rig.clock.advance(Duration::from_secs(15 * 60));
    assert_eq!(rig.engine.import_copies(view.id).unwrap_err().code, ErrorCode::NotFound);
}
