//! Ten thousand integrations and a million log entries: what a single interaction costs must not grow with them. Counted in
//! steps of SQLite's own machine, which no other program's work can disturb.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::{Connection as _, SqliteConnection};
use storm_crypto::MasterKey;
use storm_domain::{
    ActivityKind, ActivityPortion, GenerationNumber, GenerationPhase, IntegrationId, LeaseOwner, RefreshIntent,
    Timestamp, VaultError,
};
use storm_testkit::{oauth_grant, oauth_integration};
use tokio::time::Instant;
use uuid::Uuid;

use crate::seal::Seal;
use crate::writer::in_turn;
use crate::{VaultFolder, activity, basis, database, generation, grant, integration, lease};

const NOW: Timestamp = Timestamp(1_767_225_600_000);
const PAGE: u32 = 100;

/// The one whose interactions are counted; it is as old as the others.
const ONE: IntegrationId = IntegrationId(Uuid::from_u128(7));

struct Filled {
    connection: SqliteConnection,
    seal: Seal,
    _directory: tempfile::TempDir,
}

/// Copies of one integration with its credential, and log entries of all of them in turn. The chain is not that of a real log.
const FILL: &str = "
    WITH RECURSIVE n(n) AS (SELECT 100 UNION ALL SELECT n + 1 FROM n WHERE n < 99 + ?1)
        INSERT INTO integration (id, revision, last_generation, row)
        SELECT printf('00000000-0000-0000-0000-%012d', n), 1, 1, json_set(row, '$.name', 'Other ' || n)
        FROM n, (SELECT row FROM integration LIMIT 1);
    INSERT INTO generation SELECT o.id, 1, 'active', kind, sealed_credential, sealed_summary, created_at, changed_at
        FROM integration o, generation WHERE o.ordinal > 1;
    INSERT INTO lease (integration_id, fencing, boot, deadline) SELECT id, 1, 'boot', 0 FROM integration;
    WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?2)
        INSERT INTO activity (at, integration_id, name, what, previous, link)
        SELECT n, printf('00000000-0000-0000-0000-%012d', iif(n % ?1 = 0, 7, 100 + n % ?1)), 'Other', '?3', zeroblob(32),
            zeroblob(32) FROM n;";

impl Filled {
    async fn with(integrations: i64, entries: i64) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut connection = database::connect(&VaultFolder::new(directory.path())).await.unwrap();
        database::migrate(&mut connection).await.unwrap();
        let seal = Seal::new(MasterKey::make().unwrap(), Uuid::nil());
        let credential = storm_domain::Credential::OAuthGrant(oauth_grant("access", Some("refresh")));
        let mut transaction = connection.begin().await.unwrap();
        integration::insert(&mut transaction, oauth_integration(7)).await.unwrap();
        generation::insert(&mut transaction, &seal, ONE, &credential, GenerationPhase::Active, NOW).await.unwrap();
        let what = serde_json::to_string(&ActivityKind::Refreshed { took_ms: None }).unwrap();
        let fill =
            FILL.replace("?1", &integrations.to_string()).replace("?2", &entries.to_string()).replace("?3", &what);
        sqlx::raw_sql(sqlx::AssertSqlSafe(fill)).execute(&mut *transaction).await.unwrap();
        transaction.commit().await.unwrap();
        Self { connection, seal, _directory: directory }
    }

    /// How many steps some work takes.
    async fn steps<T>(
        &mut self,
        work: impl AsyncFnOnce(&mut SqliteConnection, &Seal) -> Result<T, VaultError>,
    ) -> (u64, T) {
        let steps = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&steps);
        self.connection.lock_handle().await.unwrap().set_progress_handler(1, move || {
            counted.fetch_add(1, Ordering::Relaxed);
            true
        });
        let done = work(&mut self.connection, &self.seal).await.unwrap();
        self.connection.lock_handle().await.unwrap().remove_progress_handler();
        (steps.load(Ordering::Relaxed), done)
    }

    /// What people and tools do, each with its cost.
    async fn interactions(&mut self) -> Vec<(&'static str, u64)> {
        let mut costs = Vec::new();
        let (cost, page) = self.steps(async |connection, _| activity::newest(connection, None, PAGE).await).await;
        assert_eq!(page.len(), PAGE as usize);
        costs.push(("a page of the log", cost));
        let page = self.steps(async |connection, _| activity::newest(connection, Some(ONE), PAGE).await).await;
        costs.push(("a page of the log of one integration", page.0));
        let middle = |integration_id| ActivityPortion {
            integration_id,
            before: Some(10_000),
            limit: PAGE,
            ..Default::default()
        };
        let older = self.steps(async |connection, _| activity::portion(connection, &middle(None)).await).await;
        costs.push(("an older page of the log", older.0));
        let older = self.steps(async |connection, _| activity::portion(connection, &middle(Some(ONE))).await).await;
        costs.push(("an older page of the log of one integration", older.0));
        let one = self.steps(async |connection, _| integration::one(connection, ONE).await).await;
        costs.push(("a page of an integration", one.0));
        let infos = self.steps(async |connection, seal| generation::infos(connection, seal, ONE).await).await;
        costs.push(("the credentials of an integration", infos.0));
        let (cost, called) =
            self.steps(async |connection, _| integration::called(connection, "INTEGRATION 7").await).await;
        assert_eq!(called.iter().map(|row| row.id).collect::<Vec<_>>(), [ONE]);
        costs.push(("finding what a tool asks for", cost));
        let handed =
            self.steps(async |connection, seal| generation::with_secret(connection, seal, ONE, None).await).await;
        costs.push(("handing it out", handed.0));
        let basis = self.steps(async |connection, seal| basis::read(connection, seal, ONE).await).await;
        costs.push(("what a refresh starts from", basis.0));
        let renamed = self.steps(async |connection, _| {
            let mut row = integration::one(connection, ONE).await?;
            row.name.push('+');
            integration::update(connection, row).await
        });
        costs.push(("a new name", renamed.await.0));
        let refreshed = self.steps(async |connection, seal| refresh(connection, seal).await).await;
        costs.push(("a refresh", refreshed.0));
        costs
    }
}

