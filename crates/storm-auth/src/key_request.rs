//! Keys that a service lists, makes and ends by API, at the word of a key that works.
//!
//! INVARIANT: a request is sent once, and again only where the service refused the first for the time it was signed at. An answer
//! that is not understood is passing trouble, never a key; and no key stands in a failure. Deliberately absent: following pages of
//! a long list, since services that make keys by API allow few.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::RequestBuilder;
use serde_json::Value;
use storm_domain::{
    Credential, Delivery, KeyAnswer, KeyReading, KeyRequest, ListedKey, MintedKey, NewSecret, ProviderWords,
    RawTokenAnswer, RefreshFailure, Timestamp, TransientKind,
};
use storm_secret::{AccessToken, ApiKey, SecretBytes};

use crate::answer::{Document, is_page, text};
use crate::aws_signature::{self, is_signed};
use crate::header;
use crate::http::{Http, LARGEST_ANSWER};
use crate::placement::Presented;
use crate::refusal::{refused, unanswered};
use crate::request::prepare;

/// Room for a key file, so that no buffer grows while one is written and leaves a copy behind. They have two to four KiB.
const LARGEST_KEY_FILE: usize = 64 * 1024;

pub(crate) async fn manage_keys(
    http: &Http,
    request: &KeyRequest,
    using: &Credential,
    access_token: Option<&AccessToken>,
) -> Result<KeyAnswer, RefreshFailure> {
    let presented = match (using, access_token) {
        (Credential::ApiKey(credential), _) => Presented::key(credential),
        // EXPOSE: the credential authenticates the request.
        (_, Some(token)) => Presented::alone(token.expose()),
        (_, None) => return Err(not_possible()),
    };
    let send = async |now| {
        let prepared = authenticated(http, request, presented, now).ok_or_else(not_possible)?;
        http.send(prepared, http.deadlines.other, LARGEST_ANSWER).await.map_err(unanswered)
    };
    let mut answer = send(http.clock.now()).await?;
    if is_signed(&request.placement)
        && matches!(answer.status, 400 | 403)
        && let Some(by_server) = header::other_time(&answer)
    {
        answer = send(by_server).await?;
    }
    judge(request, &answer)
}

fn authenticated(
    http: &Http,
    request: &KeyRequest,
    presented: Presented<'_>,
    now: Timestamp,
) -> Option<RequestBuilder> {
    let KeyRequest { method, url, placement, headers, body, .. } = request;
    let prepared = prepare(http, *method, url, placement, headers, body.as_deref(), presented)?;
    aws_signature::signed_if_needed(prepared, presented, placement, now)
}

fn judge(request: &KeyRequest, answer: &RawTokenAnswer) -> Result<KeyAnswer, RefreshFailure> {
    let document = Document::read(request.answer, answer);
    // Some servers call their answers in XML a page.
    let is_page = is_page(answer) && !matches!(document, Some(Document::Xml(_)));
    let at = |pointer: &Option<String>| document.as_ref()?.text_at(pointer.as_deref()?);
    match answer.status {
        200..=299 if is_page => Err(passing(TransientKind::NotAnAnswer)),
        200..=299 => read(&request.reads, document.as_ref()).ok_or_else(|| passing(TransientKind::NotAnAnswer)),
        300..=399 => Err(passing(TransientKind::Redirected)),
        408 | 425 | 429 | 500.. => Err(passing(TransientKind::ServiceBusy)),
        _ if is_page => Err(passing(TransientKind::NotAnAnswer)),
        404 | 410 if request.reads == KeyReading::Status => Ok(KeyAnswer::Done), // there is no such key any more
        401 => {
            let words = ProviderWords::cleaned(&at(&request.error_pointer).unwrap_or_default(), "");
            Err(RefreshFailure::GrantRefused(words))
        }
        status => {
            let code = at(&request.error_pointer).unwrap_or_else(|| format!("status {status}"));
            let message = at(&request.message_pointer).unwrap_or_default();
            Err(RefreshFailure::RequestRefused(ProviderWords::cleaned(&code, &message)))
        }
    }
}

