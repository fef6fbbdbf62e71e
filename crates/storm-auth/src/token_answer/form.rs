//! A form instead of JSON, as some services answer unless asked otherwise.

use url::form_urlencoded;
use zeroize::Zeroizing;

use super::document::Object;
use super::name::Name;
use super::value::Value;

/// The form's values; None = it holds no name that is looked for.
pub(super) fn read(text: &str) -> Option<Object> {
    let mut object = Object::default();
    for (name, value) in form_urlencoded::parse(text.trim().as_bytes()) {
        if let Some(name) = Name::of(&name, None) {
            let value = value.into_owned();
            let value = if matches!(name, Name::ExpiresIn | Name::RefreshExpiresIn) {
                Value::Number(value)
            } else {
                Value::Text(Zeroizing::new(value))
            };
            object.add(name, value);
        }
    }
    let is_answer =
        [Name::AccessToken, Name::RefreshToken, Name::Error].iter().any(|name| object.last(*name).is_some());
    is_answer.then_some(object)
}
