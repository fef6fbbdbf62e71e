//! A grammar of token answers as services are known, or can be imagined, to send them: what stands for each member, what is
//! around them, in which encoding, under which status and type.
//!
//! Each production names itself and what the log must say about it. A refresh token may stand in any answer, except in what
//! repeats our own request: there it is an echo, and [`Shape::carries_refresh_token`] says no.

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

/// A name, and what is odd about it in the words of the log; empty = nothing.
type Words = (&'static str, &'static str);

/// The member of an answer as JSON; `@` stands for what is different in each.
const REFRESH_TOKENS: &[(Words, &str)] = &[
    (("plain refresh token", ""), r#""refresh_token":"rt-@""#),
    (("refresh token as number", "refresh_token was not a text"), r#""refresh_token":90@"#),
    (("refresh token in a list", "refresh_token was not a text"), r#""refresh_token":["rt-@"]"#),
    (("refresh token in an object", "refresh_token was not a text"), r#""refresh_token":{"value":"rt-@"}"#),
    (("refresh token twice", "a name stood twice"), r#""refresh_token":"older","refresh_token":"rt-@""#),
    (("refresh token, then null", "a name stood twice"), r#""refresh_token":"rt-@","refresh_token":null"#),
    (("refresh token, then nothing", "a name stood twice"), r#""refresh_token":"rt-@","refresh_token":"""#),
    (("camel case", ""), r#""refreshToken":"rt-@""#),
    (("escaped refresh token", ""), r#""refresh_token":"\u0072t-@\/""#),
    (("no refresh token", ""), ""),
    (("empty refresh token", "refresh_token was empty"), r#""refresh_token":"""#),
    (("null refresh token", "refresh_token was empty"), r#""refresh_token":null"#),
    (("refresh token starred out", "refresh_token was empty"), r#""refresh_token":"**********""#),
];

const ACCESS_TOKENS: &[(Words, &str)] = &[
    (("plain access token", ""), r#""access_token":"at""#),
    (("empty access token", "access_token cannot stand in a header"), r#""access_token":"""#),
    (("null access token", "access_token cannot stand in a header"), r#""access_token":null"#),
    (("access token in a list", "access_token cannot stand in a header"), r#""access_token":["at"]"#),
    (("access token with a line break", "access_token cannot stand in a header"), r#""access_token":"a\nt""#),
    (("access token as number", ""), r#""access_token":1234567890"#),
    (("access token twice", "a name stood twice"), r#""access_token":"older","access_token":"at""#),
    (("no access token", ""), ""),
];

const LIFETIMES: &[(Words, &str)] = &[
    (("plain lifetime", ""), r#""expires_in":3600"#),
    (("lifetime as text", "expires_in was not a whole number"), r#""expires_in":"3600""#),
    (("lifetime with a fraction", "expires_in was not a whole number"), r#""expires_in":3600.5"#),
    (("negative lifetime", "expires_in was not a whole number"), r#""expires_in":-1"#),
    (("no time left", ""), r#""expires_in":0"#),
    (("null lifetime", ""), r#""expires_in":null"#),
    (("no lifetime", ""), ""),
    (("greatest lifetime", "expires_in was not a whole number"), r#""expires_in":18446744073709551615"#),
    (("lifetime past all numbers", "expires_in was not a whole number"), r#""expires_in":1e400"#),
    (("lifetime in words", "expires_in was not a whole number"), r#""expires_in":"an hour""#),
    (("lifetime in an object", "expires_in was not a whole number"), r#""expires_in":{"seconds":3600}"#),
    (("true lifetime", "expires_in was not a whole number"), r#""expires_in":true"#),
];

const EXTRAS: &[(Words, &str)] = &[
    (("plain type", ""), r#""token_type":"Bearer""#),
    (("no type", "token_type was missing"), ""),
    (("type in capitals", ""), r#""token_type":"BEARER""#),
    (("null type", "token_type was missing"), r#""token_type":null"#),
    (("type as number", "token_type was not Bearer"), r#""token_type":7"#),
    (("type in a list", "token_type was missing"), r#""token_type":["Bearer"]"#),
    (("another type", "token_type was not Bearer"), r#""token_type":"mac""#),
    (("scopes in a list", ""), r#""token_type":"Bearer","scope":["read","reports"]"#),
    (("null error", ""), r#""token_type":"Bearer","error":null"#),
    (("empty error", ""), r#""token_type":"Bearer","error":"""#),
    (("deep stranger", ""), r#""token_type":"Bearer","x":[[[{"y":[1,{"z":null}]}]]]"#),
    (("letters beyond ASCII", ""), r#""token_type":"Bearer","name":"Zoë""#),
];

type Wrap = fn(&[&str]) -> String;

/// Around the object. `object` is JSON; a form and XML are made of its members.
const AROUND: &[(Words, Wrap)] = &[
    (("nothing around", ""), |members| object(members)),
    (("in data", "inside another object"), |members| format!(r#"{{"data":{}}}"#, object(members))),
    (("in result", "inside another object"), |members| format!(r#"{{"ok":true,"result":{}}}"#, object(members))),
    (("in response.data", "inside another object"), |members| {
        format!(r#"{{"response":{{"data":{}}}}}"#, object(members))
    }),
    (("in a name nobody knows", "inside another object"), |members| format!(r#"{{"payload":{}}}"#, object(members))),
    (("in a list", "before or after the JSON"), |members| format!("[{}]", object(members))),
    (("JSON in a JSON text", "before or after the JSON"), |members| {
        serde_json::Value::String(object(members)).to_string()
    }),
    (("as a call", "before or after the JSON"), |members| format!("/**/ callback({});", object(members))),
    (("after a guard", "before or after the JSON"), |members| format!(")]}}',\n{}", object(members))),
    (("after an endless loop", "before or after the JSON"), |members| format!("while(1);{}", object(members))),
    (("after blank lines", ""), |members| format!("\r\n\r\n\t{}\n", object(members))),
    (("before a comment of a proxy", "before or after the JSON"), |members| {
        format!("{}\n<!-- served by web3 -->", object(members))
    }),
    (("before another object", "before or after the JSON"), |members| format!("{}{{}}", object(members))),
    (("before NUL bytes", ""), |members| format!("{}\0\0\0\0", object(members))),
    (("with a trailing comma", "before or after the JSON"), |members| object(members).replacen('}', ",}", 9)),
    (("with a comment inside", "before or after the JSON"), |members| {
        object(members).replacen('{', "{ // fresh from the oven\n", 1)
    }),
    (("without its end", "before or after the JSON"), |members| format!("{} ", object(members).trim_end_matches('}'))),
    (("in a page", "stood in a page"), |members| {
        format!("<!doctype html><html><body><pre>{}</pre></body></html>", object(members))
    }),
    (("escaped in a page", "stood in a page"), |members| {
        let escaped = object(members).replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
        format!("<html><body>{escaped}</body></html>")
    }),
    (("as a form", "a form instead of JSON"), |members| form(members)),
    (("as a form with an end of line", "a form instead of JSON"), |members| format!("{}\r\n", form(members))),
    (("as XML", "stood in a page"), |members| xml(members)),
];

type Encode = fn(&str) -> Vec<u8>;

const ENCODINGS: &[(Words, Encode)] = &[
    (("UTF-8", ""), |text| text.into()),
    (("a byte order mark", "not plain JSON in UTF-8"), |text| format!("\u{feff}{text}").into()),
    (("UTF-16 LE", "not plain JSON in UTF-8"), |text| text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
    (("UTF-16 BE", "not plain JSON in UTF-8"), |text| text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
    (("UTF-16 LE with mark", "not plain JSON in UTF-8"), |text| {
        format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
    }),
    (("UTF-16 BE with mark", "not plain JSON in UTF-8"), |text| {
        format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect()
    }),
    (("UTF-32 LE", "not plain JSON in UTF-8"), |text| text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect()),
    (("Latin-1 with a broken end", "not plain JSON in UTF-8"), |text| {
        text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).chain([0xff]).collect()
    }),
    (("gzip", "not plain JSON in UTF-8"), |text| {
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(text.as_bytes()).unwrap();
        packed.finish().unwrap()
    }),
    (("zlib", "not plain JSON in UTF-8"), |text| {
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
        packed.write_all(text.as_bytes()).unwrap();
        packed.finish().unwrap()
    }),
];

const STATUSES: &[(Words, &str)] = &[
    (("200", ""), "200 OK"),
    (("201", "unexpected status"), "201 Created"),
    (("202", "unexpected status"), "202 Accepted"),
    (("203", "unexpected status"), "203 Non-Authoritative Information"),
    (("206", "unexpected status"), "206 Partial Content"),
    (("299", "unexpected status"), "299"),
    (("302", "unexpected status"), "302 Found"),
    (("400", "unexpected status"), "400 Bad Request"),
    (("401", "unexpected status"), "401 Unauthorized"),
    (("403", "unexpected status"), "403 Forbidden"),
    (("500", "unexpected status"), "500 Internal Server Error"),
    (("503", "unexpected status"), "503 Service Unavailable"),
];

const CONTENT_TYPES: &[(Words, &str)] = &[
    (("application/json", ""), "application/json"),
    (("with a charset", ""), "application/json; charset=utf-8"),
    (("a JSON of its own", ""), "application/vnd.service+json"),
    (("text/html", "not plain JSON"), "text/html; charset=iso-8859-1"),
    (("text/javascript", "not plain JSON"), "text/javascript"),
    (("text/plain", "not plain JSON"), "text/plain"),
    (("a form's type", "not plain JSON"), "application/x-www-form-urlencoded"),
    (("no type of content", "not plain JSON"), ""),
    (("a broken type of content", "not plain JSON"), ";;=\"\\"),
];

fn object(members: &[&str]) -> String {
    format!("{{{}}}", members.join(","))
}

/// Names and plain values; what a form cannot say is left as it stands.
fn pairs(members: &[&str]) -> Vec<(String, String)> {
    let object: Vec<(String, serde_json::Value)> = members
        .iter()
        .flat_map(|member| serde_json::from_str::<serde_json::Map<_, _>>(&format!("{{{member}}}")).unwrap_or_default())
        .collect();
    let text = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => text,
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    };
    object.into_iter().map(|(name, value)| (name, text(value))).collect()
}

fn form(members: &[&str]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs(members)).finish()
}

fn xml(members: &[&str]) -> String {
    pairs(members).into_iter().fold("<?xml version=\"1.0\"?>\n<answer>".to_owned(), |mut xml, (name, value)| {
        write!(xml, "<{name}>{value}</{name}>").unwrap();
        xml
    }) + "</answer>"
}

/// Which production of each rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Shape {
    refresh_token: usize,
    access_token: usize,
    lifetime: usize,
    extra: usize,
    around: usize,
    encoding: usize,
    status: usize,
    content_type: usize,
}

impl Shape {
    /// Every production alone in an otherwise plain answer, then all pairs of refresh token and surroundings with the other
    /// rules walking along. None twice.
    pub fn all() -> Vec<Self> {
        let plain = Self::default();
        let mut shapes = vec![plain];
        shapes.extend((1..REFRESH_TOKENS.len()).map(|refresh_token| Self { refresh_token, ..plain }));
        shapes.extend((1..ACCESS_TOKENS.len()).map(|access_token| Self { access_token, ..plain }));
        shapes.extend((1..LIFETIMES.len()).map(|lifetime| Self { lifetime, ..plain }));
        shapes.extend((1..EXTRAS.len()).map(|extra| Self { extra, ..plain }));
        shapes.extend((1..AROUND.len()).map(|around| Self { around, ..plain }));
        shapes.extend((1..ENCODINGS.len()).map(|encoding| Self { encoding, ..plain }));
        shapes.extend((1..STATUSES.len()).map(|status| Self { status, ..plain }));
        shapes.extend((1..CONTENT_TYPES.len()).map(|content_type| Self { content_type, ..plain }));
        let walked = (0..REFRESH_TOKENS.len() * AROUND.len()).map(|step| Self {
            refresh_token: step % REFRESH_TOKENS.len(),
            around: step / REFRESH_TOKENS.len(),
            access_token: (step * 3 + step / 5) % ACCESS_TOKENS.len(),
            lifetime: (step * 5 + step / 7) % LIFETIMES.len(),
            extra: (step * 7 + step / 3) % EXTRAS.len(),
            encoding: (step * 3 + step / 11) % ENCODINGS.len(),
            status: (step * 5 + step / 13) % STATUSES.len(),
            content_type: (step * 2 + step / 17) % CONTENT_TYPES.len(),
        });
        let walked: Vec<Self> = walked.filter(|shape| shape.can_be_sent() && !shapes.contains(shape)).collect();
        shapes.extend(walked);
        shapes
    }

    /// A form and XML have neither null nor lists, and say nothing twice.
    fn can_be_sent(self) -> bool {
        let is_text = |json: &str| !json.contains(['[', '{']) && !json.contains("null");
        let is_form = self.around().0.contains("form") || self.around().0.contains("XML");
        !is_form || (is_text(REFRESH_TOKENS[self.refresh_token].1) && self.refresh_token().1 != "a name stood twice")
    }

    /// The refresh token that must be stored after the answer; None = the one before it.
    pub fn refresh_token_of(self, number: usize) -> Option<String> {
        let json = REFRESH_TOKENS[self.refresh_token].1;
        if !json.contains('@') || self.is_echo() {
            return None;
        }
        Some(match self.refresh_token().0 {
            "refresh token as number" => format!("90{number}"),
            "escaped refresh token" => format!("rt-{number}/"),
            _ => format!("rt-{number}"),
        })
    }

    /// Error pages and broken answers to failures repeat the request. A page is believed when it is a success with both
    /// tokens in it; what no parser reads is, when it is a success or holds both.
    fn is_echo(self) -> bool {
        let is_success = STATUSES[self.status].1.starts_with('2');
        let has_both = matches!(
            self.access_token().0,
            "plain access token"
                | "access token as number"
                | "access token twice"
                | "access token with a line break"
                | "access token in a list"
        );
        let around = self.around();
        let is_page = around.1 == "stood in a page";
        let is_unreadable = matches!(
            around.0,
            "in a name nobody knows" | "with a trailing comma" | "with a comment inside" | "without its end"
        );
        (is_page && !(is_success && has_both)) || (is_unreadable && !is_success && !has_both)
    }

    /// The whole answer on the wire.
    pub fn bytes(self, number: usize) -> Vec<u8> {
        let members = [
            ACCESS_TOKENS[self.access_token].1,
            LIFETIMES[self.lifetime].1,
            EXTRAS[self.extra].1,
            &REFRESH_TOKENS[self.refresh_token].1.replace('@', &number.to_string()),
        ];
        let members: Vec<&str> = members.into_iter().filter(|member| !member.is_empty()).collect();
        let body = ENCODINGS[self.encoding].1(&AROUND[self.around].1(&members));
        let content_type = match CONTENT_TYPES[self.content_type].1 {
            "" => String::new(),
            content_type => format!("Content-Type: {content_type}\r\n"),
        };
        let status = STATUSES[self.status].1;
        let head = format!("HTTP/1.1 {status}\r\n{content_type}Content-Length: {}\r\n\r\n", body.len());
        [head.into_bytes(), body].concat()
    }

    /// What the log must say; only of shapes that are odd in one way, since one oddity may hide another.
    pub fn oddity(self) -> Option<&'static str> {
        let odd: Vec<&str> = self.words().into_iter().map(|(_, odd)| odd).filter(|odd| !odd.is_empty()).collect();
        if let [odd] = odd[..] { Some(odd) } else { None }
    }

    /// Its productions, those of a plain answer left out.
    pub fn name(self) -> String {
        let plain = Self::default().words();
        let names = self.words().into_iter().filter(|word| !plain.contains(word)).map(|(name, _)| name);
        names.collect::<Vec<_>>().join(", ")
    }

    fn words(self) -> [Words; 8] {
        [
            self.refresh_token(),
            self.access_token(),
            LIFETIMES[self.lifetime].0,
            EXTRAS[self.extra].0,
            self.around(),
            ENCODINGS[self.encoding].0,
            STATUSES[self.status].0,
            CONTENT_TYPES[self.content_type].0,
        ]
    }

    fn refresh_token(self) -> Words {
        REFRESH_TOKENS[self.refresh_token].0
    }

    fn access_token(self) -> Words {
        ACCESS_TOKENS[self.access_token].0
    }

    fn around(self) -> Words {
        AROUND[self.around].0
    }
}
