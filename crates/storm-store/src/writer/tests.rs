use super::*;

async fn writer(directory: &tempfile::TempDir) -> Writer {
    let folder = VaultFolder::new(directory.path());
    let lock = VaultLock::try_lock(&folder).unwrap();
    let mut connection = database::connect(&folder).await.unwrap();
    database::migrate(&mut connection).await.unwrap();
    Writer::start(folder, connection, lock)
}

async fn insert(writer: &Writer, id: &'static str) -> Result<(), VaultError> {
    let insert = sqlx::query("INSERT INTO registration (id, row) VALUES (?1, '')").bind(id);
    let inserted = writer.write(move |connection| {
        Box::pin(async move { insert.execute(connection).await.map(|_| ()).map_err(fault::of_sqlx) })
    });
    inserted.await
}

async fn count(writer: &Writer) -> i64 {
    let count = sqlx::query_scalar("SELECT count(*) FROM registration");
    let counted = writer
        .write(move |connection| Box::pin(async move { count.fetch_one(connection).await.map_err(fault::of_sqlx) }));
    counted.await.unwrap()
}

/// As SQLite does when the disk is full: it rolls back by itself.
async fn lose_the_transaction(writer: &Writer) -> Result<(), VaultError> {
    let lost = writer.write(|connection| {
        Box::pin(async move { execute(connection, "ROLLBACK").await.and(Err(VaultError::DiskFull)) })
    });
    lost.await
}

#[tokio::test]
async fn writes_that_wait_together_are_refused_together_when_their_transaction_is_lost() {
    let directory = tempfile::tempdir().unwrap();
    let writer = writer(&directory).await;
    let (before, lost) = tokio::join!(insert(&writer, "before"), lose_the_transaction(&writer));
    assert_eq!((before, lost), (Err(VaultError::DiskFull), Err(VaultError::DiskFull)));
    assert_eq!(count(&writer).await, 0);
    insert(&writer, "after").await.unwrap();
    assert_eq!(count(&writer).await, 1);
}

/// Two rows, with all that belongs to the transaction in the same command.
async fn insert_in_turn(writer: &Writer, sql: &'static str) -> Result<bool, VaultError> {
    let inserted = writer.write_in_turn(move |turn| {
        Box::pin(async move {
            turn.send_last(sql, |command| command.bind("first").bind("second")).await?;
            Ok(turn.commit.is_some())
        })
    });
    inserted.await
}

const TWO: &str =
    "INSERT INTO registration (id, row) VALUES ($1, ''); INSERT INTO registration (id, row) VALUES ($2, '')";

#[tokio::test]
async fn who_is_alone_commits_with_its_last_command_and_who_is_not_commits_with_the_others() {
    let directory = tempfile::tempdir().unwrap();
    let writer = writer(&directory).await;
    assert_eq!(insert_in_turn(&writer, TWO).await, Ok(true));
    assert_eq!(count(&writer).await, 2);
    let again = "INSERT INTO registration (id, row) VALUES ($1 || '+', ''); SELECT $2";
    let (in_turn, after) = tokio::join!(insert_in_turn(&writer, again), insert(&writer, "after"));
    assert_eq!((in_turn, after), (Ok(false), Ok(())));
    assert_eq!(count(&writer).await, 4);
}

#[tokio::test]
async fn a_last_command_that_fails_half_way_leaves_nothing_and_harms_nobody_else() {
    let directory = tempfile::tempdir().unwrap();
    let writer = writer(&directory).await;
    insert(&writer, "second").await.unwrap();
    assert!(insert_in_turn(&writer, TWO).await.is_err());
    assert_eq!(count(&writer).await, 1);
    let (before, failed, after) =
        tokio::join!(insert(&writer, "before"), insert_in_turn(&writer, TWO), insert(&writer, "after"));
    assert_eq!((before, after), (Ok(()), Ok(())));
    assert!(failed.is_err());
    assert_eq!(count(&writer).await, 3);
}

#[tokio::test]
async fn a_commit_that_fails_with_the_last_command_takes_back_what_came_before_it() {
    let directory = tempfile::tempdir().unwrap();
    let writer = writer(&directory).await;
    // The reference is checked by COMMIT, not by the statement.
    let dangling = "PRAGMA defer_foreign_keys = ON; INSERT INTO registration (id, row) VALUES ($1 || $2, '');
        INSERT INTO lease (integration_id, fencing, boot, deadline) VALUES ('nobody', 1, '', 0)";
    let (before, failed) = tokio::join!(insert(&writer, "before"), insert_in_turn(&writer, dangling));
    assert!(before.is_err() && failed.is_err());
    assert_eq!(count(&writer).await, 0);
    insert(&writer, "after").await.unwrap();
    assert_eq!(count(&writer).await, 1);
}

#[tokio::test]
async fn after_closing_the_lock_is_free_and_every_write_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let writer = writer(&directory).await;
    insert(&writer, "one").await.unwrap();
    writer.close().await;
    writer.close().await;
    assert_eq!(insert(&writer, "two").await.unwrap_err(), VaultError::Locked);
    VaultLock::try_lock(&VaultFolder::new(directory.path())).unwrap();
}
