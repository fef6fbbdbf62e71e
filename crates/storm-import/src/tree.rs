//! JSON and YAML of any shape, whose texts are wiped when they are dropped.
//!
//! Derived types would need one for each version of each tool, and refuse a file for a part that nobody asks for. What is bounded is
//! the text, its marks (so that a small file makes no large tree) and the depth.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use zeroize::Zeroizing;

use crate::ReadError;

/// A large export has some ten thousand.
const MOST_MARKS: usize = 400_000;

pub(crate) enum Tree {
    Nothing,
    Flag(bool),
    Number(i64),
    Text(Zeroizing<String>),
    List(Vec<Tree>),
    Map(Vec<(String, Tree)>),
}

impl Tree {
    pub(crate) fn json(text: &str, title: &'static str) -> Result<Self, ReadError> {
        let marks = text.bytes().filter(|byte| matches!(byte, b'[' | b'{' | b',')).count();
        if marks > MOST_MARKS {
            return Err(ReadError::TooMany { title });
        }
        // The parser's own message quotes the file.
        serde_json::from_str(text).map_err(|error| {
            let line = u32::try_from(error.line()).ok().filter(|line| *line > 0);
            ReadError::Damaged { title, line }
        })
    }

    pub(crate) fn yaml(text: &str, title: &'static str) -> Result<Self, ReadError> {
        let options = serde_saphyr::options! {
            budget: serde_saphyr::budget! { max_nodes: 50_000, max_depth: 32, max_aliases: 100, max_documents: 1 },
        };
        serde_saphyr::from_str_with_options(text, options).map_err(|error| {
            let line = error.location().and_then(|location| u32::try_from(location.line()).ok());
            ReadError::Damaged { title, line }
        })
    }

    /// The first member of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        self.members().iter().find(|(other, _)| other == name).map(|(_, value)| value)
    }

    /// What lies behind several names, one in the other.
    pub(crate) fn at(&self, names: &[&str]) -> Option<&Self> {
        names.iter().try_fold(self, |tree, name| tree.get(name))
    }

    /// The text of the first member of this name; None where it is something else.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_text()
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        match self.get(name)? {
            Self::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The members of a map; none for anything else.
    pub(crate) fn members(&self) -> &[(String, Self)] {
        match self {
            Self::Map(members) => members,
            _ => &[],
        }
    }

    /// The items of the list of this name; none for anything else.
    pub(crate) fn list(&self, name: &str) -> &[Self] {
        match self.get(name) {
            Some(Self::List(items)) => items,
            _ => &[],
        }
    }

    /// Every text below, with the names that lead to it, joined by dots.
    pub(crate) fn each_text<'a>(&'a self, path: &str, show: &mut dyn FnMut(String, &'a str)) {
        let join = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        match self {
            Self::Text(text) => show(path.to_owned(), text),
            Self::Map(members) => members.iter().for_each(|(name, tree)| tree.each_text(&join(name), show)),
            Self::List(items) => {
                items.iter().enumerate().for_each(|(at, tree)| tree.each_text(&join(&at.to_string()), show));
            }
            _ => {}
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Builder)
    }
}

struct Builder;

impl<'de> Visitor<'de> for Builder {
    type Value = Tree;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Flag(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Number(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(i64::try_from(value).map_or(Tree::Nothing, Tree::Number))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Tree, E> {
        Ok(Tree::Nothing)
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Text(Zeroizing::new(value.to_owned())))
    }

    fn visit_string<E>(self, value: String) -> Result<Tree, E> {
        Ok(Tree::Text(Zeroizing::new(value)))
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Nothing)
    }

    fn visit_none<E>(self) -> Result<Tree, E> {
        Ok(Tree::Nothing)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        Tree::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Tree, A::Error> {
        let mut map = Vec::new();
        while let Some(member) = members.next_entry()? {
            map.push(member);
        }
        Ok(Tree::Map(map))
    }
}
