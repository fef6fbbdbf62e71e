//! Import in the real window: keys that other tools left in a home folder are found, shown, imported and verified at real services, and
//! what still lies in plain text is said.

use std::path::Path;

use storm_tests::{AwsKey, Desktop, Journey, Look, Moto, Outcome, PATIENCE, Window, ensure, eventually};

/// The element of one of the things that were found.
fn item(key: &str, part: &str) -> String {
    format!("[data-test=import-item][data-key={key:?}] [data-test={part}]")
}

fn result(key: &str, outcome: &str) -> String {
    format!("[data-test=import-result][data-key={key:?}][data-outcome={outcome}]")
}

/// A home folder as tools leave it. Gives every secret in it.
async fn plant(journey: &mut Journey, aws: &AwsKey) -> Outcome<Vec<String>> {
    let [env, netrc] = [journey.practice.create_key("env").await?, journey.practice.create_key("netrc").await?];
    let gh = "gho_goldenFileExample0001abcdefghijklmno".to_owned();
    let AwsKey { id, secret } = aws;
    let base_url = journey.practice.base_url().to_owned();
    let files = [
        (
            ".env",
            format!(
                "# the shop\nPRACTICE_API_KEY={env}\nPRACTICE_BASE_URL={base_url}\nSESSION_SECRET=0123456789abcdef\nOTHER_PRACTICE_API_KEY={env}\n"
            ),
        ),
        (".aws/credentials", format!("[default]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n")),
        (".config/gh/hosts.yml", format!("github.com:\n    user: ada\n    oauth_token: {gh}\n")),
        (".netrc", format!("machine 127.0.0.1 login ada password {netrc}\n")),
        (".docker/config.json", "{\n  \"credsStore\": \"secretservice\"\n}\n".to_owned()),
        ("secrets/.env", "NEVER_TOKEN=not-among-the-places-0123\n".to_owned()),
    ];
    let home = journey.home.own_folder()?;
    for (name, content) in files {
        let path = home.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(&home))?;
        std::fs::write(path, content)?;
    }
    Ok(vec![env, netrc, gh, secret.clone()])
}

async fn fill_in(journey: &Journey, key: &str, field: &str, value: &str) -> Outcome {
    let window = journey.window()?;
    window.click_css(&item(key, "import-change")).await?;
    window.fill(field, value).await?;
    window.click_css(&item(key, "import-change")).await?;
    window.await_gone(field).await
}

async fn ensure_no_secret(journey: &Journey, secrets: &[String]) -> Outcome {
    let page = journey.window()?.execute("return document.documentElement.outerHTML").await?.to_string();
    ensure(!secrets.iter().any(|secret| page.contains(secret)), || "the page holds a secret".to_owned())
}

#[tokio::test]
async fn what_lies_in_a_home_folder_becomes_integrations_that_work_and_its_copies_are_named() -> Outcome {
    let moto = Moto::start().await?;
    let key = moto.make_key("storm").await?;
    let mut journey = Journey::begin().await?;
    let secrets = plant(&mut journey, &key).await?;
    journey.restart().await?;

    let window = journey.window()?;
    window.click("import-open").await?;
    window.click("import-places").await?;
    window.await_text("import-place-list", "~/.aws/credentials").await?;
    journey.picture("import-asks").await?;
    let window = journey.window()?;
    ensure(window.count("import-item").await? == 0, || "it looked before it was asked to".to_owned())?;
    window.click("import-scan").await?;
    window.find("import-preview").await?;
    let seen = window.text("import-preview").await?;
    for part in
        ["~/.env", "line 2", "PRACTICE_API_KEY", "[default]", "ada at github.com", "The same key as PRACTICE_API_KEY"]
    {
        ensure(seen.contains(part), || format!("{part} is not shown: {seen}"))?;
    }
    ensure(!seen.contains("NEVER_TOKEN"), || format!("it looked beside its places: {seen}"))?;
    ensure_no_secret(&journey, &secrets).await?;
    journey.picture("import-found").await?;

    journey.window()?.click_css(&item("ada at github.com", "import-choose")).await?;
    fill_in(&journey, "machine 127.0.0.1", "field-base_url", journey.practice.base_url()).await?;
    fill_in(&journey, "[default]", "field-base_url", moto.url()).await?;
    journey.picture("import-chosen").await?;
    journey.window()?.click("import-start").await?;
    journey.window()?.find("import-results").await?;
    for key in ["PRACTICE_API_KEY", "machine 127.0.0.1", "[default]"] {
        journey.window()?.find_css(&result(key, "works")).await?;
    }
    journey.picture("import-results").await?;
    let window = journey.window()?;
    let copies = window.text("import-copies").await?;
    for part in ["~/.env", "Line 2", "~/.netrc", "~/.aws/credentials"] {
        ensure(copies.contains(part), || format!("{part} is not named: {copies}"))?;
    }
    ensure_no_secret(&journey, &secrets).await?;
    show_its_folder(&journey).await?;
    go_to_the_bin(&journey).await?;

    journey.window()?.click("import-done").await?;
    journey.await_connected(3).await?;
    look_again_in_the_dark(&mut journey).await
}

