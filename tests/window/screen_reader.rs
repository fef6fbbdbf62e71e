//! What a screen reader is given of the real window, over AT-SPI: names and roles in every view and dialog, the grid of the list, and
//! how often something is said.

use storm_tests::step::{KEY, SIGN_IN, api_key, oauth};
use storm_tests::{Heard, Journey, Node, Outcome, ScreenReader, Window, ensure};

/// What people act on.
const ACTIVE: [&str; 13] = [
    "button",
    "checkbox",
    "combobox",
    "link",
    "menuitem",
    "option",
    "radio",
    "searchbox",
    "slider",
    "spinbutton",
    "switch",
    "tab",
    "textbox",
];

/// What may have the focus without being acted on: it holds what is.
const HOLDERS: [&str; 11] =
    ["dialog", "document web", "grid", "group", "heading", "list", "listbox", "main", "menu", "region", "tabpanel"];

/// Everything in a view that can be acted on has a name, and everything that can have the focus is something that is known.
fn ensure_named(view: &str, page: &Node) -> Outcome<usize> {
    let all = page.all();
    let is_active = |one: &Node| ACTIVE.contains(&one.role.as_str());
    let active: Vec<&&Node> = all.iter().filter(|one| is_active(one)).collect();
    let nameless: Vec<&&&Node> = active.iter().filter(|one| one.name.trim().is_empty()).collect();
    ensure(nameless.is_empty(), || format!("{view}: without a name: {nameless:?}"))?;
    let strange = all.iter().filter(|one| one.is("focusable") && !is_active(one));
    let strange: Vec<&str> = strange.map(|one| one.role.as_str()).filter(|role| !HOLDERS.contains(role)).collect();
    ensure(strange.is_empty(), || format!("{view}: these have the focus and no role: {strange:?}"))?;
    ensure(!active.is_empty(), || format!("{view}: nothing to act on in {}", page.text()))?;
    Ok(active.len())
}

/// Whether there is an element of this role and name.
fn has(page: &Node, role: &str, name: &str) -> bool {
    page.of_role(role).iter().any(|one| one.name.contains(name))
}

fn ensure_has(view: &str, page: &Node, expected: &[(&str, &str)]) -> Outcome {
    for (role, name) in expected {
        ensure(has(page, role, name), || {
            let all: Vec<&str> = page.of_role(role).iter().map(|one| one.name.as_str()).collect();
            format!("{view}: no {role} “{name}” among {all:?}")
        })?;
    }
    Ok(())
}

/// Reads a view once it is there, and finds these in it.
async fn read(view: &str, expected: &[(&str, &str)]) -> Outcome<Node> {
    let page = ScreenReader::read_with(view, |page| expected.iter().all(|(role, name)| has(page, role, name))).await;
    let page = match page {
        Ok(page) => page,
        // Which one it was is told by the last look.
        Err(error) => {
            ensure_has(view, &ScreenReader::read().await?, expected)?;
            return Err(error);
        }
    };
    let count = ensure_named(view, &page)?;
    println!("   {view}: {count} to act on, all named");
    Ok(page)
}

#[tokio::test]
async fn every_view_says_what_is_what() -> Outcome {
    let mut journey = Journey::begin_with_screen_reader().await?;
    read("first run", &[("button", "Paste a key"), ("button", "Drop a file"), ("button", "Sign in"), ("main", "")])
        .await?;
    api_key::walk(&mut journey).await?;
    oauth::walk(&mut journey).await?;

    let page = read("list", &[("searchbox", "Search"), ("button", "Add"), ("navigation", "")]).await?;
    let grids = page.of_role("grid");
    let rows: Vec<&str> = grids.iter().flat_map(|grid| grid.of_role("row")).map(|row| row.name.as_str()).collect();
    ensure(grids.len() == 1 && grids[0].name == "Integrations", || format!("{grids:?}"))?;
    ensure(grids[0].attributes.get("rowcount").map(String::as_str) == Some("3"), || {
        format!("it does not say how many rows there are: {:?}", grids[0].attributes)
    })?;
    for name in [KEY, SIGN_IN] {
        ensure(rows.contains(&format!("{name} Connected").as_str()), || format!("no row for {name} among {rows:?}"))?;
        ensure_has("list", grids[0], &[("checkbox", name), ("button", name)])?;
    }

    journey.show_page(KEY).await?;
    read("overview", &[("heading", KEY), ("tab", "Overview"), ("tab", "Credentials"), ("button", "More")]).await?;
    let window = journey.window()?;
    window.click("tab-credentials").await?;
    read("credentials", &[("button", "Rotate"), ("switch", ""), ("tabpanel", "")]).await?;
    window.click("rotation-start").await?;
    read("rotation", &[("textbox", "New key"), ("button", "Save"), ("button", "Paste")]).await?;
    window.click("rotation-cancel").await?;
    window.click("tab-activity").await?;
    window.find("activity-entry").await?;
    read("activity of one", &[("searchbox", ""), ("tabpanel", "")]).await?;
    window.click("menu").await?;
    read("menu", &[("menuitem", "Disconnect"), ("menuitem", "Pause")]).await?;
    window.press(thirtyfour::Key::Escape).await?;
    window.await_gone("menu-disconnect").await?;

    window.click("nav-health").await?;
    read("health", &[("heading", "Health")]).await?;
    window.click("nav-activity").await?;
    window.find("activity-entry").await?;
    read("activity", &[("heading", "Activity"), ("searchbox", "")]).await?;
    window.click("nav-settings").await?;
    window.find("network").await?;
    read("settings", &[("heading", "Settings"), ("switch", ""), ("radio", "")]).await.map(drop)
}

