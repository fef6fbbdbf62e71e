//! Looking into the log: pages, filters, and files of it.

use storm_domain::port::Vault as _;
use storm_domain::{ActivityKind, ActivityTopic, ErrorCode, Event, Failure, IntegrationId, Timestamp};
use storm_engine::view::{ActivityFilter, ActivityQuery, ExportFormat};
use uuid::Uuid;

use crate::rig::Rig;

const CRM: IntegrationId = IntegrationId(Uuid::from_u128(1));

async fn filled(entries: u64) -> Rig {
    let rig = Rig::start().await;
    for number in 1..=entries {
        let what = match number % 100 {
            0 => ActivityKind::Lent { consumer: format!("tool-{number}") },
            50 => ActivityKind::OddAnswer { what: "no token type".to_owned() },
            _ => ActivityKind::Refreshed { took_ms: None },
        };
        let (id, name) = if number % 2 == 0 { (Some(CRM), "CRM") } else { (None, "") };
        let at = Timestamp(i64::try_from(number).unwrap());
        rig.vault.append_activity(id, name, &what, at).await.unwrap();
    }
    rig
}

async fn all_pages(rig: &Rig, filter: &ActivityFilter) -> (Vec<u64>, usize) {
    let (mut sequences, mut pages, mut before) = (Vec::new(), 0, None);
    loop {
        let query = ActivityQuery { filter: filter.clone(), before, after: None };
        let page = rig.engine.activity_page(&query).await.unwrap();
        sequences.extend(page.entries.iter().map(|entry| entry.sequence));
        pages += 1;
        before = page.older;
        if before.is_none() {
            return (sequences, pages);
        }
    }
}

#[tokio::test]
async fn pages_hold_every_entry_once_newest_first() {
    let rig = filled(450).await;
    let (sequences, pages) = all_pages(&rig, &ActivityFilter::default()).await;
    assert_eq!(sequences, (1..=450).rev().collect::<Vec<_>>());
    assert_eq!(pages, 3);
}

#[tokio::test]
async fn a_page_is_not_moved_by_what_happens_meanwhile() {
    let rig = filled(250).await;
    let first = rig.engine.activity_page(&ActivityQuery::default()).await.unwrap();
    rig.vault.append_activity(None, "", &ActivityKind::Paused, Timestamp(0)).await.unwrap();
    let next = ActivityQuery { before: first.older, ..ActivityQuery::default() };
    let second = rig.engine.activity_page(&next).await.unwrap();
    assert_eq!(first.entries.last().unwrap().sequence, second.entries[0].sequence + 1);
    let newer = ActivityQuery { after: first.newest, ..ActivityQuery::default() };
    let newer = rig.engine.activity_page(&newer).await.unwrap();
    assert_eq!(newer.entries.iter().map(|entry| entry.sequence).collect::<Vec<_>>(), [251]);
    assert_eq!((newer.older, newer.newest), (None, Some(251)));
}

#[tokio::test]
async fn filters_go_together() {
    let rig = filled(1_000).await;
    let lending = ActivityFilter { topic: Some(ActivityTopic::Lending), ..ActivityFilter::default() };
    assert_eq!(all_pages(&rig, &lending).await.0, (1..=10).rev().map(|number| number * 100).collect::<Vec<_>>());
    let text = ActivityFilter { text: " crm TOOL-700 ".to_owned(), ..lending.clone() };
    assert_eq!(all_pages(&rig, &text).await.0, [700]);
    let since = ActivityFilter { since: Some(Timestamp(900)), ..lending.clone() };
    assert_eq!(all_pages(&rig, &since).await.0, [1_000, 900]);
    let of_nobody = ActivityFilter { integration_id: Some(IntegrationId(Uuid::nil())), ..lending };
    assert_eq!(all_pages(&rig, &of_nobody).await.0, Vec::<u64>::new());
    let sentence = ActivityFilter { text: "sent an odd answer".to_owned(), ..ActivityFilter::default() };
    assert_eq!(all_pages(&rig, &sentence).await.0.len(), 10);
}

#[tokio::test]
async fn one_question_looks_through_a_part_of_the_log_and_says_where_to_go_on() {
    let rig = filled(10_500).await;
    let rare = ActivityFilter { text: "tool-100".to_owned(), ..ActivityFilter::default() };
    let first = rig.engine.activity_page(&ActivityQuery { filter: rare.clone(), ..ActivityQuery::default() }).await;
    let first = first.unwrap();
    assert_eq!(first.older, Some(501));
    assert_eq!(first.newest, Some(10_500));
    let (found, pages) = all_pages(&rig, &rare).await;
    // It stands at the beginning of others as well.
    assert_eq!(found, [10_000, 1_000, 100]);
    assert_eq!(pages, 2);
}

#[tokio::test]
async fn a_file_holds_what_the_filter_shows() {
    let rig = filled(450).await;
    let filter = ActivityFilter { integration_id: Some(CRM), ..ActivityFilter::default() };
    let mut csv = String::new();
    let write = |text: &str| {
        csv.push_str(text);
        Ok(())
    };
    let exported = rig.engine.export_activity(filter.clone(), ExportFormat::Csv, write).await.unwrap();
    assert_eq!(exported, 225);
    let lines: Vec<&str> = csv.split_terminator("\r\n").collect();
    assert_eq!(lines[0], "sequence,time,integration,kind,text");
    assert_eq!(lines.len(), 226);
    assert_eq!(lines[1], "450,1970-01-01T00:00:00.45Z,CRM,odd_answer,The service sent an odd answer: no token type");

    let mut lines = Vec::new();
    let write = |text: &str| {
        lines.push(serde_json::from_str::<serde_json::Value>(text).unwrap());
        Ok(())
    };
    rig.engine.export_activity(filter, ExportFormat::JsonLines, write).await.unwrap();
    assert_eq!(lines.len(), 225);
    assert_eq!((&lines[0]["sequence"], &lines[0]["integration"]), (&450.into(), &"CRM".into()));
}

#[tokio::test]
async fn a_file_that_cannot_be_written_ends_the_export_at_once() {
    let rig = filled(450).await;
    let mut calls = 0;
    let write = |_: &str| {
        calls += 1;
        Err(Failure::new(ErrorCode::DiskFull, "full", None))
    };
    let exported = rig.engine.export_activity(ActivityFilter::default(), ExportFormat::JsonLines, write).await;
    assert_eq!(exported.unwrap_err().code, ErrorCode::DiskFull);
    assert_eq!(calls, 1);
}

#[tokio::test]
async fn what_is_lent_is_told_once_it_is_in_the_log() {
    let rig = Rig::start().await;
    let id = rig.add_key(&rig.make_key().await).await;
    rig.engine.set_lending(id, true).await.unwrap();
    rig.events.clear();
    rig.engine.lend(&id.to_string(), "git", None).await.unwrap();
    rig.events.wait_for(|event| *event == Event::ActivityAdded).await;
    let newest = rig.engine.activity_page(&ActivityQuery::default()).await.unwrap();
    assert_eq!(newest.entries[0].what, ActivityKind::Lent { consumer: "git".to_owned() });
}
