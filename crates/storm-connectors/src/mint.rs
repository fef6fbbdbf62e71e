//! What a connector says about keys that its service makes and ends by API.
//!
//! INVARIANT: a key that can be made can be ended, and told from all others; and an id from the service changes nothing but the
//! one place of a request that it was made for. Deliberately absent: any order of the requests, which is the rotation's.

use std::collections::BTreeMap;

use serde::Deserialize;
use storm_domain::{
    AnswerFormat, Fields, HttpMethod, KeyFileAccount, KeyReading, KeyRequest, KeyTask, Method, NewSecret,
};

use crate::connector::{Connector, KEY_ACCOUNT, KEY_ID, KEY_PROJECT};
use crate::method::PlacementSpec;
use crate::resolve::{ResolveError, pairs, placement};
use crate::template::{TemplateError, UrlTemplate};

/// Keys by API.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MintSpec {
    /// Name of a field that, when it is filled, holds the origin to ask instead of the URLs' own.
    pub(crate) origin_from: Option<String>,
    /// Where the key stands in these requests, if not where it stands in others.
    pub(crate) placement: Option<PlacementSpec>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    answer: AnswerFormat,
    error_pointer: Option<String>,
    message_pointer: Option<String>,
    list: ListCall,
    create: CreateCall,
    last_use: Option<LastUseCall>,
    deactivate: Option<Call>,
    reactivate: Option<Call>,
    delete: Call,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    method: HttpMethod,
    url: UrlTemplate,
    /// `{key_id}` in it is the key's id.
    body: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListCall {
    method: HttpMethod,
    url: UrlTemplate,
    body: Option<String>,
    #[serde(default)]
    keys: String,
    id: String,
    used: Option<String>,
    own: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct CreateCall {
    method: HttpMethod,
    url: UrlTemplate,
    body: Option<String>,
    id: Option<String>,
    key: Option<String>,
    file: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct LastUseCall {
    method: HttpMethod,
    url: UrlTemplate,
    body: Option<String>,
    at: String,
}

/// What a request is made of.
type Parts<'a> = (HttpMethod, &'a UrlTemplate, Option<&'a str>, KeyReading);

impl MintSpec {
    /// Whether the new key is found in its answer, with its id, and one that was switched off can be switched on again.
    pub(crate) fn is_whole(&self) -> bool {
        let names_key = match (&self.create.key, &self.create.file) {
            (Some(_), None) => self.create.id.is_some(),
            (None, Some(_)) => true, // its id stands in the file
            _ => false,
        };
        names_key && self.deactivate.is_some() == self.reactivate.is_some()
    }

    pub(crate) fn urls(&self) -> impl Iterator<Item = &UrlTemplate> {
        let calls = [&self.deactivate, &self.reactivate].into_iter().flatten().map(|call| &call.url);
        let last_use = self.last_use.as_ref().map(|call| &call.url);
        [&self.list.url, &self.create.url, &self.delete.url].into_iter().chain(last_use).chain(calls)
    }

    fn parts(&self, task: KeyTask) -> Option<Parts<'_>> {
        Some(match task {
            KeyTask::List => {
                let ListCall { method, url, body, keys, id, used, own } = &self.list;
                let (keys, id) = (keys.clone(), id.clone());
                let reads = KeyReading::List { keys, id, used: used.clone(), own: own.clone() };
                (*method, url, body.as_deref(), reads)
            }
            KeyTask::Create => {
                let CreateCall { method, url, body, id, key, file } = &self.create;
                let secret = match (key, file) {
                    (Some(key), _) => NewSecret::Key(key.clone()),
                    (None, file) => NewSecret::File(file.clone()?),
                };
                (*method, url, body.as_deref(), KeyReading::New { id: id.clone(), secret })
            }
            KeyTask::LastUse => {
                let LastUseCall { method, url, body, at } = self.last_use.as_ref()?;
                (*method, url, body.as_deref(), KeyReading::LastUse { at: at.clone() })
            }
            KeyTask::Deactivate => self.deactivate.as_ref()?.parts(),
            KeyTask::Reactivate => self.reactivate.as_ref()?.parts(),
            KeyTask::Delete => self.delete.parts(),
        })
    }
}

impl Call {
    fn parts(&self) -> Parts<'_> {
        (self.method, &self.url, self.body.as_deref(), KeyReading::Status)
    }
}

impl Connector {
    /// Whether the service makes new keys of this method by API.
    #[must_use]
    pub fn mints(&self, method: Method) -> bool {
        self.method(method).is_some_and(|spec| spec.rotation.mint.is_some())
    }

    /// Whether the service can switch a key of this method off before it ends it.
    #[must_use]
    pub fn deactivates(&self, method: Method) -> bool {
        let mint = self.method(method).and_then(|spec| spec.rotation.mint.as_ref());
        mint.is_some_and(|mint| mint.deactivate.is_some())
    }

    /// Whether a credential of this method is ended by [`Connector::revoke_request`].
    #[must_use]
    pub fn revokes_itself(&self, method: Method) -> bool {
        self.method(method).is_some_and(|spec| spec.revoke.is_some())
    }

    /// A request about keys; None = the service has none for this. `account` is the one that a key file names.
    ///
    /// # Errors
    /// When a field is missing, or [`ResolveError::KeyIdMissing`] where a key is named by an id that is not known, or that could
    /// be more than an id.
    pub fn key_request(
        &self,
        method: Method,
        fields: &Fields,
        task: KeyTask,
        key_id: Option<&str>,
        account: Option<&KeyFileAccount>,
    ) -> Result<Option<KeyRequest>, ResolveError> {
        let spec = self.offered(method)?;
        let Some(mint) = &spec.rotation.mint else { return Ok(None) };
        let Some((verb, url, body, reads)) = mint.parts(task) else { return Ok(None) };
        let names_key = !matches!(task, KeyTask::List | KeyTask::Create);
        if names_key && !key_id.is_some_and(is_plain_id) {
            return Err(ResolveError::KeyIdMissing);
        }
        let lookup = |name: &str| match name {
            KEY_ID => key_id.map(str::to_owned),
            KEY_ACCOUNT => account.map(|account| account.client_email.clone()),
            KEY_PROJECT => account.and_then(|account| account.project_id.clone()),
            _ => self.value(fields, name),
        };
        let url = url.fill(&lookup).map_err(|error| match error {
            TemplateError::FieldMissing { field } if field == KEY_ACCOUNT => ResolveError::KeyIdMissing,
            error => error.into(),
        })?;
        Ok(Some(KeyRequest {
            method: verb,
            url: self.at_origin(fields, mint.origin_from.as_deref(), url)?,
            placement: match &mint.placement {
                Some(own) => placement(own, &lookup)?,
                None => self.key_placement(method, fields)?,
            },
            headers: pairs(&mint.headers),
            body: body.map(|body| body.replace("{key_id}", key_id.unwrap_or_default())),
            answer: mint.answer,
            error_pointer: mint.error_pointer.clone(),
            message_pointer: mint.message_pointer.clone(),
            reads,
        }))
    }
}

/// Whether an id can stand in a form or a path as it is.
fn is_plain_id(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