fn read(reads: &KeyReading, document: Option<&Document>) -> Option<KeyAnswer> {
    Some(match reads {
        KeyReading::Status => KeyAnswer::Done,
        KeyReading::LastUse { at } => KeyAnswer::Used(document?.at(at).is_some_and(|value| is_something(&value))),
        KeyReading::List { keys, id, used, own } => {
            let own = own.as_ref().and_then(|own| document?.text_at(own));
            KeyAnswer::Listed { keys: listed(document?, keys, id, used.as_deref())?, own }
        }
        KeyReading::New { id, secret } => {
            let document = document?;
            let id = match id {
                Some(id) => Some(last_part(&document.text_at(id)?)),
                None => None,
            };
            let key = match secret {
                NewSecret::Key(at) => MintedKey::Key(ApiKey::new(document.text_at(at)?)),
                NewSecret::File(at) => MintedKey::File(document.at(at).as_deref().and_then(file)?),
            };
            KeyAnswer::Made { id, key }
        }
    })
}

fn listed(document: &Document, keys: &str, id: &str, used: Option<&str>) -> Option<Vec<ListedKey>> {
    match document {
        Document::Xml(xml) => Some(xml.all(id).map(|id| ListedKey { id: last_part(id), used: None }).collect()),
        Document::Json(all) => match all.pointer(keys) {
            Some(Value::Array(all)) => all
                .iter()
                .map(|one| {
                    let used = used.map(|used| one.pointer(used).is_some_and(is_something));
                    Some(ListedKey { id: last_part(&one.pointer(id).and_then(text)?), used })
                })
                .collect(),
            // An empty list is left out by some.
            None if all.is_object() => Some(Vec::new()),
            _ => None,
        },
    }
}

/// Of an object, or of its text in base64.
fn file(value: &Value) -> Option<SecretBytes> {
    match value {
        Value::Object(_) => {
            let mut bytes = Vec::with_capacity(LARGEST_KEY_FILE);
            serde_json::to_writer(&mut bytes, value).ok().map(|()| SecretBytes::new(bytes))
        }
        Value::String(encoded) => BASE64_STANDARD.decode(encoded.as_bytes()).ok().map(SecretBytes::new),
        _ => None,
    }
}

fn is_something(value: &Value) -> bool {
    !value.is_null() && *value != Value::String(String::new())
}

fn last_part(id: &str) -> String {
    id.rsplit('/').next().unwrap_or(id).to_owned()
}

fn passing(kind: TransientKind) -> RefreshFailure {
    RefreshFailure::Transient { delivery: Delivery::Answered, kind, retry_after: None }
}

fn not_possible() -> RefreshFailure {
    refused("key_not_usable", "The credential cannot stand in the request that the service asks for.")
}

#[cfg(test)]
mod tests {
    use storm_domain::{AnswerFormat, HttpMethod, KeyPlacement};

    use super::*;

    fn asked(answer: AnswerFormat, reads: KeyReading) -> KeyRequest {
        KeyRequest {
            method: HttpMethod::Post,
            url: "https://service.example/keys".parse().unwrap(),
            placement: KeyPlacement::Bearer,
            headers: Vec::new(),
            body: None,
            answer,
            error_pointer: Some(if answer == AnswerFormat::Xml { "/Error/Code" } else { "/error/status" }.to_owned()),
            message_pointer: Some("/Error/Message".to_owned()),
            reads,
        }
    }

    fn answer(status: u16, body: &str) -> RawTokenAnswer {
        RawTokenAnswer {
            status,
            content_type: None,
            retry_after: None,
            server_time: None,
            received_at: Timestamp(0),
            body: SecretBytes::new(body.as_bytes().to_vec()),
            dpop_key: None,
        }
    }

