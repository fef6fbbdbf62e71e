//! The `storm-sandbox` program: the practice service until someone stops it.
//!
//! Prints one line, `READY http://127.0.0.1:PORT`, when it listens; everything else goes to standard error.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use storm_sandbox::{Options, Sandbox, SandboxError, Settings};

/// A practice service on this machine: rehearse connecting, losing and rotating credentials.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 4780)]
    port: u16,
    /// Keep the state in this file
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// How long access tokens live
    #[arg(long, value_name = "SECONDS", default_value_t = Settings::default().access_token_lifetime_s)]
    access_token_lifetime: u64,
    /// How long a replaced refresh token is still answered
    #[arg(long, value_name = "SECONDS", default_value_t = Settings::default().reuse_grace_s)]
    reuse_grace: u64,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::from_default_env();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            eprintln!("storm-sandbox: {error}{cause}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), SandboxError> {
    let settings = Settings {
        access_token_lifetime_s: arguments.access_token_lifetime,
        reuse_grace_s: arguments.reuse_grace,
        ..Settings::default()
    };
    let options = Options { port: arguments.port, state_file: arguments.state, settings };
    // Before READY: whoever reads it may stop us at once.
    let told_to_stop = stop_signals().map_err(SandboxError::Signals)?;
    let sandbox = Sandbox::start(options).await?;
    let ready = format!("READY {}\n", sandbox.base_url());
    let mut output = io::stdout();
    if output.write_all(ready.as_bytes()).and_then(|()| output.flush()).is_err() {
        tracing::warn!("nobody reads standard output");
    }
    told_to_stop.await;
    sandbox.shutdown().await;
    Ok(())
}

/// Listens for Ctrl-C and SIGTERM from now on; the future ends with the first of them.
#[cfg(unix)]
fn stop_signals() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Listens for Ctrl-C from now on; the future ends with the first.
#[cfg(windows)]
fn stop_signals() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}
