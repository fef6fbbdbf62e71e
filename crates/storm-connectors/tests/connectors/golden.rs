//! The files of tests/files, each held to what its list says; `make files` prints them as a table.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use storm_connectors::{
    DroppedFile, KeyMaterial, KeyMaterialError, MaterialSecret, Shape, Validity, read_key_material,
};
use storm_domain::Timestamp;
use storm_secret::Passphrase;

/// 1 December 2026, 00:00 UTC: what ends soon and what has ended is so at this time.
pub const NOW: Timestamp = Timestamp(1_796_083_200_000);

/// A file of a folder, and a line of its list.
pub struct Golden {
    pub file: String,
    /// What it is called when it is dropped.
    pub name: String,
    pub password: Option<String>,
    /// What it must be read as: shape, algorithm, holder, last day; or the reason's name alone.
    pub expected: Vec<String>,
    pub bytes: Vec<u8>,
}

impl Golden {
    pub fn read(&self) -> Result<KeyMaterial, KeyMaterialError> {
        self.read_as(&self.bytes)
    }

    /// Other bytes under the same name and password.
    pub fn read_as(&self, bytes: &[u8]) -> Result<KeyMaterial, KeyMaterialError> {
        let password = self.password.as_deref().map(Passphrase::new);
        read_key_material(DroppedFile { bytes, name: &self.name }, password.as_ref(), NOW)
    }
}

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/files").join(name)
}

pub fn file(folder_name: &str, file: &str) -> Vec<u8> {
    fs::read(folder(folder_name).join(file)).unwrap()
}

fn list(folder_name: &str) -> Vec<Golden> {
    let lines = String::from_utf8(file(folder_name, "list.tsv")).unwrap();
    let of_line = |line: &str| {
        let mut fields = line.split('\t').map(str::to_owned);
        let mut field = || fields.next().unwrap();
        let (name_of_file, name, password) = (field(), field(), field());
        let bytes = file(folder_name, &name_of_file);
        let password = Some(password).filter(|password| !password.is_empty());
        Golden { file: name_of_file, name, password, expected: fields.collect(), bytes }
    };
    lines.lines().map(of_line).collect()
}

pub fn good() -> Vec<Golden> {
    list("good")
}

pub fn hostile() -> Vec<Golden> {
    list("hostile")
}

/// The name of a reason, without what it says.
pub fn reason(error: &KeyMaterialError) -> String {
    format!("{error:?}").chars().take_while(char::is_ascii_alphanumeric).collect()
}

/// What it is worth in time of the processor, so that a busy machine does not count; by the clock where that is not to be had.
pub fn timed<T>(what: impl FnOnce() -> T) -> (T, Duration) {
    let start = spent();
    let done = what();
    (done, spent().saturating_sub(start))
}

fn spent() -> Duration {
    let on_processor = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = on_processor.and_then(|text| text.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(by_clock, Duration::from_nanos)
}

#[expect(clippy::disallowed_methods, reason = "how long a file takes is what is measured")]
fn by_clock() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed()
}

/// Two seconds; without optimization a hash takes several times as long.
pub fn longest() -> Duration {
    Duration::from_secs(if cfg!(debug_assertions) { 10 } else { 2 })
}

