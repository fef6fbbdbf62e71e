//! Every shape of the grammar, really sent to the real engine: whatever is odd about an answer, the refresh token in it is the
//! one that is stored afterwards; without one, the one before stays. `make odd-answers` prints the last line.

use std::collections::HashSet;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use storm_domain::port::Clock as _;
use storm_domain::{ActivityKind, ErrorCode, Failure};
use storm_engine::view::StatusView;
use storm_sandbox::Step;

use crate::grammar::Shape;
use crate::scene::Scene;

const TEN_YEARS: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// What was not as it must be after this answer.
async fn faults(scene: &Scene, shape: Shape, number: usize, result: Result<(), Failure>, before: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut must = |holds: bool, what: String| {
        if !holds {
            faults.push(what);
        }
    };
    let stored = scene.stored().await;
    let expected = shape.refresh_token_of(number).unwrap_or(before.to_owned());
    must(stored.refresh_token == expected, format!("stored {:?} instead of {expected:?}", stored.refresh_token));
    let lifetime = stored.expires_at.map(|end| end.0 - scene.rig.clock.now().0);
    let longest = i64::try_from(TEN_YEARS.as_millis()).unwrap();
    must(lifetime.is_none_or(|lifetime| (0..=longest).contains(&lifetime)), format!("lifetime {lifetime:?}"));
    let status = scene.status().await;
    must(matches!(status, StatusView::Connected | StatusView::Retrying { .. }), format!("{status:?}"));
    if let Err(failure) = &result {
        must(failure.code == ErrorCode::ServiceUnreachable, format!("{failure:?}"));
    }
    if let Some(oddity) = shape.oddity() {
        let newest = scene.rig.engine.activity(Some(scene.id), 3).await.unwrap();
        let said = newest.iter().find_map(|entry| match &entry.what {
            ActivityKind::OddAnswer { what } => Some(what.as_str()),
            _ => None,
        });
        must(said.is_some_and(|said| said.contains(oddity)), format!("{said:?} does not name {oddity:?}"));
    }
    faults
}

#[tokio::test]
async fn o36_every_odd_answer_leaves_the_newest_refresh_token() {
    let scene = Scene::set().await;
    let shapes = Shape::all();
    let distinct: HashSet<Vec<u8>> = shapes.iter().map(|shape| shape.bytes(0)).collect();
    assert_eq!(distinct.len(), shapes.len(), "no shape is counted twice");
    let (mut carried, mut kept, mut panics, mut wrong) = (0, 0, 0, String::new());
    for (number, &shape) in shapes.iter().enumerate() {
        let before = scene.stored().await.refresh_token;
        let raw_base64 = Some(BASE64_STANDARD.encode(shape.bytes(number)));
        scene.rig.next_token_answer(Step { raw_base64, ..Step::default() });
        let (engine, id) = (Arc::clone(&scene.rig.engine), scene.id);
        // A task of its own: a panic is counted and does not end the test.
        let result = tokio::spawn(async move { engine.refresh_integration(id).await }).await;
        carried += usize::from(shape.refresh_token_of(number).is_some());
        let faults = match result {
            Ok(result) => faults(&scene, shape, number, result, &before).await,
            Err(_) => {
                panics += 1;
                vec!["panicked".to_owned()]
            }
        };
        match faults.is_empty() {
            true => kept += 1,
            false => wrong += &format!("{}: {}\n", shape.name(), faults.join("; ")),
        }
    }
    let others = shapes.len() - carried;
    // Past the harness: this is what `make odd-answers` prints.
    let mut output = std::io::stdout();
    writeln!(output, "odd answers: {carried} carry a refresh token, {others} carry none and leave the one before")
        .unwrap();
    writeln!(output, "odd answers: {} shapes, {kept} kept, {panics} panics", shapes.len()).unwrap();
    assert!(wrong.is_empty() && panics == 0, "{wrong}");
    assert!(shapes.len() >= 200 && carried >= 200, "{} shapes", shapes.len());
}
