//! The activity log, as a chain.
//!
//! Each entry's link covers the link before it and the entry's own content, under a key that only an opened vault has. A
//! changed, removed or inserted entry shows; the oldest ones may go, because each entry also holds its predecessor's link.

use sqlx::SqliteConnection;
use storm_crypto::ChainLink;
use storm_domain::{
    ActivityEntry, ActivityKind, ActivityPortion, IntegrationId, LinkedActivity, Timestamp, VaultError,
};
use uuid::Uuid;

use crate::fault::of_sqlx;
use crate::seal::Seal;
use crate::writer::Command;

/// How many entries are kept: some years of a busy vault, some ten megabytes.
const ENTRIES_KEPT: i64 = 100_000;
/// Old entries go in portions.
const PRUNED_AT_ONCE: i64 = 1_000;

/// What the chain says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainVerdict {
    /// Every entry is as it was written.
    Intact {
        /// How many there are.
        entries: u64,
    },
    /// An entry was changed, removed or inserted.
    Broken {
        /// The first entry that does not fit.
        sequence: u64,
    },
}

/// An entry as it is stored: sequence, time, integration, name, what.
type Row = (i64, i64, Option<String>, String, String);
/// The same with its predecessor's link and its own.
type LinkedRow = (i64, i64, Option<String>, String, String, Vec<u8>, Vec<u8>);

fn link(seal: &Seal, previous: &ChainLink, (sequence, at, id, name, what): &Row) -> ChainLink {
    let id = id.as_deref().unwrap_or_default();
    let parts: [&[u8]; 5] =
        [&sequence.to_be_bytes(), &at.to_be_bytes(), id.as_bytes(), name.as_bytes(), what.as_bytes()];
    seal.chain.link(previous, &parts)
}

fn stored_link(bytes: &[u8]) -> Option<ChainLink> {
    bytes.try_into().ok().map(ChainLink)
}

/// Where the next entry goes: the sequence and link of the last one.
pub(crate) struct End(Option<(i64, ChainLink)>);

/// The two columns of [`End`]. No sequence is given twice: where entries were cut off the end, a gap goes on telling it.
macro_rules! end_of_activity {
    () => {
        "(SELECT max(sequence, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'activity'), 0))
            FROM activity ORDER BY sequence DESC LIMIT 1),
         (SELECT link FROM activity ORDER BY sequence DESC LIMIT 1)"
    };
}
pub(crate) use end_of_activity;

/// An entry with its links, to be inserted.
pub(crate) struct Entry {
    row: Row,
    previous: ChainLink,
    link: ChainLink,
}

/// Parameters: 1 integration, 2 time, then those of [`Entry::bind`]. Nothing is inserted where they are missing.
macro_rules! insert_activity {
    () => {
        "INSERT INTO activity (sequence, at, integration_id, name, what, previous, link)
            SELECT $3, $2, $1, $4, $5, $6, $7 WHERE $3 IS NOT NULL"
    };
}
pub(crate) use insert_activity;

impl End {
    pub(crate) fn read((sequence, link): (Option<i64>, Option<Vec<u8>>)) -> Result<Self, VaultError> {
        let last = sequence.zip(link);
        let read = last.map(|(sequence, link)| Some((sequence, stored_link(&link)?)));
        Ok(Self(read.map(|read| read.ok_or(VaultError::Damaged)).transpose()?))
    }

    /// The entry that follows, which is the end from now on.
    pub(crate) fn next(
        &mut self,
        seal: &Seal,
        id: Option<IntegrationId>,
        name: String,
        what: &ActivityKind,
        at: Timestamp,
    ) -> Result<Entry, VaultError> {
        let (last, previous) = self.0.take().unwrap_or((0, ChainLink::START));
        let what = serde_json::to_string(what).map_err(|_| VaultError::Damaged)?;
        let row: Row = (last + 1, at.0, id.map(|id| id.to_string()), name, what);
        let link = link(seal, &previous, &row);
        self.0 = Some((row.0, link));
        Ok(Entry { row, previous, link })
    }
}

impl Entry {
    /// Binds the five parameters from `$3` on; NULL for no entry.
    pub(crate) fn bind(entry: Option<Self>, command: Command) -> Command {
        let Some(Self { row: (sequence, _, _, name, what), previous, link }) = entry else {
            let command = command.bind(None::<i64>).bind(None::<String>).bind(None::<String>);
            return command.bind(None::<Vec<u8>>).bind(None::<Vec<u8>>);
        };
        command.bind(sequence).bind(name).bind(what).bind(previous.0.to_vec()).bind(link.0.to_vec())
    }

    pub(crate) async fn insert(self, connection: &mut SqliteConnection) -> Result<(), VaultError> {
        self.prune(connection).await?;
        let command = sqlx::query(insert_activity!()).bind(self.row.2.clone()).bind(self.row.1);
        Self::bind(Some(self), command).execute(connection).await.map_err(of_sqlx)?;
        Ok(())
    }