async fn show_its_folder(journey: &Journey) -> Outcome {
    let opened = Desktop::of_session()?.file("opened-folder");
    let folder = journey.home.file("own").join(".aws");
    let window = journey.window()?;
    window.click_css("[data-test=import-copy][data-path=\"~/.aws/credentials\"] [data-test=import-show]").await?;
    eventually("the folder to be opened", PATIENCE, async || {
        let shown = std::fs::read_to_string(&opened).unwrap_or_default();
        Ok(if Path::new(&shown) == folder { Look::Found(()) } else { Look::NotYet(shown) })
    })
    .await
}

/// Only the file that holds nothing else is offered; the others are as they were.
async fn go_to_the_bin(journey: &Journey) -> Outcome {
    let home = journey.home.file("own");
    let window = journey.window()?;
    ensure(window.count("import-move").await? == 1, || "another file is offered to be moved".to_owned())?;
    window.click_css("[data-test=import-copy][data-path=\"~/.aws/credentials\"] [data-test=import-move]").await?;
    window.await_text("import-moved", "Moved to the bin").await?;
    ensure(!home.join(".aws/credentials").exists(), || "the file still lies where it was".to_owned())?;
    let bin = Desktop::of_session()?.file("home/.local/share/Trash/files/credentials");
    ensure(bin.exists(), || format!("{} is not there", bin.display()))?;
    let dotenv = std::fs::read_to_string(home.join(".env"))?;
    ensure(dotenv.starts_with("# the shop\nPRACTICE_API_KEY="), || "importing changed a file".to_owned())
}

/// What was imported is recognised, after a restart too, and not offered again.
async fn look_again_in_the_dark(journey: &mut Journey) -> Outcome {
    journey.restart_in_the_dark().await?;
    let window = journey.window()?;
    window.click("import-open").await?;
    journey.picture("import-asks-dark").await?;
    let window = journey.window()?;
    window.click("import-scan").await?;
    window.await_text("import-preview", "Connected already as").await?;
    let is_off = window.find_css(&item("PRACTICE_API_KEY", "import-choose")).await?.is_enabled().await?;
    ensure(!is_off, || "it can be imported a second time".to_owned())?;
    journey.picture("import-found-dark").await
}

/// A project's `.env` file, with a key of the practice service.
async fn write_env(journey: &Journey, file: &Path) -> Outcome {
    let key = journey.practice.create_key("project").await?;
    let base_url = journey.practice.base_url();
    Ok(std::fs::write(file, format!("PRACTICE_API_KEY={key}\nPRACTICE_BASE_URL={base_url}\n"))?)
}

/// Looks through what is chosen in the dialog of this title alone. The key in it is all that is found.
async fn scan_only(window: &Window, button: &str, title: &str, chosen: &Path, shown: &str) -> Outcome {
    window.click("import-open").await?;
    window.click("import-well-known").await?;
    window.click(button).await?;
    window.choose_in_dialog(title, chosen).await?;
    window.await_text("import-source", shown).await?;
    window.click("import-scan").await?;
    window.find_css(&item("PRACTICE_API_KEY", "import-choose")).await?;
    ensure(window.count("import-item").await? == 1, || "it looked elsewhere, too".to_owned())
}

#[tokio::test]
async fn a_chosen_file_is_read_and_nothing_beside_it() -> Outcome {
    let mut journey = Journey::begin().await?;
    let home = journey.home.own_folder()?;
    let chosen = home.join("shop.env");
    write_env(&journey, &chosen).await?;
    std::fs::write(home.join(".env"), "PRACTICE_TOKEN=pk_live_beside_the_file_01\n")?;
    journey.restart().await?;

    let window = journey.window()?;
    scan_only(window, "import-choose-files", "Choose files to import from", &chosen, "~/shop.env").await?;
    window.click("import-start").await?;
    window.find_css(&result("PRACTICE_API_KEY", "works")).await?;
    window.click("import-rotate").await?;
    window.find("rotation").await.map(drop)
}

#[tokio::test]
async fn a_chosen_folder_is_looked_through_and_nothing_beside_it() -> Outcome {
    let mut journey = Journey::begin().await?;
    let home = journey.home.own_folder()?;
    let chosen = home.join("projects");
    std::fs::create_dir_all(chosen.join("shop"))?;
    write_env(&journey, &chosen.join("shop/.env")).await?;
    std::fs::write(home.join(".env"), "PRACTICE_TOKEN=pk_live_beside_the_folder_01\n")?;
    journey.restart().await?;

    let window = journey.window()?;
    scan_only(window, "import-choose-folder", "Choose a folder to look through", &chosen, "~/projects").await?;
    window.await_text("import-preview", "~/projects/shop/.env").await.map(drop)
}
