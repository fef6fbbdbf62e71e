//! The `storm-sandbox` program: the practice service until someone stops it.
//!
//! Prints one line, `READY http://127.0.0.1:PORT`, when it listens; everything else goes to standard error.

use std::io::Write as _;
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
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
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
    let sandbox = Sandbox::start(options).await?;
    let ready = format!("READY {}\n", sandbox.base_url());
    let mut output = std::io::stdout();
    if output.write_all(ready.as_bytes()).and_then(|()| output.flush()).is_err() {
        tracing::warn!("nobody reads standard output");
    }
    told_to_stop().await;
    sandbox.shutdown().await;
    Ok(())
}

/// Ends with Ctrl-C, or with SIGTERM where there is one.
async fn told_to_stop() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let terminated = async {
            match signal(SignalKind::terminate()) {
                Ok(mut terminate) => terminate.recv().await,
                Err(_) => std::future::pending().await,
            };
        };
        tokio::select! {
            () = interrupted => {}
            () = terminated => {}
        }
    }
    #[cfg(not(unix))]
    interrupted.await;
}