/// Closes what is open, and waits until it is gone.
async fn close(window: &Window, dialog: &str) -> Outcome {
    window.press(thirtyfour::Key::Escape).await?;
    window.await_gone(dialog).await
}

#[tokio::test]
async fn every_dialog_says_what_is_what() -> Outcome {
    let mut journey = Journey::begin_with_screen_reader().await?;
    api_key::walk(&mut journey).await?;
    let window = journey.window()?;
    window.click("add").await?;
    window.find_css("[data-test=connector]").await?;
    read("services", &[("dialog", "Add an integration"), ("combobox", "Search services"), ("option", "Practice")])
        .await?;
    close(window, "connect-dialog").await?;
    let of_practice = ("dialog", "Connect Practice");
    for (method, expected) in [
        ("method-api_key", [of_practice, ("textbox", "API key"), ("button", "Save"), ("textbox", "Address")]),
        ("method-oauth", [of_practice, ("button", "Authorize"), ("textbox", "Address"), ("button", "Cancel")]),
        ("method-service_account", [of_practice, ("button", "Choose"), ("button", "Save"), ("button", "Cancel")]),
    ] {
        journey.choose_practice().await?;
        let window = journey.window()?;
        read("ways to sign in", &[of_practice, ("button", "API key"), ("button", "Authorize")]).await?;
        window.click(method).await?;
        read(method, &expected).await?;
        close(window, "connect-dialog").await?;
    }
    let window = journey.window()?;
    window.press_with_control('k').await?;
    window.find("palette-option").await?;
    read("palette", &[("combobox", ""), ("option", "Add an integration")]).await?;
    close(window, "palette").await?;
    window.press("?").await?;
    read("keys", &[("dialog", ""), ("switch", "")]).await?;
    close(window, "shortcuts").await?;
    journey.show_page(KEY).await?;
    let window = journey.window()?;
    window.press(thirtyfour::Key::Delete).await?;
    window.find("disconnect-revoke").await?;
    read("parting", &[("dialog", KEY), ("button", "Remove"), ("button", "Cancel")]).await?;
    close(window, "disconnect-dialog").await?;
    window.click("nav-settings").await?;
    for (open, name) in [("passphrase-set", "passphrase-dialog"), ("recovery-code-make", "recovery-code-dialog")] {
        window.click(open).await?;
        read(name, &[("dialog", ""), ("button", "Cancel")]).await?;
        close(window, name).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_closed_vault_says_why_and_what_helps() -> Outcome {
    let mut journey = Journey::begin_with_screen_reader().await?;
    journey.take_window()?.quit().await?;
    journey.desktop.lock_keyring().await?;
    let (window, dismissed) =
        futures_util::future::join(Window::open(&journey.home), journey.desktop.dismiss_keyring_prompt()).await;
    dismissed?;
    let window = window?;
    window.find_css("[data-test=vault-screen][data-vault=keyring_locked]").await?;
    let page = read("closed vault", &[("region", "is locked"), ("heading", "is locked"), ("button", "Settings")]).await;
    // For whoever uses this desktop next.
    journey.desktop.unlock_keyring().await?;
    ensure(page?.of_role("textbox").is_empty(), || "it asks for something that helps nobody".to_owned())
}

/// How often a text was heard.
fn times(heard: &[Heard], text: &str) -> usize {
    heard.iter().filter(|one| one.text.contains(text)).count()
}

#[tokio::test]
async fn what_happens_is_said_once() -> Outcome {
    let mut journey = Journey::begin_with_screen_reader().await?;
    api_key::walk(&mut journey).await?;
    journey.show_page(KEY).await?;
    let window = journey.window()?;
    let mut reader = ScreenReader::listen().await?;
    // What follows tells that nothing more comes of what was before.
    for _ in 0..2 {
        window.press("p").await?;
        window.find_css("[data-test=view-integration][data-status=paused]").await?;
        window.press("p").await?;
        window.find_css("[data-test=view-integration][data-status=connected]").await?;
    }
    let heard = reader.heard_until("runs again").await?;
    println!("   {heard:?}");
    ensure(times(&heard, "is paused") == 1, || format!("one pause was not said once: {heard:?}"))?;
    let rest = reader.heard_until("runs again").await?;
    ensure(times(&rest, "is paused") == 1 && times(&rest, "runs again") == 1, || format!("not once each: {rest:?}"))?;
    ensure(heard.iter().chain(&rest).all(|one| one.manner == "polite"), || "it interrupts".to_owned())
}