async fn refresh(connection: &mut SqliteConnection, seal: &Seal) -> Result<(), VaultError> {
    let owner = LeaseOwner { process: "this".to_owned(), boot: "boot".to_owned() };
    let expected = Some(GenerationNumber(1));
    let intent = RefreshIntent { integration_id: ONE, generation: expected, at: NOW, retries: 0 };
    let lease = in_turn(connection, async |turn| lease::begin(turn, &intent, &owner, NOW, NOW).await).await?;
    let grant = oauth_grant("next", Some("next"));
    let log = vec![ActivityKind::Refreshed { took_ms: None }];
    let commit = grant::Commit { lease, expected, grant, event: None, log, at: NOW };
    in_turn(connection, async |turn| grant::commit(turn, seal, commit).await).await.map(drop)
}

#[tokio::test]
async fn f111_no_interaction_costs_more_among_ten_thousand_integrations_and_a_million_entries() {
    let mut few = Filled::with(100, 20_000).await;
    let mut many = Filled::with(10_000, 1_000_000).await;
    let (of_few, of_many) = (few.interactions().await, many.interactions().await);
    for ((what, few), (_, many)) in of_few.into_iter().zip(of_many) {
        assert!(few > 5, "{what}: nothing was counted");
        assert!(many <= few + few / 10 + 20, "{what}: {many} steps instead of {few}");
        assert!(many < 20 * u64::from(PAGE), "{what}: {many} steps");
    }
}

#[tokio::test]
async fn f111_the_list_costs_so_much_for_each_row_and_no_more() {
    let mut many = Filled::with(10_000, 1_000).await;
    let begun = Instant::now();
    let (cost, rows) = many.steps(async |connection, _| integration::all(connection).await).await;
    let took = begun.elapsed();
    assert_eq!(rows.len(), 10_001);
    assert!(cost < 10 * rows.len() as u64, "{cost} steps");
    let bytes: usize = rows.iter().map(|row| serde_json::to_string(row).unwrap().len()).sum();
    assert!(bytes < 20 << 20, "{bytes} bytes");
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[tokio::test]
async fn f111_a_start_looks_only_at_what_was_left_half_done() {
    let mut many = Filled::with(10_000, 1_000).await;
    let leave = "UPDATE integration SET row = json_set(row, '$.state.state', 'authorizing') WHERE ordinal = 5000;
        UPDATE integration SET row = json_set(row, '$.trashed_at', 1) WHERE ordinal = 6000;
        UPDATE integration SET row = '{' WHERE ordinal = 7000;
        INSERT INTO generation SELECT id, 2, 'staged', kind, sealed_credential, sealed_summary, created_at, changed_at
            FROM integration JOIN generation ON integration_id = id WHERE ordinal = 8000";
    sqlx::raw_sql(leave).execute(&mut many.connection).await.unwrap();
    let (cost, found) = many.steps(async |connection, _| integration::unsettled(connection).await).await;
    assert_eq!(found.len(), 3);
    assert!(cost < 500, "{cost} steps");
}

#[tokio::test]
async fn f111_a_log_that_is_far_too_long_is_shortened_in_portions() {
    let mut many = Filled::with(100, 1_000_000).await;
    let mut before = 1_000_000;
    let mut sequence = 1_000_000;
    let mut removed = 0;
    for _ in 0..3 {
        loop {
            let appended = many.steps(async |connection, seal| {
                activity::append(connection, seal, None, String::new(), &ActivityKind::Refreshed { took_ms: None }, NOW)
                    .await
            });
            let cost = appended.await.0;
            assert!(cost < 200_000, "{cost} steps while everybody waits");
            sequence += 1;
            if sequence % 1_000 == 0 {
                break;
            }
        }
        let now: i64 =
            sqlx::query_scalar("SELECT count(*) FROM activity").fetch_one(&mut many.connection).await.unwrap();
        removed += before + 1_000 - now;
        before = now;
    }
    assert!((3_000..=7_000).contains(&removed), "{removed} entries were removed");
}

#[tokio::test]
async fn f111_what_is_asked_by_name_or_read_in_pages_goes_by_an_index() {
    let mut few = Filled::with(100, 1_000).await;
    let of_one = "SELECT sequence FROM activity WHERE integration_id = ?1 ORDER BY sequence DESC LIMIT ?2";
    let by_index = [
        (integration::CALLED, "integration_name"),
        (of_one, "activity_of_integration"),
        (activity::PORTION_OF_ONE, "activity_of_integration"),
    ];
    for (query, index) in by_index {
        let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {query}"));
        let plan: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(explain).bind("x").fetch_all(&mut few.connection).await.unwrap();
        let plan: Vec<String> = plan.into_iter().map(|step| step.3).collect();
        assert!(plan.iter().any(|step| step.contains(index)), "{plan:?}");
        assert!(plan.iter().all(|step| !step.starts_with("SCAN")), "{plan:?}");
    }
}
