//! The paste guard.

use proptest::prelude::*;
use storm_connectors::{
    PasteHint, PasteProblem, PasteReport, Wrapping, check_key_id, check_pasted_key, connector_of_pasted_key,
};
use storm_secret::ApiKey;

use crate::connector;

/// From GitHub's description of its token format; it was never valid.
const GITHUB_EXAMPLE: &str = "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";

fn check(id: &str, pasted: &str) -> PasteReport {
    check_pasted_key(connector(id), &ApiKey::new(pasted))
}

fn cleaned(report: &PasteReport) -> &str {
    report.cleaned.as_ref().unwrap_or_else(|| panic!("{:?}", report.problem)).expose()
}

fn problem(id: &str, pasted: &str) -> PasteProblem {
    let report = check(id, pasted);
    assert!(report.cleaned.is_none(), "a problem leaves no key");
    report.problem.unwrap()
}

#[test]
fn what_came_along_is_taken_off() {
    use Wrapping::{Assignment, Header, Quotes};
    let cases: &[(&str, &[Wrapping])] = &[
        ("abc123", &[]),
        ("  abc123\r\n", &[]),
        ("\u{feff}abc123\u{200b}", &[]),
        ("\u{a0}abc123\t", &[]),
        ("\"abc123\"", &[Quotes]),
        ("'abc123',", &[Quotes]),
        ("`abc123`", &[Quotes]),
        ("“abc123”", &[Quotes]),
        ("export MY_THING=abc123", &[Assignment]),
        ("export API_KEY=\"abc123\";", &[Assignment, Quotes]),
        ("EXAMPLE_API_KEY=abc123", &[Assignment]),
        ("token = abc123", &[Assignment]),
        ("$env:EXAMPLE_TOKEN = 'abc123'", &[Assignment, Quotes]),
        ("set EXAMPLE_SECRET=abc123", &[Assignment]),
        ("Bearer abc123", &[Header]),
        ("bearer abc123", &[Header]),
        ("Authorization: Bearer abc123", &[Header]),
        ("authorization:bearer abc123", &[Header]),
        ("\"Authorization: Bearer abc123\"", &[Quotes, Header]),
    ];
    for (pasted, wrappings) in cases {
        let report = check("generic-api-key", pasted);
        assert_eq!(cleaned(&report), "abc123", "{pasted:?}");
        let expected: Vec<PasteHint> = wrappings.iter().copied().map(PasteHint::TakenOff).collect();
        assert_eq!(report.hints, expected, "{pasted:?}");
    }
}

#[test]
fn a_key_among_other_lines_or_in_an_object_is_taken_out() {
    for pasted in [
        "{\"api_key\": \"abc123\"}",
        "{\n  \"name\": \"ci\",\n  \"apiKey\": \"abc123\",\n  \"url\": \"https://service.example\"\n}",
        "NAME=ci\nexport SERVICE_TOKEN='abc123'\nURL=https://service.example",
        "api_key: abc123\nurl: https://service.example\n",
        "\"secret\": \"abc123\",",
    ] {
        let report = check("generic-api-key", pasted);
        assert_eq!(cleaned(&report), "abc123", "{pasted:?}");
        assert!(matches!(report.hints[0], PasteHint::TakenOff(_)), "{pasted:?}");
    }
    assert_eq!(cleaned(&check("generic-api-key", "ci-token:abc123")), "ci-token:abc123", "one key, in two parts");
    // Of several that have a telling name, the one that begins as this service's keys do.
    let several = "GITLAB_TOKEN=glpat-aaaaaaaaaaaaaaaaaaaa\nSTRIPE_KEY=sk_live_0123456789abcdef\nOTHER_KEY=x";
    assert_eq!(cleaned(&check("gitlab", several)), "glpat-aaaaaaaaaaaaaaaaaaaa");
    assert_eq!(cleaned(&check("stripe", several)), "sk_live_0123456789abcdef");
    assert_eq!(problem("generic-api-key", several), PasteProblem::SeveralLines);
}

#[test]
fn a_routable_token_of_gitlab_is_held_to_its_length_and_checksum() {
    // 27 characters of payload, version 1, length `0r` and CRC-32 in base 36, as GitLab makes them.
    let payload = "glpat-bzoxCnU6MQpvOjEKdDp1CnU6MQ8.01.0r";
    let sum = |text: &str| {
        let mut number = crc32fast::hash(text.as_bytes());
        let mut digits = [b'0'; 7];
        for digit in digits.iter_mut().rev() {
            *digit = b"0123456789abcdefghijklmnopqrstuvwxyz"[(number % 36) as usize];
            number /= 36;
        }
        String::from_utf8(digits.to_vec()).unwrap()
    };
    let token = format!("{payload}{}", sum(payload));
    assert_eq!(cleaned(&check("gitlab", &token)), token);
    let earlier = "glpat-bzoxCnU6MQpvOjEKdDp1CnU6MQ8.0r";
    let earlier = format!("{earlier}{}", sum(earlier));
    assert_eq!(cleaned(&check("gitlab", &earlier)), earlier, "the form before the version was added");
    assert!(check("gitlab", "glpat-aaaaaaaaaaaaaaaaaaaa").cleaned.is_some(), "older tokens have no checksum");
    for wrong in [token.replace("bzox", "bzoy"), token[..token.len() - 1].to_owned(), token.replacen("C", "CC", 1)] {
        assert_eq!(problem("gitlab", &wrong), PasteProblem::Mistyped, "{wrong}");
    }
}