    fn list() -> KeyReading {
        let (keys, id) = ("/keys".to_owned(), "/name".to_owned());
        KeyReading::List { keys, id, used: Some("/used".to_owned()), own: Some("/own".to_owned()) }
    }

    fn listed(answer: Result<KeyAnswer, RefreshFailure>) -> Vec<(String, Option<bool>)> {
        match answer {
            Ok(KeyAnswer::Listed { keys, .. }) => keys.into_iter().map(|key| (key.id, key.used)).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn lists_are_read_in_both_forms_and_a_path_counts_by_its_last_part() {
        let json = r#"{"own":"k2","keys":[{"name":"projects/-/keys/k1","used":7},{"name":"k2","used":null}]}"#;
        let keys = listed(judge(&asked(AnswerFormat::Json, list()), &answer(200, json)));
        assert_eq!(keys, [("k1".to_owned(), Some(true)), ("k2".to_owned(), Some(false))]);
        assert_eq!(listed(judge(&asked(AnswerFormat::Json, list()), &answer(200, "{}"))), []);
        let xml = "<R><M><member><Id>A</Id></member><member><Id>B</Id></member></M></R>";
        let reads = KeyReading::List { keys: String::new(), id: "/M/member/Id".to_owned(), used: None, own: None };
        let keys = listed(judge(&asked(AnswerFormat::Xml, reads), &answer(200, xml)));
        assert_eq!(keys, [("A".to_owned(), None), ("B".to_owned(), None)]);
    }

    #[test]
    fn a_new_key_is_text_an_object_or_base64_of_a_file() {
        let file = |at: &str| KeyReading::New { id: None, secret: NewSecret::File(at.to_owned()) };
        for (reads, body) in [
            (file(""), r#"{"private_key_id":"k1"}"#.to_owned()),
            (file("/data"), format!(r#"{{"data":"{}"}}"#, BASE64_STANDARD.encode(r#"{"private_key_id":"k1"}"#))),
        ] {
            match judge(&asked(AnswerFormat::Json, reads), &answer(200, &body)) {
                Ok(KeyAnswer::Made { id: None, key: MintedKey::File(bytes) }) => {
                    // EXPOSE: compared in a test.
                    assert_eq!(bytes.expose(), br#"{"private_key_id":"k1"}"#);
                }
                other => panic!("{other:?}"),
            }
        }
        let secret = NewSecret::Key("/Key/Secret".to_owned());
        let request = asked(AnswerFormat::Xml, KeyReading::New { id: Some("/Key/Id".to_owned()), secret });
        let made = judge(&request, &answer(200, "<R><Key><Id>A</Id><Secret>s3</Secret></Key></R>"));
        assert!(matches!(made, Ok(KeyAnswer::Made { id: Some(id), key: MintedKey::Key(_) }) if id == "A"));
    }

    #[test]
    fn only_the_services_own_words_refuse_and_what_is_not_understood_may_have_made_a_key() {
        let key = NewSecret::Key("/key".to_owned());
        let create = asked(AnswerFormat::Json, KeyReading::New { id: Some("/id".to_owned()), secret: key });
        for (status, body) in [(200, "<html>"), (201, "{}"), (302, ""), (429, ""), (503, "{}"), (403, "<html>")] {
            let failed = judge(&create, &answer(status, body));
            assert!(matches!(failed, Err(RefreshFailure::Transient { .. })), "{status} {body}: {failed:?}");
        }
        let denied = "<E><Error><Code>AccessDenied</Code><Message>not you</Message></Error></E>";
        let words = ProviderWords::cleaned("AccessDenied", "not you");
        let refused = judge(&asked(AnswerFormat::Xml, list()), &answer(403, denied));
        assert_eq!(refused.unwrap_err(), RefreshFailure::RequestRefused(words));
        let gone = judge(&asked(AnswerFormat::Json, KeyReading::Status), &answer(404, "{}"));
        assert!(matches!(gone, Ok(KeyAnswer::Done)));
        assert!(judge(&create, &answer(404, "{}")).is_err());
    }
}
