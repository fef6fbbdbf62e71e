//! Answers in XML: the text of each element, and the path that leads to it. AWS speaks it.
//!
//! INVARIANT: what is not well-formed is nothing at all. Deliberately absent: attributes, namespaces, and entities beyond the
//! five of XML itself, so that a document cannot grow while it is read. What was read is wiped, since keys come in it too.

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::Event;
use zeroize::Zeroizing;

/// Elements nested deeper are nobody's answer.
const DEEPEST: usize = 32;

/// The elements that hold text, in order.
pub(crate) struct Xml(Vec<(String, Zeroizing<String>)>);

impl Xml {
    /// Reads a whole document.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::from_str(str::from_utf8(bytes).ok()?);
        let mut found = Vec::new();
        let mut open: Vec<(String, Zeroizing<String>)> = Vec::new();
        loop {
            match reader.read_event().ok()? {
                Event::Start(element) if open.len() < DEEPEST => {
                    let above = open.last().map_or("", |(path, _)| path);
                    open.push((format!("{above}/{}", element.local_name().into_inner()), Zeroizing::default()));
                }
                Event::Start(_) | Event::DocType(_) => return None,
                Event::Text(text) => {
                    if let Some((_, value)) = open.last_mut() {
                        value.push_str(&text.xml10_content());
                    }
                }
                Event::CData(text) => open.last_mut()?.1.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) => {
                    let value = &mut open.last_mut()?.1;
                    match reference.resolve_char_ref().ok()? {
                        Some(character) => value.push(character),
                        None => value.push_str(resolve_xml_entity(&reference)?),
                    }
                }
                Event::End(_) => {
                    let (path, text) = open.pop()?;
                    if !text.trim().is_empty() {
                        found.push((path, Zeroizing::new(text.trim().to_owned())));
                    }
                }
                Event::Eof => return (open.is_empty() && !found.is_empty()).then_some(Self(found)),
                _ => {}
            }
        }
    }

    /// The text of the first element whose path ends with `path`, such as `/Error/Code`.
    pub(crate) fn at(&self, path: &str) -> Option<&str> {
        self.all(path).next()
    }

    /// The texts of all of them, in order.
    pub(crate) fn all(&self, path: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(full, _)| full.ends_with(path)).map(|(_, text)| text.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_element_is_found_by_the_end_of_its_path() {
        let text = br#"<?xml version="1.0"?><a:R xmlns:a="urn:a"><Errors><Error><Code> A&amp;B&#x21; </Code></Error></Errors></a:R>"#;
        let xml = Xml::read(text).unwrap();
        assert_eq!((xml.at("/Error/Code"), xml.at("/R/Code"), xml.at("/ode")), (Some("A&B!"), None, None));
    }

    #[test]
    fn what_is_no_plain_document_is_nothing() {
        let deep = "<a>".repeat(DEEPEST + 1);
        for text in ["", "text", "{}", "<a>", "<a>1</b>", "<!DOCTYPE a><a>1</a>", "<a>&own;</a>", deep.as_str()] {
            assert!(Xml::read(text.as_bytes()).is_none(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_whatever_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = Xml::read(&bytes);
        }
    }
}
