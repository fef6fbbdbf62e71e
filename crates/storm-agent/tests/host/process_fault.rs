//! What happens to the process itself: two at once, one killed, one without file descriptors, one that may not read its files.

use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, Signal};
use storm_broker::{Client, Request, Response};
use storm_sandbox::{Progress, Step};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::time::Instant;

use super::agent::{agent_on, signal};
use super::desk::{Desk, PATIENCE, ask};
use super::estate::{Estate, ID, PASSPHRASE, token_requests};

/// A real agent, which is given its passphrase at once.
struct Agent {
    process: Child,
    said: Lines<BufReader<ChildStdout>>,
    log: Lines<BufReader<ChildStderr>>,
    socket: PathBuf,
}

impl Agent {
    async fn start(mut command: Command, socket: PathBuf) -> Self {
        Self::of(command.spawn().unwrap(), socket).await
    }

    async fn of(mut process: Child, socket: PathBuf) -> Self {
        let passphrase = format!("{PASSPHRASE}\n");
        // One that has nothing to open with it does not read it.
        let _ = process.stdin.take().unwrap().write_all(passphrase.as_bytes()).await;
        let said = BufReader::new(process.stdout.take().unwrap()).lines();
        let log = BufReader::new(process.stderr.take().unwrap()).lines();
        Self { process, said, log, socket }
    }

    async fn on(desk: &Desk) -> Self {
        Self::start(agent_on(desk, &desk.socket(), &["--passphrase-stdin"]), desk.socket()).await
    }

    /// The next line about the vault; empty when the process is gone.
    async fn says(&mut self) -> String {
        tokio::time::timeout(PATIENCE, self.said.next_line()).await.unwrap().unwrap().unwrap_or_default()
    }

    /// The rest of its log, after its end.
    async fn last_words(&mut self) -> String {
        let mut words = String::new();
        tokio::time::timeout(PATIENCE, self.log.get_mut().read_to_string(&mut words)).await.unwrap().unwrap();
        words
    }

    fn id(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.process.id().unwrap()).unwrap()).unwrap()
    }

    async fn token(&self) -> Response {
        ask(&self.socket, token()).await
    }

    async fn end(mut self) {
        signal(&self.process, Signal::TERM);
        assert_eq!(self.process.wait().await.unwrap().code(), Some(0));
    }
}

fn token() -> Request {
    Request::Token { name: ID.to_string(), min_lifetime_seconds: None }
}

#[track_caller]
fn lent(response: Response) -> String {
    match response {
        // EXPOSE: compared in a test.
        Response::Token(loan) => loan.secret.expose().to_owned(),
        other => panic!("{other:?}"),
    }
}

/// The service's next answer waits at a gate, so that the refresh is under way for as long as the test likes.
fn hold_answer(estate: &Estate) {
    let step = Step { path: "/oauth/token".to_owned(), hold: Some("answer".to_owned()), ..Step::default() };
    estate.service.control().script(step).unwrap();
}

async fn refresh_under_way(estate: &Estate, count: usize, progress: Progress) {
    let seen = estate.service.control().wait_for_requests(&token_requests(), progress, count, PATIENCE).await;
    assert!(seen.is_some(), "nothing was refreshed");
}

/// Starts two agents on the same data within ten milliseconds. The moment counts, so a slow computer is given several tries.
async fn start_two(estate: &Estate, sockets: [PathBuf; 2]) -> [Agent; 2] {
    for _ in 0..20 {
        let commands = sockets.each_ref().map(|socket| agent_on(&estate.desk, socket, &["--passphrase-stdin"]));
        let begun = Instant::now();
        let [first, second] = commands.map(|mut command| command.spawn().unwrap());
        if begun.elapsed() < Duration::from_millis(10) {
            let [one, other] = sockets;
            return [Agent::of(first, one).await, Agent::of(second, other).await];
        }
        for mut process in [first, second] {
            process.kill().await.unwrap();
        }
    }
    panic!("two processes cannot be started within 10 ms here");
}

