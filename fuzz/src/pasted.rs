//! Pasted text: no remark repeats the key, and what is taken out of it was in it.

use storm_connectors::{Catalogue, check_pasted_key};
use storm_secret::ApiKey;

use crate::PLANTED;

pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let catalogue = Catalogue::embedded().expect("the catalogue is whole");
    for connector in catalogue.connectors() {
        let report = check_pasted_key(connector, &ApiKey::new(text));
        if let Some(cleaned) = &report.cleaned {
            // EXPOSE: compared with what was pasted.
            let cleaned = cleaned.expose();
            assert!(!cleaned.is_empty() && cleaned.len() <= text.len(), "{}", connector.id);
            assert!(!cleaned.contains(['\n', '\r', '\0']), "{}", connector.id);
            assert!(report.problem.is_none(), "{}", connector.id);
        }
        let said = [report.problem.map(|problem| problem.to_string())];
        let hints = report.hints.iter().map(ToString::to_string);
        for said in said.into_iter().flatten().chain(hints) {
            assert!(!said.contains(PLANTED), "{}: {said}", connector.id);
        }
    }
}
