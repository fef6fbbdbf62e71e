//! Reaching the host, and starting one when there is none.

use std::path::Path;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::Duration;

use storm_broker::{
    Client, ClientError, ExitCode as Exit, Refusal, RefusalKind, Request, Response, SOCKET_VARIABLE, socket_path,
};

use crate::{Stopped, sibling};

const AGENT: &str = "storm-agent";

/// After so long without a request an agent that was started here leaves again, in seconds.
const AGENT_IDLE_EXIT: &str = "600";

/// An agent that was just started listens within milliseconds; nothing tells us when, so the socket is tried.
const START_PAUSE: Duration = Duration::from_millis(10);
const START_TRIES: u32 = 500;

/// A host all of whose connections are taken is asked again.
const BUSY_PAUSE: Duration = Duration::from_millis(50);
const BUSY_TRIES: u32 = 1_200;

/// Asks the host one thing; `start` says whether one is started when there is none.
pub(crate) fn ask(request: &Request, start: bool) -> Result<Response, Stopped> {
    let socket = socket_path(std::env::var_os(SOCKET_VARIABLE), std::env::var_os("XDG_RUNTIME_DIR"));
    let mut answer = match connect(&socket)? {
        Some(client) => ask_on(client, request)?,
        None if start => ask_on(start_agent(&socket)?, request)?,
        None => return Err(Stopped::new(Exit::NoHost, "Storm Connect is not running")),
    };
    for _ in 0..BUSY_TRIES {
        match answer {
            Response::Refused(Refusal { refusal: RefusalKind::Busy, .. }) => sleep(BUSY_PAUSE),
            answer => return Ok(answer),
        }
        answer = match connect(&socket)? {
            Some(client) => ask_on(client, request)?,
            None => return Err(Stopped::new(Exit::NoHost, "Storm Connect ended before it could answer")),
        };
    }
    Ok(answer)
}

/// What any answer but the expected one means.
pub(crate) fn stopped(answer: Response) -> Stopped {
    match answer {
        Response::Refused(refusal) => Stopped::new(refusal.refusal.into(), refusal.message),
        _ => Stopped::new(Exit::Other, "the host answered another question than the one that was asked"),
    }
}

fn ask_on(mut client: Client, request: &Request) -> Result<Response, Stopped> {
    client.ask(request).map_err(|error| Stopped::new(Exit::Other, error.to_string()))
}

/// None = nobody listens.
fn connect(socket: &Path) -> Result<Option<Client>, Stopped> {
    match Client::connect(socket) {
        Ok(client) => Ok(Some(client)),
        Err(ClientError::NoHost) => Ok(None),
        Err(error) => Err(Stopped::new(Exit::NoHost, error.to_string())),
    }
}

fn start_agent(socket: &Path) -> Result<Client, Stopped> {
    let no_host = |what: &str| {
        Stopped::new(Exit::NoHost, format!("Storm Connect is not running, and {what}. Open Storm Connect."))
    };
    let mut agent = spawn_agent(socket).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => no_host("storm-agent was found neither beside storm nor on the PATH"),
        reason => no_host(&format!("storm-agent could not be started ({reason})")),
    })?;
    for _ in 0..START_TRIES {
        // Looked at before connecting: another agent that was faster makes this one leave, and then it is the one to ask.
        let has_left = agent.try_wait().map_err(|error| no_host(&format!("storm-agent was lost ({error})")))?.is_some();
        match connect(socket)? {
            Some(client) => return Ok(client),
            None if has_left => return Err(no_host("storm-agent could not start; run storm agent to see why")),
            None => sleep(START_PAUSE),
        }
    }
    Err(no_host("storm-agent did not answer in time; run storm agent to see why"))
}

fn spawn_agent(socket: &Path) -> std::io::Result<Child> {
    let mut command = sibling::command(AGENT);
    command.args(["--idle-exit", AGENT_IDLE_EXIT, "--socket"]).arg(socket);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // In a process group of its own, so that Ctrl-C for this command does not end it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn()
}
