//! Looking for damage in an open vault: a database that was taken away, pages that cannot be read, records that do not open.
//!
//! INVARIANT: looking changes nothing, and what cannot be read keeps nothing else from being read.

use std::path::PathBuf;

use storm_domain::{GenerationNumber, IntegrationId, Timestamp, VaultError};
use uuid::Uuid;

use crate::fault::of_sqlx;
use crate::{SqliteVault, backup};

/// How many credentials are opened between two looks at other work.
const OPENED_AT_ONCE: i64 = 200;

/// An integration as it is looked at: ordinal, id, whether its row reads, and its credential in use.
type Looked = (i64, String, bool, Option<i64>, Option<Vec<u8>>);

impl SqliteVault {
    /// Waits until a write finds the database damaged, deleted or replaced. The write itself has failed then.
    pub async fn wait_for_damage(&self) {
        // The sender is held by the writer's handle, which lives as long as this.
        let _ = self.writer.damaged.subscribe().wait_for(|damaged| *damaged).await;
    }

    /// Makes a copy of what this process can still read, although the database's file is not in its place any more: the
    /// newest state there is. Kept among the backups.
    pub async fn rescue(&self, at: Timestamp) -> Result<PathBuf, VaultError> {
        backup::make_from(&mut *self.reader().await?, self.folder(), at).await
    }

    /// The integrations whose row, or whose credential in use, does not open.
    pub async fn damaged_records(&self) -> Result<Vec<IntegrationId>, VaultError> {
        let mut damaged = Vec::new();
        let mut after = 0;
        loop {
            let rows: Vec<Looked> = sqlx::query_as(
                "SELECT ordinal, id, json_valid(row), number, sealed_credential FROM integration
                 LEFT JOIN generation ON integration_id = id AND phase = 'active'
                 WHERE ordinal > ?1 ORDER BY ordinal LIMIT ?2",
            )
            .bind(after)
            .bind(OPENED_AT_ONCE)
            .fetch_all(&mut *self.reader().await?)
            .await
            .map_err(of_sqlx)?;
            let Some((last, ..)) = rows.last() else { return Ok(damaged) };
            after = *last;
            for (_, id, is_readable, number, sealed) in rows {
                let Ok(id) = Uuid::parse_str(&id).map(IntegrationId) else { continue };
                let opens = match (number, sealed) {
                    (Some(number), Some(sealed)) => {
                        self.seal.open_credential(id, GenerationNumber(number.cast_unsigned()), &sealed).is_ok()
                    }
                    _ => true, // not connected
                };
                if !(is_readable && opens) {
                    damaged.push(id);
                }
            }
            tokio::task::yield_now().await;
        }
    }
}