/// A day in UTC (the algorithm of Howard Hinnant's `civil_from_days`).
fn day(at: Timestamp) -> String {
    let days = at.0.div_euclid(86_400_000) + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let (date, month) = (of_year - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    format!("{:04}-{month:02}-{date:02}", year + era * 400 + i64::from(month <= 2))
}

fn end(material: &KeyMaterial) -> String {
    let Some(certificate) = &material.certificate else { return String::new() };
    let word = match certificate.validity {
        Validity::NotYet => " not yet",
        Validity::Current => "",
        Validity::EndsSoon => " soon",
        Validity::Ended => " ended",
    };
    day(certificate.ends) + word
}

/// What a file was read as, in the columns of the list.
fn columns(material: &KeyMaterial) -> Vec<String> {
    let algorithm = material.algorithm.map(|algorithm| algorithm.to_string()).unwrap_or_default();
    let holder = material.holder.as_ref().map(|holder| holder.name().to_owned()).unwrap_or_default();
    vec![material.shape.title().to_owned(), algorithm, holder, end(material)]
}

/// The table, and how many of each there are.
#[derive(Default)]
struct Table {
    lines: String,
    good: usize,
    hostile: usize,
    wrong: usize,
}

impl Table {
    fn row(&mut self, shape: &str, variant: &str, recognised: &str, end: &str, verdict: Result<&str, String>) {
        self.wrong += usize::from(verdict.is_err());
        let verdict = verdict.map_or_else(|wrong| format!("WRONG: {wrong}"), str::to_owned);
        let dash = |text: &str| if text.is_empty() { "–".to_owned() } else { text.to_owned() };
        let recognised = dash(recognised);
        writeln!(self.lines, "{shape:43} | {variant:32} | {recognised:50} | {:18} | {verdict}", dash(end)).unwrap();
    }

    fn good(&mut self, golden: &Golden) {
        self.good += 1;
        let (read, time) = timed(|| golden.read());
        let (shape, variant) = (&golden.expected[0], &golden.file);
        match read {
            Ok(material) => {
                let found = columns(&material);
                let recognised = [&found[0], &found[1], &found[2]].map(String::as_str).join(" ").trim().to_owned();
                let verdict = if found != golden.expected {
                    Err(format!("must be {:?}", golden.expected))
                } else if time > longest() {
                    Err(format!("took {time:?}"))
                } else {
                    Ok("taken")
                };
                self.row(shape, variant, &recognised, &found[3], verdict);
            }
            Err(error) => self.row(shape, variant, "", "", Err(error.to_string())),
        }
    }

    fn hostile(
        &mut self,
        kind: &str,
        variant: &str,
        expected: Option<&str>,
        read: impl FnOnce() -> Result<KeyMaterial, KeyMaterialError>,
    ) {
        self.hostile += 1;
        let (read, time) = timed(read);
        match read {
            Ok(material) => self.row(kind, variant, material.shape.title(), "", Err("must be refused".to_owned())),
            Err(error) => {
                let name = reason(&error);
                let verdict = if expected.is_some_and(|expected| expected != name) {
                    Err(format!("must be {}", expected.unwrap_or_default()))
                } else if time > longest() {
                    Err(format!("took {time:?}"))
                } else {
                    Ok("refused")
                };
                self.row(kind, variant, &name, "", verdict);
            }
        }
    }
}

#[test]
fn every_good_file_is_recognised_and_every_hostile_one_refused() {
    let mut table = Table::default();
    for golden in &good() {
        table.good(golden);
    }
    for golden in &hostile() {
        table.hostile("hostile", &golden.file, Some(&golden.expected[0]), || golden.read());
    }
    // Half a file is no file. What is text without an end of its own may still be whole in one half, and is left out.
    for golden in good().iter().filter(|golden| golden.bytes.len() > 400) {
        let half = &golden.bytes[..golden.bytes.len() / 2];
        table.hostile("half of", &golden.file, None, || golden.read_as(half));
    }
    for (name, bytes) in made() {
        let named = Golden { file: String::new(), name: name.to_owned(), password: None, expected: Vec::new(), bytes };
        table.hostile("made", name, None, || named.read());
    }
    println!("{:43} | {:32} | {:50} | {:18} | verdict", "shape", "variant", "recognised as", "end date");
    print!("{}", table.lines);
    println!("files: {} good, {} hostile, {} wrong", table.good, table.hostile, table.wrong);
    assert_eq!(table.wrong, 0);
    assert!(table.good >= 60 && table.hostile >= 60);
}

/// What is too large or too dull to lie in a folder.
fn made() -> Vec<(&'static str, Vec<u8>)> {
    let mut large_der = vec![0x30, 0x83, 0x1f, 0xff, 0xfb];
    large_der.resize(2 * 1024 * 1024, 0);
    vec![
        ("nothing", Vec::new()),
        ("one byte", vec![b'0']),
        ("blank", b" \r\n\t ".to_vec()),
        ("byte order mark", "\u{feff}".into()),
        ("1 MiB of text and a byte", vec![b'a'; 1024 * 1024 + 1]),
        ("4 MiB and a byte", vec![0x30; 4 * 1024 * 1024 + 1]),
        ("2 MiB of DER", large_der),
        ("a million brackets", vec![b'['; 1_000_000]),
        ("a million objects", b"{\"a\":".repeat(200_000)),
        ("a million BEGIN lines", b"-----BEGIN PRIVATE KEY-----\n".repeat(30_000)),
        ("a million blocks", b"-----BEGIN X-----\n-----END X-----\n".repeat(30_000)),
        ("a million sections", b"[a]\naws_access_key_id=\n".repeat(40_000)),
        ("a million names", [&b"[a]\naws_access_key_id=x\n"[..], &b"a=\n".repeat(300_000)].concat()),
        (
            "a million members",
            format!("{{{}\"b\":1}}", (0..90_000).map(|at| format!("\"{at}\":1,")).collect::<String>()).into(),
        ),
        ("a million rows", [&b"Access key ID,Secret access key\n"[..], &b"\"\",\n".repeat(200_000)].concat()),
        ("a million users", [&b"apiVersion: v1\nusers:\n"[..], &b"- name: a\n  user: {}\n".repeat(40_000)].concat()),
        ("a deep YAML", [&b"apiVersion: v1\nusers: "[..], &b"[".repeat(500_000)].concat()),
        ("UTF-16", b"\xff\xfe{\0\"\0".to_vec()),
        ("ZIP", b"PK\x03\x04\xff\xfe".to_vec()),
        ("picture", b"\x89PNG\r\n\x1a\n".to_vec()),
        ("program", b"\x7fELF\x02\xff".to_vec()),
        ("zeros", vec![0; 4096]),
        ("web page", b"<!DOCTYPE html><html><title>Sign in</title>".to_vec()),
        ("PGP", b"-----BEGIN PGP PRIVATE KEY BLOCK-----\nx\n-----END PGP PRIVATE KEY BLOCK-----\n".to_vec()),
        ("other label", b"-----BEGIN PRIVATE KEY-----\nAA==\n-----END PUBLIC KEY-----\n".to_vec()),
    ]
}

#[test]
fn every_shape_has_a_good_file_and_a_title_of_its_own() {
    let found: Vec<String> = good().into_iter().map(|golden| golden.expected[0].clone()).collect();
    for shape in Shape::ALL {
        assert!(found.iter().any(|title| title == shape.title()), "{shape:?}");
        assert_eq!(Shape::ALL.iter().filter(|other| other.title() == shape.title()).count(), 1, "{shape:?}");
    }
}

#[test]
fn what_a_file_is_read_as_shows_nothing_of_its_secret() {
    for golden in good().iter().filter(|golden| !golden.file.contains("heavy")) {
        let material = golden.read().unwrap();
        let shown = format!("{material:?}");
        let secrets: Vec<&str> = match &material.secret {
            MaterialSecret::PrivateKey { key, certificates } => {
                let lines = key.expose().lines().filter(|line| line.len() > 20 && !line.starts_with('-'));
                // The public half of a key stands in its certificate too.
                lines.filter(|line| !certificates.contains(line)).collect()
            }
            MaterialSecret::ServiceAccount(account) => account.private_key.expose().lines().skip(1).take(5).collect(),
            MaterialSecret::AccessKeys(keys) => keys.iter().map(|key| key.secret.expose()).collect(),
            MaterialSecret::ClusterToken(secret) => vec![secret.expose()],
            MaterialSecret::Client { secret, .. } => vec![secret.expose()],
            other => panic!("{other:?}"),
        };
        assert!(!secrets.is_empty(), "{}", golden.file);
        assert!(!secrets.iter().any(|secret| shown.contains(secret)), "{}", golden.file);
    }
}
