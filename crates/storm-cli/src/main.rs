#![doc = include_str!("../README.md")]

mod access_key;
mod command;
mod diagnostics;
mod host;
mod log;
mod sibling;
mod status;
mod token;

use std::process::ExitCode;

use command::Command;
use storm_broker::ExitCode as Exit;

fn main() -> ExitCode {
    let done = match Command::parse(std::env::args_os().skip(1)) {
        Ok(Command::Token(asked)) => token::print(&asked),
        Ok(Command::Status { json }) => status::print(json),
        Ok(Command::Log(asked)) => log::print(&asked),
        Ok(Command::VerifyLog { json }) => log::verify(json),
        Ok(Command::Diagnostics) => diagnostics::print(),
        Ok(Command::Sibling { program, arguments }) => sibling::become_it(program, arguments),
        Ok(Command::Version) => say(concat!("storm ", env!("CARGO_PKG_VERSION"), "\n")),
        Ok(Command::Help) => say(command::HELP),
        Err(problem) => Err(Stopped::new(Exit::Usage, format!("{problem}\nTry: storm help"))),
    };
    match done {
        Ok(()) => Exit::Ok.into(),
        Err(stopped) => {
            eprintln!("storm: {}", stopped.message);
            stopped.exit.into()
        }
    }
}

/// Why the command stopped: its exit code, and the words for standard error.
struct Stopped {
    exit: Exit,
    message: String,
}

impl Stopped {
    fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into() }
    }
}

/// Writes to standard output at once; a reader that has gone away is no error of ours to report twice.
fn say(text: &str) -> Result<(), Stopped> {
    use std::io::Write as _;
    let mut output = std::io::stdout().lock();
    output
        .write_all(text.as_bytes())
        .and_then(|()| output.flush())
        .map_err(|error| Stopped::new(Exit::Other, format!("the output could not be written: {error}")))
}