/// One has the vault; the other says who has it, and refreshes nothing.
async fn assert_one_owner(two_sockets: bool) {
    let estate = Estate::with_passphrase(Desk::new()).await;
    hold_answer(&estate);
    let one = estate.desk.socket();
    let other = if two_sockets { one.with_file_name("other.sock") } else { one.clone() };
    let [mut first, mut second] = start_two(&estate, [one, other]).await;
    let (of_first, of_second) = tokio::join!(first.says(), second.says());
    let (owner, mut loser, loser_says) = match (of_first.as_str(), of_second.as_str()) {
        ("READY", other) if other != "READY" => (first, second, of_second),
        (other, "READY") if other != "READY" => (second, first, of_first),
        both => panic!("{both:?}: {} {}", first.last_words().await, second.last_words().await),
    };
    refresh_under_way(&estate, 1, Progress::Held).await;
    if loser_says.is_empty() {
        assert_eq!(loser.process.wait().await.unwrap().code(), Some(1));
        let words = loser.last_words().await;
        let is_said = words.contains("another host already listens on") || words.contains("Another Storm Connect");
        assert!(is_said, "{words}");
    } else {
        assert!(loser_says.starts_with("FAILED Another Storm Connect has this vault open."), "{loser_says}");
        loser.end().await;
    }
    estate.service.control().release("answer");
    assert!(lent(owner.token().await).starts_with("pat_"));
    owner.end().await;
    assert_eq!((estate.refreshes(), estate.grant().refresh_generation, estate.grant().alive), (1, 2, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn f106_of_two_agents_started_within_ten_milliseconds_one_has_the_vault_and_nothing_is_refreshed_twice() {
    for _ in 0..4 {
        assert_one_owner(false).await;
        assert_one_owner(true).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f107_what_a_killed_agent_leaves_behind_is_taken_over_within_two_seconds_whoever_has_its_number_now() {
    for number_is_used_again in [false, true] {
        let estate = Estate::with_passphrase(Desk::new()).await;
        hold_answer(&estate);
        let mut killed = Agent::on(&estate.desk).await;
        assert_eq!(killed.says().await, "READY");
        refresh_under_way(&estate, 1, Progress::Held).await;
        killed.process.kill().await.unwrap();
        let lock = estate.desk.data().join("vault.lock");
        assert!(estate.desk.socket().exists() && lock.exists(), "nothing stale was left");
        if number_is_used_again {
            // The number of a process that lives, and on this boot: ours.
            let stale = std::fs::read_to_string(&lock).unwrap();
            let of_boot = stale.split_once(" of boot").unwrap().1;
            std::fs::write(&lock, format!("process {} of boot{of_boot}", std::process::id())).unwrap();
        }

        let begun = Instant::now();
        let mut next = Agent::on(&estate.desk).await;
        assert_eq!(next.says().await, "READY");
        let took = begun.elapsed();
        assert!(took < Duration::from_secs(2), "{took:?}");
        // Its lease, which has a minute to go, is free too: the refresh that was broken off is made again at once.
        refresh_under_way(&estate, 2, Progress::Completed).await;
        assert!(lent(next.token().await).starts_with("pat_"));
        assert!(estate.grant().alive);
        next.end().await;
    }
}

fn allow_descriptors(agent: Pid, most: Option<u64>) -> Option<u64> {
    let of_ours = rustix::process::getrlimit(Resource::Nofile); // it inherited them
    let allowed = Rlimit { current: most, ..of_ours };
    rustix::process::prlimit(Some(agent), Resource::Nofile, allowed).unwrap().current
}

/// Clock ticks that a process has used.
fn ticks(process: Pid) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero())).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split(' ').collect();
    fields[12].parse::<u64>().unwrap() + fields[13].parse::<u64>().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn f113_an_agent_without_file_descriptors_lends_on_does_not_spin_and_accepts_again_once_there_are_some() {
    let estate = Estate::with_passphrase(Desk::new()).await;
    let mut agent = Agent::on(&estate.desk).await;
    assert_eq!(agent.says().await, "READY");
    let present = lent(agent.token().await);
    let socket = agent.socket.clone();
    let mut accepted = tokio::task::spawn_blocking(move || {
        let mut client = Client::connect(&socket).unwrap();
        client.ask(&Request::Status).unwrap();
        client
    })
    .await
    .unwrap();

    let before = allow_descriptors(agent.id(), Some(3));
    let waiting = tokio::spawn({
        let socket = agent.socket.clone();
        async move { ask(&socket, token()).await }
    });
    let (mut refused, mut begun) = (0, None);
    let (since, used) = loop {
        let line = tokio::time::timeout(PATIENCE, agent.log.next_line()).await.unwrap().unwrap().expect("it ended");
        if line.contains("a connection could not be accepted") {
            refused += 1;
            let (since, ticks_then) = *begun.get_or_insert_with(|| (Instant::now(), ticks(agent.id())));
            if refused == 11 {
                break (since, ticks(agent.id()) - ticks_then);
            }
        }
    };
    let took = since.elapsed();
    assert!(took > Duration::from_millis(900), "ten tries in {took:?}");
    assert!(used < 50, "{used} ticks of the processor in {took:?}");
    let answer = tokio::task::spawn_blocking(move || accepted.ask(&token()).unwrap()).await.unwrap();
    assert_eq!(lent(answer), present, "who was there before is not served any more");
    assert!(!waiting.is_finished());

    allow_descriptors(agent.id(), before);
    let answer = tokio::time::timeout(PATIENCE, waiting).await.expect("it accepts nobody any more").unwrap();
    assert_eq!(lent(answer), present);
    assert_eq!((estate.refreshes(), estate.grant().alive), (1, true));
    drop(agent.log); // it is not read any more, and must not fill up
    signal(&agent.process, Signal::TERM);
    assert_eq!(agent.process.wait().await.unwrap().code(), Some(0));
}

/// Somebody who is not root, since permissions do not bind root.
const NOBODY: u32 = 65_534;

/// An agent of a user whom permissions bind, and who has the data.
fn agent_of_nobody(desk: &Desk) -> Command {
    let inner = agent_on(desk, &desk.socket(), &["--passphrase-stdin"]);
    // Where the binaries lie, other users may not look.
    let program = desk.data().with_file_name("storm-agent");
    if !program.exists() {
        std::fs::copy(inner.as_std().get_program(), &program).unwrap();
    }
    let mut command = Command::new("setpriv");
    let user = NOBODY.to_string();
    command.args(["--reuid", &user, "--regid", &user, "--clear-groups"]).arg(program).args(inner.as_std().get_args());
    command.env_clear().env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

fn give_all(folder: &Path) {
    chown(folder, Some(NOBODY), Some(NOBODY)).unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { give_all(&path) } else { chown(&path, Some(NOBODY), Some(NOBODY)).unwrap() }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f090_a_database_that_its_user_may_not_open_is_said_left_alone_and_opened_once_allowed() {
    if !rustix::process::geteuid().is_root() {
        writeln!(std::io::stderr(), "SKIPPED f090: only root can start an agent of another user").unwrap();
        return;
    }
    let estate = Estate::with_passphrase(Desk::new()).await;
    let folder = estate.desk.data().parent().unwrap().to_owned();
    give_all(&folder);
    let database = estate.desk.data().join("vault.db");
    let content = std::fs::read(&database).unwrap();
    for mode in [0o000, 0o400] {
        std::fs::set_permissions(&database, PermissionsExt::from_mode(mode)).unwrap();
        let mut agent = Agent::start(agent_of_nobody(&estate.desk), estate.desk.socket()).await;
        let says = agent.says().await;
        assert!(says.starts_with("FAILED The data folder cannot be written, so nothing was changed."), "{says}");
        agent.end().await;
        assert_eq!(std::fs::read(&database).unwrap(), content);
    }
    assert_eq!(estate.refreshes(), 0, "a refresh token was sent whose answer could not be kept");

    std::fs::set_permissions(&database, PermissionsExt::from_mode(0o600)).unwrap();
    let mut agent = Agent::start(agent_of_nobody(&estate.desk), estate.desk.socket()).await;
    assert_eq!(agent.says().await, "READY", "{}", agent.last_words().await);
    refresh_under_way(&estate, 1, Progress::Completed).await;
    agent.end().await;
    assert!(estate.grant().alive);
}