#[test]
fn equals_signs_that_belong_to_the_key_stay() {
    for key in ["abcd==", "abcd=", "ab=cd", "YWJj/d+e=", "x=y=z"] {
        assert_eq!(cleaned(&check("generic-api-key", key)), key);
    }
}

#[test]
fn what_is_no_key_is_refused() {
    for (pasted, expected) in [
        ("", PasteProblem::Empty),
        (" \n\t ", PasteProblem::Empty),
        ("\"\"", PasteProblem::Empty),
        ("abc\ndef", PasteProblem::SeveralLines),
        ("API_KEY=abc\nSECRET=def", PasteProblem::SeveralLines),
        ("abc def", PasteProblem::InnerSpace),
        ("Your key is abc", PasteProblem::InnerSpace),
        ("abc\u{0}def", PasteProblem::StrangeCharacter),
        ("abc\u{200b}def", PasteProblem::StrangeCharacter),
        ("abc…def", PasteProblem::StrangeCharacter),
        ("ábc", PasteProblem::StrangeCharacter),
        ("-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----", PasteProblem::KeyFile),
        ("{\"type\": \"service_account\"}", PasteProblem::KeyFile),
    ] {
        assert_eq!(problem("generic-api-key", pasted), expected, "{pasted:?}");
    }
    assert_eq!(problem("generic-api-key", &"a".repeat(8 * 1024 + 1)), PasteProblem::TooLong);
    assert!(check("generic-api-key", &"a".repeat(8 * 1024)).cleaned.is_some());
}

#[test]
fn a_key_of_another_service_goes_nowhere() {
    for (id, pasted, service, connector_id) in [
        ("stripe", GITHUB_EXAMPLE, "GitHub", Some("github")),
        ("github", "glpat-aaaaaaaaaaaaaaaaaaaa", "GitLab", Some("gitlab")),
        ("github", "sk_live_0123456789abcdef", "Stripe", Some("stripe")),
        ("openai", "sk-ant-api03-0123456789abcdef", "Anthropic", None),
        ("notion", "xoxb-0123456789-abcdef", "Slack", Some("slack")),
        ("github", "AKIA0123456789ABCDEF", "Amazon Web Services", Some("aws")),
        ("github", "pk_live_0123456789abcdef", "Stripe", Some("stripe")),
        ("practice", "ghp_0123456789", "GitHub", Some("github")),
    ] {
        let expected = connector(id).name.clone();
        assert_eq!(
            problem(id, pasted),
            PasteProblem::OtherService {
                service: service.to_owned(),
                expected,
                connector_id: connector_id.map(str::to_owned)
            },
            "{pasted} for {id}"
        );
    }
}

#[test]
fn where_any_key_fits_another_services_key_is_only_remarked_on() {
    let report = check("generic-api-key", "glpat-aaaaaaaaaaaaaaaaaaaa");
    assert_eq!(report.hints, [PasteHint::OtherService { service: "GitLab".to_owned() }]);
    assert!(report.cleaned.is_some());
}

#[test]
fn a_publishable_key_is_refused_where_it_is_one() {
    for key in ["pk_live_0123456789abcdef", "pk_test_0123456789abcdef"] {
        assert!(matches!(problem("stripe", key), PasteProblem::Publishable { .. }), "{key}");
    }
    assert!(check("practice", "pk_live_0123456789abcdef").cleaned.is_some(), "Practice calls its secret keys so");
}

