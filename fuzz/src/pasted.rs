//! Pasted text: no remark repeats the key, and what is taken out of it was in it.

use storm_connectors::{Catalogue, check_pasted_key};
use storm_secret::ApiKey;

use crate::{PLANTED, limit};

pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let middle = text.floor_char_boundary(text.len() / 2);
    let planted = [&text[..middle], PLANTED, &text[middle..]].concat();
    for pasted in [text, &planted] {
        limit::within(|| check_at_every_connector(pasted));
    }
}

fn check_at_every_connector(pasted: &str) {
    let catalogue = Catalogue::embedded().expect("the catalogue is whole");
    for connector in catalogue.connectors() {
        let report = check_pasted_key(connector, &ApiKey::new(pasted));
        if let Some(cleaned) = &report.cleaned {
            // EXPOSE: compared with what was pasted.
            let cleaned = cleaned.expose();
            assert!(!cleaned.is_empty() && cleaned.len() <= pasted.len(), "{}", connector.id);
            assert!(!cleaned.contains(['\n', '\r', '\0']), "{}", connector.id);
        }
        assert_eq!(report.cleaned.is_none(), report.problem.is_some(), "{}", connector.id);
        let problem = report.problem.iter().map(ToString::to_string);
        for said in problem.chain(report.hints.iter().map(ToString::to_string)) {
            assert!(!said.contains(PLANTED), "{}: {said}", connector.id);
        }
    }
}
