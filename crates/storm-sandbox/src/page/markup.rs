//! Building HTML so that nothing unescaped can slip in.

use hyper::body::Bytes;

/// HTML under construction.
#[derive(Default)]
pub(crate) struct Markup(String);

impl Markup {
    /// Appends HTML written in this program.
    pub(crate) fn raw(mut self, html: &'static str) -> Self {
        self.0.push_str(html);
        self
    }

    /// Appends text, escaped for elements and for attributes in double quotes.
    pub(crate) fn text(mut self, text: &str) -> Self {
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                other => self.0.push(other),
            }
        }
        self
    }

    /// Appends finished markup.
    pub(crate) fn then(mut self, other: Self) -> Self {
        self.0.push_str(&other.0);
        self
    }

    /// Appends markup for each item.
    pub(crate) fn each<T>(self, items: impl IntoIterator<Item = T>, write: impl Fn(Self, T) -> Self) -> Self {
        items.into_iter().fold(self, write)
    }

    /// The bytes to send.
    pub(crate) fn into_bytes(self) -> Bytes {
        self.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::Markup;

    #[test]
    fn text_cannot_become_markup_in_elements_or_attributes() {
        let markup = Markup::default().raw("<p title=\"").text("\"><script>alert('x')</script>&").raw("\"></p>");
        let html = String::from_utf8(markup.into_bytes().to_vec()).unwrap();
        assert_eq!(html, "<p title=\"&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;\"></p>");
    }
}
