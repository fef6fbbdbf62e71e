//! The `storm` command against a real agent process: what a tool gets, and what it is told when it gets nothing.

use std::path::PathBuf;
use std::process::Output;

use storm_tests::program::{Program, built, private_folder};
use storm_tests::{Browser, Desktop, Headless, Manner, Outcome, Practice, ensure};
use tokio::process::Command;

const LENT: &str = "Ada’s account";
const KEPT: &str = "Nightly sync";

struct Scene {
    // Ends before its folder goes.
    _agent: Program,
    practice: Practice,
    folder: tempfile::TempDir,
}

impl Scene {
    async fn set() -> Outcome<Self> {
        Browser::of(&Desktop::of_session()?).behave(Manner::Approve)?;
        let practice = Practice::start().await?;
        let folder = private_folder()?;
        let data = folder.path().join("data");
        let headless = Headless::start(&data).await?;
        let id = headless.connect_sign_in(&practice, LENT).await?;
        let key = practice.create_key("kept").await?;
        headless.connect_key(&practice, KEPT, &key).await?;
        let allowed = headless.engine()?.set_lending(id, true).await;
        ensure(allowed.is_ok(), || format!("{allowed:?}"))?;
        headless.stop().await;
        let mut agent = Command::new(built("storm-agent")?);
        agent.env("STORM_CONNECT_LOG", "warn");
        agent.arg("--data-folder").arg(&data).arg("--socket").arg(socket(&folder));
        let mut agent = Program::start(agent)?;
        agent.line("READY", |line| (line == "READY").then_some(())).await?;
        Ok(Self { practice, folder, _agent: agent })
    }

    async fn storm(&self, arguments: &[&str]) -> Outcome<Output> {
        let mut command = Command::new(built("storm")?);
        command.args(arguments).env("STORM_CONNECT_SOCKET", socket(&self.folder)).kill_on_drop(true);
        Ok(command.output().await?)
    }
}

fn socket(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("host.sock")
}

#[tokio::test]
async fn a_lent_token_works_at_the_service() -> Outcome {
    let scene = Scene::set().await?;
    let output = scene.storm(&["token", LENT]).await?;
    let token = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure(output.status.success() && token.ends_with('\n'), || String::from_utf8_lossy(&output.stderr).into_owned())?;
    let who = scene.practice.whoami(token.trim()).await?;
    ensure(who.is_some(), || "the service refuses the lent token".to_owned())?;
    let raw = scene.storm(&["token", "--raw", LENT]).await?;
    ensure(raw.stdout == token.trim().as_bytes(), || "--raw prints more than the token".to_owned())
}

#[tokio::test]
async fn what_is_not_lent_is_not_printed() -> Outcome {
    let scene = Scene::set().await?;
    for (name, code) in [(KEPT, 7), ("Nobody", 3)] {
        let output = scene.storm(&["token", name]).await?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure(output.status.code() == Some(code), || format!("{name}: {} {said}", output.status))?;
        ensure(output.stdout.is_empty(), || format!("{name}: something was printed"))?;
        ensure(said.len() > 20, || format!("{name}: “{said}” explains nothing"))?;
    }
    Ok(())
}

#[tokio::test]
async fn many_tools_at_the_end_of_a_token_cause_one_refresh() -> Outcome {
    let scene = Scene::set().await?;
    // Nobody's token lives as long as the callers want; the next one does.
    scene.practice.set(serde_json::json!({ "access_token_lifetime_s": 7200 })).await?;
    let since = scene.practice.now().await?;
    let arguments = ["token", LENT, "--min-ttl", "5400"];
    let callers = (0..20).map(|_| scene.storm(&arguments));
    let mut tokens = std::collections::BTreeSet::new();
    for output in futures_util::future::join_all(callers).await {
        let output = output?;
        ensure(output.status.success(), || String::from_utf8_lossy(&output.stderr).into_owned())?;
        tokens.insert(output.stdout);
    }
    let sent = scene.practice.requests("/oauth/token", since).await?.len();
    ensure(sent == 1 && tokens.len() == 1, || format!("{sent} refreshes, {} different tokens", tokens.len()))
}

#[tokio::test]
async fn without_a_host_the_command_says_so() -> Outcome {
    Desktop::of_session()?;
    let folder = private_folder()?;
    let mut command = Command::new(built("storm")?);
    command.args(["status"]).env("STORM_CONNECT_SOCKET", socket(&folder)).kill_on_drop(true);
    let output = command.output().await?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure(output.status.code() == Some(6), || format!("{} {said}", output.status))
}