#[test]
fn whose_a_key_is_shows_where_nobody_has_said_it() {
    let practice = format!("pk_live_{}", "a".repeat(43));
    let assigned = format!("export PRACTICE_KEY='{practice}'");
    for (pasted, expected) in [
        (GITHUB_EXAMPLE, Some("github")),
        ("  sk_live_0123456789abcdef\n", Some("stripe")),
        ("Authorization: Bearer glpat-aaaaaaaaaaaaaaaaaaaa", Some("gitlab")),
        ("{\"name\": \"ci\", \"secret_key\": \"sk_live_0123456789abcdef\"}", Some("stripe")),
        ("AKIA0123456789ABCDEF", Some("aws")),
        // Stripe says of them that they authenticate nobody; only a key of Practice is just so long.
        ("pk_live_0123456789abcdefghijklmn", Some("stripe")),
        (practice.as_str(), Some("practice")),
        (assigned.as_str(), Some("practice")),
        // Of services without a connector, and of too many.
        ("sk-ant-api03-0123456789abcdef", None),
        ("sk-0123456789abcdef", None),
        ("hello world", None),
        ("", None),
    ] {
        let found = connector_of_pasted_key(&ApiKey::new(pasted)).map(|connector| connector.id.as_str());
        assert_eq!(found, expected, "{pasted:?}");
    }
    let two = format!("ONE_KEY={GITHUB_EXAMPLE}\nOTHER_KEY=sk_live_0123456789abcdef");
    assert!(connector_of_pasted_key(&ApiKey::new(two)).is_none(), "which of two is meant is never guessed");
}

#[test]
fn a_test_key_is_usable_and_remarked_on() {
    let report = check("stripe", "sk_test_0123456789abcdef");
    assert!(report.cleaned.is_some());
    assert!(report.hints.contains(&PasteHint::TestKey));
    assert!(!check("stripe", "sk_live_0123456789abcdef").hints.contains(&PasteHint::TestKey));
}

#[test]
fn a_secret_of_the_wrong_kind_is_refused_by_name() {
    for (id, key) in [
        ("slack", "xapp-1-0123456789"),
        ("stripe", "whsec_0123456789"),
        ("practice", "prt_0123456789"),
        ("github", "ghr_0123456789"),
        ("openai", "sk-admin-0123456789"),
    ] {
        assert!(matches!(problem(id, key), PasteProblem::WrongKind { .. }), "{key} for {id}");
    }
}

#[test]
fn a_whole_github_token_passes_and_a_mistyped_one_does_not() {
    let report = check("github", GITHUB_EXAMPLE);
    assert_eq!(cleaned(&report), GITHUB_EXAMPLE);
    let mistyped = GITHUB_EXAMPLE.replace("BuT", "BvT");
    assert_eq!(problem("github", &mistyped), PasteProblem::Mistyped);
    let swapped = GITHUB_EXAMPLE.replace("zQ", "Qz");
    assert_eq!(problem("github", &swapped), PasteProblem::Mistyped);
}

#[test]
fn a_cut_off_or_doubled_token_is_refused_with_both_lengths() {
    let cut = problem("github", &GITHUB_EXAMPLE[..37]);
    assert_eq!(
        cut.to_string(),
        "A personal access token (classic) has 40 characters; this has 37. Copy the whole key again."
    );
    let doubled = problem("github", &GITHUB_EXAMPLE.repeat(2));
    assert!(matches!(doubled, PasteProblem::Overlong { expected: 40, found: 80, .. }));
    assert!(matches!(problem("gitlab", "glpat-"), PasteProblem::OnlyBeginning { .. }));
}

#[test]
fn a_key_without_any_known_beginning_is_usable_and_remarked_on() {
    let report = check("gitlab", "0123456789abcdefghij");
    assert!(report.cleaned.is_some());
    assert_eq!(
        report.hints[0].to_string(),
        "GitLab keys mostly begin with glpat-. Check that the whole key was copied."
    );
}

proptest! {
    #[test]
    fn no_text_of_a_report_holds_the_key(
        id in prop::sample::select(vec!["github", "stripe", "practice", "openai", "generic-api-key", "slack"]),
        head in "(ghp_|sk_live_|pk_live_|glpat-|export API_KEY=|Bearer |-----BEGIN |\\{|)",
        secret in "[A-Za-z0-9]{16,60}",
        tail in "( |\n|\"| x|\u{0}|)",
    ) {
        let report = check(id, &format!("{head}{secret}{tail}"));
        let shown = format!("{report:?} {:?} {}", report.hints.iter().map(ToString::to_string).collect::<Vec<_>>(),
            report.problem.as_ref().map(ToString::to_string).unwrap_or_default());
        prop_assert!(!shown.contains(&secret));
        prop_assert_eq!(report.cleaned.is_some(), report.problem.is_none());
    }

    #[test]
    fn a_cleaned_key_can_stand_in_a_header_and_is_its_own_cleaning(pasted in "\\PC{0,60}|.{0,40}") {
        if let Some(key) = check("generic-api-key", &pasted).cleaned {
            prop_assert!(!key.is_empty());
            prop_assert!(key.expose().bytes().all(|byte| byte.is_ascii_graphic()));
            let again = check("generic-api-key", key.expose());
            prop_assert_eq!(cleaned(&again), key.expose());
        }
    }
}