    /// Makes room for the entry, now and then.
    pub(crate) async fn prune(&self, connection: &mut SqliteConnection) -> Result<(), VaultError> {
        let sequence = self.row.0;
        if sequence % PRUNED_AT_ONCE == 0 {
            // No more than two portions: where there are far too many, all of them at once would keep every writer waiting.
            sqlx::query("DELETE FROM activity WHERE sequence <= min(?1, (SELECT min(sequence) FROM activity) + ?2)")
                .bind(sequence - ENTRIES_KEPT)
                .bind(2 * PRUNED_AT_ONCE)
                .execute(connection)
                .await
                .map_err(of_sqlx)?;
        }
        Ok(())
    }
}

pub(crate) async fn append(
    connection: &mut SqliteConnection,
    seal: &Seal,
    id: Option<IntegrationId>,
    name: String,
    what: &ActivityKind,
    at: Timestamp,
) -> Result<(), VaultError> {
    let end = sqlx::query_as(concat!("SELECT ", end_of_activity!())).fetch_one(&mut *connection).await;
    End::read(end.map_err(of_sqlx)?)?.next(seal, id, name, what, at)?.insert(connection).await
}

pub(crate) async fn newest(
    connection: &mut SqliteConnection,
    id: Option<IntegrationId>,
    limit: u32,
) -> Result<Vec<ActivityEntry>, VaultError> {
    let rows: Vec<Row> = match id {
        Some(id) => {
            sqlx::query_as(
                "SELECT sequence, at, integration_id, name, what FROM activity
                 WHERE integration_id = ?1 ORDER BY sequence DESC LIMIT ?2",
            )
            .bind(id.to_string())
            .bind(limit)
            .fetch_all(connection)
            .await
        }
        None => {
            sqlx::query_as(
                "SELECT sequence, at, integration_id, name, what FROM activity ORDER BY sequence DESC LIMIT ?1",
            )
            .bind(limit)
            .fetch_all(connection)
            .await
        }
    }
    .map_err(of_sqlx)?;
    Ok(rows.into_iter().map(entry).collect())
}

/// Two texts, so that the part of one integration goes by its index; a bound that is not asked for leaves everything in.
pub(crate) const PORTION: &str = "SELECT sequence, at, integration_id, name, what, previous, link FROM activity
    WHERE sequence < ?1 AND sequence > ?2 AND at >= ?3 ORDER BY sequence DESC LIMIT ?4";
pub(crate) const PORTION_OF_ONE: &str = "SELECT sequence, at, integration_id, name, what, previous, link FROM activity
    WHERE integration_id = ?5 AND sequence < ?1 AND sequence > ?2 AND at >= ?3 ORDER BY sequence DESC LIMIT ?4";

pub(crate) async fn portion(
    connection: &mut SqliteConnection,
    portion: &ActivityPortion,
) -> Result<Vec<LinkedActivity>, VaultError> {
    let bound = |sequence: u64| i64::try_from(sequence).unwrap_or(i64::MAX);
    let text = if portion.integration_id.is_some() { PORTION_OF_ONE } else { PORTION };
    let mut query = sqlx::query_as(text)
        .bind(portion.before.map_or(i64::MAX, bound))
        .bind(portion.after.map_or(i64::MIN, bound))
        .bind(portion.since.map_or(i64::MIN, |since| since.0))
        .bind(portion.limit);
    if let Some(id) = portion.integration_id {
        query = query.bind(id.to_string());
    }
    let rows: Vec<LinkedRow> = query.fetch_all(connection).await.map_err(of_sqlx)?;
    let linked = |(sequence, at, id, name, what, previous, link): LinkedRow| {
        let content = what.clone();
        LinkedActivity { entry: entry((sequence, at, id, name, what)), content, previous, link }
    };
    Ok(rows.into_iter().map(linked).collect())
}

pub(crate) async fn last_loan(
    connection: &mut SqliteConnection,
    id: IntegrationId,
) -> Result<Option<ActivityEntry>, VaultError> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT sequence, at, integration_id, name, what FROM activity
         WHERE integration_id = ?1 AND json_valid(what) AND what ->> 'kind' = 'lent' ORDER BY sequence DESC LIMIT 1",
    )
    .bind(id.to_string())
    .fetch_optional(connection)
    .await
    .map_err(of_sqlx)?;
    Ok(row.map(entry))
}

/// As [`ActivityKind::is_of_refresh`] has it.
const REFRESHES: &str = "SELECT sequence, at, integration_id, name, what FROM activity
    WHERE integration_id = ?1 AND json_valid(what)
        AND what ->> 'kind' IN ('refreshed', 'refresh_postponed', 'reconnect_needed', 'refresh_recovered')
    ORDER BY sequence DESC LIMIT ?2";

