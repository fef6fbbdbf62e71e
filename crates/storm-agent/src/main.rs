//! The host without a window: reads arguments and environment, then waits for the end.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use storm_agent::{Host, HostOptions};
use storm_domain::port::EventSink;
use storm_domain::{Event, Failure};
use storm_engine::view::VaultView;
use storm_secret::Passphrase;
use tracing_subscriber::EnvFilter;

const PASSPHRASE_ROOM_BYTES: usize = 4096;

/// Holds the vault without a window, keeps it fresh, and lends to other programs.
#[derive(Debug, Parser)]
#[command(name = "storm-agent", version)]
struct Arguments {
    /// Folder of the vault [default: $STORM_CONNECT_DATA, else storm-connect in the user's data folder]
    #[arg(long, value_name = "FOLDER")]
    data_folder: Option<PathBuf>,
    /// Socket to listen on [default: $STORM_CONNECT_SOCKET, else storm-connect/host.sock in the user's runtime folder]
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
    /// Read the passphrase of the vault from standard input; where there is neither a vault nor a keyring, make one with it
    #[arg(long)]
    passphrase_stdin: bool,
    /// The vault was put back from an older copy and its user knows: refresh its grants again
    #[arg(long)]
    go_on: bool,
    /// End after so many seconds without a request
    #[arg(long, value_name = "SECONDS")]
    idle_exit: Option<u64>,
}

/// Why the agent ended otherwise than on request.
#[derive(Debug, thiserror::Error)]
enum AgentError {
    #[error("there is no home folder for the data; name a folder with --data-folder")]
    NoDataFolder,
    #[error("{0}")]
    NotListening(Arc<storm_broker::host::BindError>),
    #[error("{0}")]
    Refused(#[from] Failure),
    #[error("no passphrase could be read from standard input")]
    NoPassphrase,
    #[error("the system refused to start the agent: {0}")]
    System(#[from] std::io::Error),
}

/// An agent shows nothing, so it tells nobody.
struct NoEvents;

impl EventSink for NoEvents {
    fn publish(&self, _event: Event) {}
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let filter = variable("STORM_CONNECT_LOG").and_then(|filter| filter.into_string().ok());
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter.as_deref().unwrap_or("info")))
        .with_writer(std::io::stderr)
        .init();
    let ended = data_folder(arguments.data_folder.clone(), variable("STORM_CONNECT_DATA")).and_then(|data_folder| {
        let options = HostOptions {
            data_folder,
            socket_path: arguments.socket.clone().or_else(|| variable("STORM_CONNECT_SOCKET").map(PathBuf::from)),
            events: Arc::new(NoEvents),
            keyring: None,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let ended = runtime.block_on(run(options, &arguments));
        // Not waited for: a thread may be left behind with standard input or a passphrase that nobody needs any more.
        runtime.shutdown_background();
        ended
    });
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("storm-agent: {error}");
            ExitCode::FAILURE
        }
    }
}

fn data_folder(chosen: Option<PathBuf>, variable: Option<OsString>) -> Result<PathBuf, AgentError> {
    chosen
        .or_else(|| variable.map(PathBuf::from))
        .or_else(|| directories::BaseDirs::new().map(|folders| folders.data_dir().join("storm-connect")))
        .ok_or(AgentError::NoDataFolder)
}

async fn run(options: HostOptions, arguments: &Arguments) -> Result<(), AgentError> {
    let mut signals = Signals::listen()?;
    let host = Host::start_headless(options);
    let ended = tokio::select! {
        ended = serve(&host, arguments) => ended,
        () = signals.wait() => Ok(()),
    };
    host.shut_down().await;
    ended
}

async fn serve(host: &Host, arguments: &Arguments) -> Result<(), AgentError> {
    host.wait_until_listening().await.map_err(AgentError::NotListening)?;
    host.wait_until_opened().await;
    if arguments.passphrase_stdin {
        unlock(host).await?;
    }
    if arguments.go_on {
        host.acknowledge_restore().await?;
    }
    let idle = async {
        match arguments.idle_exit {
            Some(seconds) => host.wait_until_idle(Duration::from_secs(seconds)).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        written = announce(host) => Ok(written?),
        () = idle => Ok(()),
        () = host.wait_for_hand_over() => Ok(()),
    }
}

async fn unlock(host: &Host) -> Result<(), AgentError> {
    match host.view().vault {
        VaultView::PassphraseNeeded => host.unlock_with_passphrase(read_passphrase().await?).await?,
        VaultView::NoKeyring { .. } => host.create_passphrase_vault(read_passphrase().await?).await?,
        _ => return Ok(()),
    };
    Ok(())
}

/// One line of standard input.
async fn read_passphrase() -> Result<Passphrase, AgentError> {
    let reading = tokio::task::spawn_blocking(|| {
        // With room at once: a buffer that grows leaves copies behind.
        let mut line = String::with_capacity(PASSPHRASE_ROOM_BYTES);
        std::io::stdin().read_line(&mut line)?;
        line.truncate(line.trim_end_matches(['\r', '\n']).len());
        Ok::<_, std::io::Error>(Passphrase::new(line))
    });
    match reading.await {
        Ok(Ok(passphrase)) if !passphrase.is_empty() => Ok(passphrase),
        _ => Err(AgentError::NoPassphrase),
    }
}

/// Writes a line now and whenever the vault changes.
async fn announce(host: &Host) -> std::io::Result<()> {
    loop {
        let changed = host.wait_for_change();
        let line = match (host.view().vault, host.engine()) {
            (VaultView::Unlocked { .. }, _) | (_, Ok(_)) => "READY".to_owned(),
            (VaultView::Opening, _) => "OPENING".to_owned(),
            (VaultView::Failed { failure }, _) => format!("FAILED {failure}"),
            (_, Err(failure)) => format!("LOCKED {failure}"),
        };
        let mut output = std::io::stdout().lock();
        writeln!(output, "{line}").and_then(|()| output.flush())?;
        drop(output);
        changed.await;
    }
}

#[cfg(unix)]
struct Signals([tokio::signal::unix::Signal; 3]);

#[cfg(unix)]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self([signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?, signal(SignalKind::hangup())?]))
    }

    async fn wait(&mut self) {
        let [terminate, interrupt, hangup] = &mut self.0;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(not(unix))]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn wait(&mut self) {
        let _ = self.0.recv().await;
    }
}
