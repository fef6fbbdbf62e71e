//! Bytes of chance never panic, and no text is changed on its way. What is odd in known ways is generated from a grammar, and
//! sent through the whole engine (storm-engine's token_endpoint tests).

use proptest::prelude::*;
use storm_domain::port::Provider as _;

use crate::support::{answer, example_service, reader};

proptest! {
    #[test]
    fn bytes_of_chance_never_panic(status in 100u16..600, bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        reader().read_token_answer(&example_service(), &answer(status, "application/json", bytes));
    }

    #[test]
    fn text_of_chance_around_a_token_never_panics(before in "[ {}\\[\\]\":,a-z\\\\'=&]{0,60}", after in "[ {}\\[\\]\":,a-z\\\\'=&]{0,60}") {
        let body = format!(r#"{before}"refresh_token":"rt","access_token":"at"{after}"#);
        reader().read_token_answer(&example_service(), &answer(200, "", body));
    }

    #[test]
    fn any_text_comes_back_as_it_was_sent(token in "\\PC{1,80}") {
        // What a log filter puts in the place of a token is none.
        prop_assume!(token.contains(|c: char| c.is_alphanumeric()));
        let body = serde_json::json!({ "access_token": "at", "refresh_token": token }).to_string();
        let reading = reader().read_token_answer(&example_service(), &answer(200, "application/json", body));
        let kept = reading.refresh_token.unwrap();
        prop_assert_eq!(kept.expose(), token);
    }
}