pub(crate) async fn refreshes(
    connection: &mut SqliteConnection,
    id: IntegrationId,
    limit: u32,
) -> Result<Vec<ActivityEntry>, VaultError> {
    let rows: Vec<Row> =
        sqlx::query_as(REFRESHES).bind(id.to_string()).bind(limit).fetch_all(connection).await.map_err(of_sqlx)?;
    Ok(rows.into_iter().map(entry).collect())
}

/// One entry that somebody wrote over hides none of the others.
fn entry((sequence, at, id, name, what): Row) -> ActivityEntry {
    ActivityEntry {
        sequence: sequence.cast_unsigned(),
        at: Timestamp(at),
        integration_id: id.and_then(|id| Uuid::parse_str(&id).ok()).map(IntegrationId),
        integration_name: name,
        what: serde_json::from_str(&what).unwrap_or(ActivityKind::Unreadable),
    }
}

/// Goes through the whole log, a portion at a time.
pub(crate) async fn verify(connection: &mut SqliteConnection, seal: &Seal) -> Result<ChainVerdict, VaultError> {
    let mut last: Option<(i64, ChainLink)> = None;
    let mut entries = 0;
    loop {
        let given = last_given(&mut *connection).await?;
        let rows: Vec<LinkedRow> = sqlx::query_as(
            "SELECT sequence, at, integration_id, name, what, previous, link FROM activity
             WHERE sequence > ?1 ORDER BY sequence LIMIT 1000",
        )
        .bind(last.map_or(0, |(sequence, _)| sequence))
        .fetch_all(&mut *connection)
        .await
        .map_err(of_sqlx)?;
        if rows.is_empty() {
            return Ok(end_of_chain(given, last, entries));
        }
        for (sequence, at, id, name, what, previous, stored) in rows {
            let broken = ChainVerdict::Broken { sequence: sequence.cast_unsigned() };
            let Some(previous) = stored_link(&previous) else { return Ok(broken) };
            let follows = last.is_none_or(|(before, link)| before + 1 == sequence && link.matches(&previous.0));
            let starts = sequence > 1 || previous.matches(&ChainLink::START.0);
            let link = link(seal, &previous, &(sequence, at, id, name, what));
            if !(follows && starts && link.matches(&stored)) {
                return Ok(broken);
            }
            last = Some((sequence, link));
            entries += 1;
        }
    }
}

/// Links the whole log anew under another key, a portion at a time. INVARIANT: what did not fit before does not fit afterwards:
/// an entry that was changed keeps its links as they are, and one whose predecessor is missing keeps that one's.
pub(crate) async fn relink(connection: &mut SqliteConnection, seal: &Seal, next: &Seal) -> Result<(), VaultError> {
    // The last entry: its sequence, its link as it was, and as it is now.
    let mut last: Option<(i64, Vec<u8>, Vec<u8>)> = None;
    loop {
        let rows: Vec<LinkedRow> = sqlx::query_as(
            "SELECT sequence, at, integration_id, name, what, previous, link FROM activity
             WHERE sequence > ?1 ORDER BY sequence LIMIT 1000",
        )
        .bind(last.as_ref().map_or(i64::MIN, |(sequence, ..)| *sequence))
        .fetch_all(&mut *connection)
        .await
        .map_err(of_sqlx)?;
        if rows.is_empty() {
            return Ok(());
        }
        for (sequence, at, id, name, what, previous, stored) in rows {
            let row = (sequence, at, id, name, what);
            let is_as_written =
                stored_link(&previous).is_some_and(|previous| link(seal, &previous, &row).matches(&stored));
            let before = last.take().filter(|(before, was, _)| before + 1 == sequence && *was == previous);
            let previous = before.map_or(previous, |(_, _, now)| now);
            let linked = stored_link(&previous).filter(|_| is_as_written).map(|previous| link(next, &previous, &row));
            let Some(linked) = linked else {
                last = Some((sequence, stored.clone(), stored));
                continue;
            };
            sqlx::query("UPDATE activity SET previous = ?2, link = ?3 WHERE sequence = ?1")
                .bind(sequence)
                .bind(previous)
                .bind(linked.0.as_slice())
                .execute(&mut *connection)
                .await
                .map_err(of_sqlx)?;
            last = Some((sequence, stored, linked.0.to_vec()));
        }
    }
}

/// SQLite remembers the greatest sequence it ever gave.
async fn last_given(connection: &mut SqliteConnection) -> Result<i64, VaultError> {
    let given: Option<i64> = sqlx::query_scalar("SELECT seq FROM sqlite_sequence WHERE name = 'activity'")
        .fetch_optional(connection)
        .await
        .map_err(of_sqlx)?;
    Ok(given.unwrap_or(0))
}

/// Entries cut off the end show by the greatest sequence that was ever given.
fn end_of_chain(given: i64, last: Option<(i64, ChainLink)>, entries: u64) -> ChainVerdict {
    let reached = last.map_or(0, |(sequence, _)| sequence);
    if given > reached {
        return ChainVerdict::Broken { sequence: reached.cast_unsigned() + 1 };
    }
    ChainVerdict::Intact { entries }
}