/// From the documentation of AWS; they were never valid.
const AWS_ID: &str = "AKIAIOSFODNN7EXAMPLE";
const AWS_SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

#[test]
fn both_parts_of_a_key_are_taken_from_whatever_they_were_pasted_in() {
    let forms = [
        "<id> <secret>",
        "<secret> <id>",
        "<id>\n<secret>\n",
        "<id>\t<secret>",
        "<id>:<secret>",
        "\u{feff}Access key ID,Secret access key\r\n<id>,<secret>\r\n",
        "User name,Password,Access key ID,Secret access key,Console login link\nstorm,,<id>,<secret>,https://1.signin.aws.example/console",
        "\"A user name of 32 characters, and more\",\"<id>\",\"<secret>\"",
        "[default]\naws_access_key_id = <id>\naws_secret_access_key = <secret>\nregion = eu-central-1",
        "aws_access_key_id=<id> aws_secret_access_key=<secret>",
        "export AWS_ACCESS_KEY_ID=\"<id>\"\nexport AWS_SECRET_ACCESS_KEY='<secret>'",
        "set AWS_ACCESS_KEY_ID=<id>\r\nset AWS_SECRET_ACCESS_KEY=<secret>",
        "$env:AWS_SECRET_ACCESS_KEY = \"<secret>\"\n$env:AWS_ACCESS_KEY_ID = \"<id>\"",
        "Access key ID: <id>\nSecret access key: <secret>",
        r#"{"AccessKey": {"UserName": "aUserWhoseNameIsAsLongAsTheSecretOfAKey12", "AccessKeyId": "<id>", "Status": "Active",
            "SecretAccessKey": "<secret>", "CreateDate": "2026-11-26T23:22:52Z"}}"#,
        r#"{"AccessKeyId":"<id>","SecretAccessKey":"<secret>"}"#,
    ];
    for form in forms {
        let report = check("aws", &form.replace("<id>", AWS_ID).replace("<secret>", AWS_SECRET));
        assert_eq!((cleaned(&report), report.key_id.as_deref()), (AWS_SECRET, Some(AWS_ID)), "{form}");
        assert_eq!(report.hints, [PasteHint::BothParts], "{form}");
    }
    let alone = check("aws", &format!("  {AWS_SECRET}\n"));
    assert_eq!((cleaned(&alone), alone.key_id.as_deref(), alone.hints.len()), (AWS_SECRET, None, 0));
}

#[test]
fn half_a_key_several_and_a_temporary_one_are_refused() {
    let (title, example) = ("Access key ID".to_owned(), AWS_ID.to_owned());
    assert_eq!(problem("aws", AWS_ID), PasteProblem::OnlyId { title: title.clone() });
    assert_eq!(problem("aws", &format!("{AWS_ID} AKIAI44QH8DHBEXAMPLE {AWS_SECRET}")), PasteProblem::SeveralKeys);
    let two_secrets =
        format!("aws_secret_access_key={AWS_SECRET}\naws_secret_access_key={}", AWS_SECRET.replace('w', "v"));
    assert_eq!(problem("aws", &two_secrets), PasteProblem::SeveralKeys);
    let temporary = PasteProblem::Temporary { title: title.clone(), example: example.clone() };
    assert_eq!(problem("aws", &format!("ASIAIOSFODNN7EXAMPLE {AWS_SECRET}")), temporary);
    assert_eq!(
        problem("aws", "wJalrXUtnFEMI/K7MDENG"),
        PasteProblem::NotTheSecret { service: "Amazon Web Services".to_owned() }
    );
    assert!(matches!(problem("aws", GITHUB_EXAMPLE), PasteProblem::OtherService { .. }));

    let id = |typed, pasted| check_key_id(connector("aws"), typed, pasted);
    assert_eq!(id(Some(" AKIAIOSFODNN7EXAMPLE "), None), Ok(Some(AWS_ID.to_owned())));
    assert_eq!(id(None, Some(AWS_ID)), Ok(Some(AWS_ID.to_owned())));
    assert_eq!(id(Some(AWS_ID), Some(AWS_ID)), Ok(Some(AWS_ID.to_owned())));
    assert_eq!(id(Some("AKIAI44QH8DHBEXAMPLE"), Some(AWS_ID)), Err(PasteProblem::AnotherId { title: title.clone() }));
    assert_eq!(id(Some(" "), None), Err(PasteProblem::IdMissing { title: title.clone(), example: example.clone() }));
    assert_eq!(id(Some(AWS_SECRET), None), Err(PasteProblem::NotAnId { title, example }));
    assert_eq!(id(Some("ASIAIOSFODNN7EXAMPLE"), None), Err(temporary));
    assert_eq!(check_key_id(connector("github"), Some("anything"), None), Ok(None));
}
