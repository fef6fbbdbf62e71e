//! The command line, read by hand: a parser library costs more start-up time than everything else this program does.

use std::ffi::OsString;
use std::fmt;

pub(crate) const HELP: &str = "\
Lends the access that Storm Connect keeps.

  storm token github                         print a token that works now
  storm token github --min-ttl 300           … and for five more minutes
  curl --oauth2-bearer \"$(storm token github)\" https://api.github.com/user

Commands:
  storm token NAME [--min-ttl SECONDS] [--raw | --format aws]
        Prints an access token or API key, followed by a newline unless --raw.
        With --format aws it is an access key of AWS in JSON, as a profile of
        ~/.aws/config asks for it:
          credential_process = storm token NAME --format aws
  storm status [--json]
        Shows where the host and its integrations stand.
  storm agent …      runs storm-agent, the host without a window
  storm sandbox …    runs storm-sandbox, the practice service
  storm help | --help | -h
  storm --version | -V

Exit codes: 0 done; 1 other; 2 usage; 3 no such integration; 4 reconnect needed; 5 vault locked; 6 no host; 7 not allowed;
8 service unreachable.

STORM_CONNECT_SOCKET names the socket of a host that does not listen at the usual place.
";

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Token(TokenCommand),
    Status { json: bool },
    Sibling { program: &'static str, arguments: Vec<OsString> },
    Version,
    Help,
}

/// `storm token …`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TokenCommand {
    pub(crate) name: String,
    pub(crate) min_lifetime_seconds: Option<u64>,
    pub(crate) format: Format,
}

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// The secret and a newline.
    Line,
    /// The secret alone.
    Raw,
    /// JSON, as AWS tools read it from a `credential_process`.
    Aws,
}

/// What is wrong with a command line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    NoCommand,
    UnknownCommand(String),
    UnknownOption(String),
    NoName,
    Surplus(String),
    NotSeconds,
    NoSuchFormat,
    TwoFormats,
    NotText,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCommand => write!(formatter, "no command was given"),
            Self::UnknownCommand(command) => write!(formatter, "there is no command “{command}”"),
            Self::UnknownOption(option) => write!(formatter, "there is no option “{option}” here"),
            Self::NoName => write!(formatter, "storm token needs the name of an integration"),
            Self::Surplus(argument) => {
                write!(formatter, "“{argument}” is one argument too many; put a name with spaces in quotes")
            }
            Self::NotSeconds => write!(formatter, "--min-ttl needs a number of seconds"),
            Self::NoSuchFormat => write!(formatter, "the only format is aws, as in --format aws"),
            Self::TwoFormats => write!(formatter, "--raw and --format do not go together"),
            Self::NotText => write!(formatter, "an argument is not valid UTF-8"),
        }
    }
}

impl Command {
    /// Reads the arguments behind the program's name.
    pub(crate) fn parse(mut arguments: impl Iterator<Item = OsString>) -> Result<Self, Problem> {
        let command = text(arguments.next().ok_or(Problem::NoCommand)?)?;
        match command.as_str() {
            "agent" => return Ok(Self::Sibling { program: "storm-agent", arguments: arguments.collect() }),
            "sandbox" => return Ok(Self::Sibling { program: "storm-sandbox", arguments: arguments.collect() }),
            _ => {}
        }
        let arguments = arguments.map(text).collect::<Result<Vec<_>, _>>()?;
        if arguments.iter().take_while(|argument| *argument != "--").any(|argument| is_help(argument)) {
            return Ok(Self::Help);
        }
        match command.as_str() {
            "token" => parse_token(arguments).map(Self::Token),
            "status" => parse_status(arguments),
            "--version" | "-V" => none_left(arguments, Self::Version),
            "help" => Ok(Self::Help),
            help if is_help(help) => Ok(Self::Help),
            _ => Err(Problem::UnknownCommand(command)),
        }
    }
}

fn parse_token(arguments: Vec<String>) -> Result<TokenCommand, Problem> {
    let (mut names, mut min_lifetime_seconds, mut raw, mut aws) = (Vec::new(), None, false, false);
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--" => names.extend(arguments.by_ref()),
            "--raw" => raw = true,
            "--min-ttl" => min_lifetime_seconds = Some(seconds(arguments.next().as_deref())?),
            "--format" => aws = is_aws(arguments.next().as_deref())?,
            _ => match argument.split_once('=') {
                Some(("--min-ttl", value)) => min_lifetime_seconds = Some(seconds(Some(value))?),
                Some(("--format", value)) => aws = is_aws(Some(value))?,
                _ if argument.starts_with('-') => return Err(Problem::UnknownOption(argument)),
                _ => names.push(argument),
            },
        }
    }
    let mut names = names.into_iter();
    let name = names.next().filter(|name| !name.is_empty()).ok_or(Problem::NoName)?;
    let format = match (raw, aws) {
        (false, false) => Format::Line,
        (true, false) => Format::Raw,
        (false, true) => Format::Aws,
        (true, true) => return Err(Problem::TwoFormats),
    };
    none_left(names.collect(), TokenCommand { name, min_lifetime_seconds, format })
}

