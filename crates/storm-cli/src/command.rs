//! The command line, read by hand: a parser library costs more start-up time than everything else this program does.

use std::ffi::OsString;
use std::fmt;

use storm_broker::LogRequest;

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
  storm log [WORD…] [--of NAME] [--topic TOPIC] [--since AGE] [--limit COUNT]
            [--json]
        Lists the activity log, newest first: 50 entries, or as many as COUNT
        says. Every WORD has to stand in an entry. AGE is a number of days,
        hours or minutes, as in 7d, 12h, 30m. With --json one document a line.
  storm log verify [--json]
        Checks that nobody changed the log. Ends with 1 if somebody did.
  storm diagnostics
        Prints a report for whoever helps you: versions, how the vault is kept,
        how many integrations stand where, and failures by code. No secret, no
        name, account, host or folder is in it.
  storm agent …      runs storm-agent, the host without a window
  storm sandbox …    runs storm-sandbox, the practice service
  storm help | --help | -h
  storm --version | -V

Exit codes: 0 done; 1 other, and a log that was changed; 2 usage; 3 no such integration; 4 reconnect needed; 5 vault locked; 6 no host; 7 not allowed;
8 service unreachable.

STORM_CONNECT_SOCKET names the socket of a host that does not listen at the usual place.
";

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Token(TokenCommand),
    Status { json: bool },
    Log(LogCommand),
    VerifyLog { json: bool },
    Diagnostics,
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

/// `storm log …`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LogCommand {
    pub(crate) asked: LogRequest,
    pub(crate) limit: u64,
    pub(crate) json: bool,
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
    NoValue(String),
    NotAge,
    NotCount,
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
            Self::NoValue(option) => write!(formatter, "{option} needs a word behind it"),
            Self::NotAge => write!(formatter, "--since needs a number of days, hours or minutes, as in 7d, 12h or 30m"),
            Self::NotCount => write!(formatter, "--limit needs a number of entries"),
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
            "log" => parse_log(arguments),
            "diagnostics" => none_left(arguments, Self::Diagnostics),
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

fn parse_log(arguments: Vec<String>) -> Result<Command, Problem> {
    const ENTRIES_SHOWN: u64 = 50;
    if arguments.first().is_some_and(|first| first == "verify") {
        let (json, others): (Vec<_>, Vec<_>) = arguments.into_iter().skip(1).partition(|argument| argument == "--json");
        return none_left(others, Command::VerifyLog { json: !json.is_empty() });
    }
    let mut log = LogCommand { asked: LogRequest::default(), limit: ENTRIES_SHOWN, json: false };
    let mut words = Vec::new();
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        if argument == "--" {
            words.extend(arguments.by_ref());
            break;
        }
        let (option, written) = match argument.split_once('=') {
            Some((option, value)) if option.starts_with("--") => (option.to_owned(), Some(value.to_owned())),
            _ => (argument, None),
        };
        let mut value = || {
            let value = written.clone().or_else(|| arguments.next());
            value.filter(|value| !value.is_empty()).ok_or_else(|| Problem::NoValue(option.clone()))
        };
        match option.as_str() {
            "--json" if written.is_none() => log.json = true,
            "--of" => log.asked.name = Some(value()?),
            "--topic" => log.asked.topic = Some(value()?),
            "--since" => log.asked.max_age_seconds = Some(age(&value()?)?),
            "--limit" => log.limit = value()?.parse().map_err(|_| Problem::NotCount)?,
            _ if option.starts_with('-') => return Err(Problem::UnknownOption(option)),
            _ => words.push(option),
        }
    }
    log.asked.text = words.join(" ");
    Ok(Command::Log(log))
}

/// In seconds.
fn age(written: &str) -> Result<u64, Problem> {
    let split = written.len() - written.chars().next_back().map_or(0, char::len_utf8);
    let (count, unit) = written.split_at(split);
    let unit_seconds: u64 = match unit {
        "d" => 24 * 60 * 60,
        "h" => 60 * 60,
        "m" => 60,
        _ => return Err(Problem::NotAge),
    };
    count.parse().ok().and_then(|count: u64| count.checked_mul(unit_seconds)).ok_or(Problem::NotAge)
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
        let table: [(&[&str], Problem); 14] = [
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
            (&["diagnostics", "--json"], Problem::UnknownOption("--json".into())),
        ];
        for (line, problem) in table {
            assert_eq!(parse(line), Err(problem), "{line:?}");
        }
    }

    fn log(line: &[&str]) -> (LogRequest, u64, bool) {
        match parse(line) {
            Ok(Command::Log(LogCommand { asked, limit, json })) => (asked, limit, json),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_filter_of_the_log_may_be_written_in_any_order() {
        assert_eq!(log(&["log"]), (LogRequest::default(), 50, false));
        let expected = LogRequest {
            name: Some("My CRM".into()),
            topic: Some("lending".into()),
            text: "git --json".into(),
            max_age_seconds: Some(7 * 86_400),
            before: None,
        };
        let line =
            ["log", "git", "--since=7d", "--of", "My CRM", "--limit", "3", "--topic=lending", "--json", "--", "--json"];
        assert_eq!(log(&line), (expected, 3, true));
        for (written, seconds) in [("1m", 60), ("12h", 43_200), ("0d", 0)] {
            assert_eq!(log(&["log", "--since", written]).0.max_age_seconds, Some(seconds), "{written}");
        }
    }

    #[test]
    fn the_check_of_the_log_takes_no_filter() {
        assert_eq!(parse(&["log", "verify"]), Ok(Command::VerifyLog { json: false }));
        assert_eq!(parse(&["log", "verify", "--json"]), Ok(Command::VerifyLog { json: true }));
        assert_eq!(parse(&["log", "verify", "--of", "x"]), Err(Problem::UnknownOption("--of".into())));
        assert_eq!(parse(&["log", "verify", "now"]), Err(Problem::Surplus("now".into())));
        assert_eq!(log(&["log", "--", "verify"]).0.text, "verify");
    }

    #[test]
    fn a_filter_of_the_log_that_makes_no_sense_says_what_would() {
        let table: [(&[&str], Problem); 8] = [
            (&["log", "--since", "7"], Problem::NotAge),
            (&["log", "--since", "d"], Problem::NotAge),
            (&["log", "--since", "7é"], Problem::NotAge),
            (&["log", "--since=99999999999999999999d"], Problem::NotAge),
            (&["log", "--since"], Problem::NoValue("--since".into())),
            (&["log", "--of="], Problem::NoValue("--of".into())),
            (&["log", "--limit", "many"], Problem::NotCount),
            (&["log", "--xml"], Problem::UnknownOption("--xml".into())),
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
