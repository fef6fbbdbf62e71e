//! What other tools are lent in place of a lasting key: a short-lived one that the service makes of it.

use std::collections::BTreeMap;

use serde::Deserialize;
use storm_domain::{Fields, Method, SessionPaths, SessionRequest};

use crate::connector::Connector;
use crate::method::Setup;
use crate::resolve::ResolveError;
use crate::template::{Lookup, TemplateError, TextTemplate, UrlTemplate};

/// How a short-lived key is had.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionSpec {
    pub(crate) url: UrlTemplate,
    /// Name of a field that, when it is filled, holds the origin to ask instead of the URL's own.
    pub(crate) origin_from: Option<String>,
    /// The first whose condition holds is followed; where none does, the key itself is lent.
    ways: Vec<SessionWay>,
    answer: PathsEntry,
    error_code: String,
    error_message: Option<String>,
    refused_codes: Vec<String>,
    denied_codes: Vec<String>,
}

/// One request that makes a short-lived key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct SessionWay {
    when: Condition,
    /// One is left out while a field in it is empty.
    params: BTreeMap<String, TextTemplate>,
}

/// Holds when a field is filled, or holds this very value.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Condition {
    field: String,
    is: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PathsEntry {
    id: String,
    key: String,
    token: String,
    ends: String,
}

impl Condition {
    fn holds(&self, lookup: Lookup<'_>) -> bool {
        lookup(&self.field).is_some_and(|value| self.is.as_ref().is_none_or(|is| *is == value))
    }
}

impl SessionSpec {
    pub(crate) fn collect_fields<'a>(&'a self, names: &mut Vec<&'a str>) {
        names.extend(self.origin_from.as_deref());
        for way in &self.ways {
            names.push(&way.when.field);
            names.extend(way.params.values().flat_map(TextTemplate::fields));
        }
    }
}

impl Connector {
    /// The request for a short-lived key, which is lent in place of the pasted one. None = the key itself is lent.
    ///
    /// # Errors
    /// When the service takes no pasted keys, or a field is missing.
    pub fn session_request(&self, fields: &Fields) -> Result<Option<SessionRequest>, ResolveError> {
        let Setup::ApiKey(setup) = &self.offered(Method::ApiKey)?.setup else { return Ok(None) };
        let Some(session) = &setup.session else { return Ok(None) };
        let lookup = |name: &str| self.value(fields, name);
        let Some(way) = session.ways.iter().find(|way| way.when.holds(&lookup)) else { return Ok(None) };
        let mut params = Vec::new();
        for (name, template) in &way.params {
            match template.fill(&lookup) {
                Ok(value) => params.push((name.clone(), value)),
                Err(TemplateError::FieldMissing { .. }) => {}
                Err(refused) => return Err(refused.into()),
            }
        }
        Ok(Some(SessionRequest {
            url: self.at_origin(fields, session.origin_from.as_deref(), self.url(fields, &session.url)?)?,
            placement: self.key_placement(Method::ApiKey, fields)?,
            params,
            answer: SessionPaths {
                id: session.answer.id.clone(),
                secret: session.answer.key.clone(),
                token: session.answer.token.clone(),
                ends: session.answer.ends.clone(),
            },
            error_code: session.error_code.clone(),
            error_message: session.error_message.clone(),
            refused_codes: session.refused_codes.clone(),
            denied_codes: session.denied_codes.clone(),
        }))
    }
}