fn parse_status(arguments: Vec<String>) -> Result<Command, Problem> {
    let (json, others): (Vec<_>, Vec<_>) = arguments.into_iter().partition(|argument| argument == "--json");
    none_left(others, Command::Status { json: !json.is_empty() })
}

fn none_left<T>(arguments: Vec<String>, value: T) -> Result<T, Problem> {
    match arguments.into_iter().next() {
        None => Ok(value),
        Some(option) if option.starts_with('-') => Err(Problem::UnknownOption(option)),
        Some(argument) => Err(Problem::Surplus(argument)),
    }
}

fn is_aws(value: Option<&str>) -> Result<bool, Problem> {
    if value == Some("aws") { Ok(true) } else { Err(Problem::NoSuchFormat) }
}

fn seconds(value: Option<&str>) -> Result<u64, Problem> {
    value.and_then(|value| value.parse().ok()).ok_or(Problem::NotSeconds)
}

fn is_help(argument: &str) -> bool {
    matches!(argument, "--help" | "-h")
}

fn text(argument: OsString) -> Result<String, Problem> {
    argument.into_string().map_err(|_| Problem::NotText)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &[&str]) -> Result<Command, Problem> {
        Command::parse(line.iter().map(OsString::from))
    }

    fn token(name: &str, min_lifetime_seconds: Option<u64>, format: Format) -> Result<Command, Problem> {
        Ok(Command::Token(TokenCommand { name: name.to_owned(), min_lifetime_seconds, format }))
    }

    #[test]
    fn options_of_token_may_stand_anywhere() {
        assert_eq!(parse(&["token", "github"]), token("github", None, Format::Line));
        assert_eq!(parse(&["token", "--raw", "My CRM", "--min-ttl", "60"]), token("My CRM", Some(60), Format::Raw));
        assert_eq!(parse(&["token", "--min-ttl=60", "github"]), token("github", Some(60), Format::Line));
        assert_eq!(parse(&["token", "--raw", "--", "--help"]), token("--help", None, Format::Raw));
        assert_eq!(parse(&["token", "--format", "aws", "Cloud"]), token("Cloud", None, Format::Aws));
        assert_eq!(parse(&["token", "Cloud=1", "--format=aws"]), token("Cloud=1", None, Format::Aws));
    }

    #[test]
    fn a_line_that_is_not_understood_says_what_is_wrong_with_it() {
        let table: [(&[&str], Problem); 13] = [
            (&[], Problem::NoCommand),
            (&["tokn"], Problem::UnknownCommand("tokn".into())),
            (&["token"], Problem::NoName),
            (&["token", ""], Problem::NoName),
            (&["token", "a", "b"], Problem::Surplus("b".into())),
            (&["token", "a", "--rw"], Problem::UnknownOption("--rw".into())),
            (&["token", "a", "--min-ttl"], Problem::NotSeconds),
            (&["token", "a", "--min-ttl=-1"], Problem::NotSeconds),
            (&["token", "a", "--format"], Problem::NoSuchFormat),
            (&["token", "a", "--format=docker"], Problem::NoSuchFormat),
            (&["token", "a", "--format=aws", "--raw"], Problem::TwoFormats),
            (&["status", "--xml"], Problem::UnknownOption("--xml".into())),
            (&["--version", "now"], Problem::Surplus("now".into())),
        ];
        for (line, problem) in table {
            assert_eq!(parse(line), Err(problem), "{line:?}");
        }
    }

    #[test]
    fn help_is_found_wherever_it_is_looked_for() {
        for line in
            [&["help"] as &[&str], &["-h"], &["--help"], &["token", "--help"], &["status", "-h"], &["help", "token"]]
        {
            assert_eq!(parse(line), Ok(Command::Help), "{line:?}");
        }
    }

    #[test]
    fn everything_behind_agent_belongs_to_the_agent() {
        let arguments = vec![OsString::from("--help"), OsString::from("--socket")];
        assert_eq!(parse(&["agent", "--help", "--socket"]), Ok(Command::Sibling { program: "storm-agent", arguments }));
    }
}
