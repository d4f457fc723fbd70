//! The database: its tables, and what is done with them.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension, Row, params};
use sio_p2p_protocol::{Args, Arguments, ClientId, EventName};

use crate::store::{AckFunction, Book, Message, MessageId, NewMessage, StoreError, StoreLimits};

/// The version of the tables. It is in the file, so that a later version of this
/// crate can tell what it finds.
const VERSION: i64 = 1;

/// Marks a file as one of ours: "p2pm".
const APPLICATION: i64 = 0x7032_706d;

/// An id is never used twice, even if its message was the last (`AUTOINCREMENT`):
/// a server that has sent a message in an earlier life must not take its late ack for
/// that of another.
const TABLES: &str = "
    CREATE TABLE messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        client TEXT NOT NULL,
        event TEXT NOT NULL,
        args TEXT NOT NULL,
        ack_name TEXT,
        ack_args TEXT,
        expires_ms INTEGER,
        attempts INTEGER NOT NULL DEFAULT 0,
        size INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX messages_by_client ON messages (client, id);
    CREATE INDEX messages_by_expiry ON messages (expires_ms) WHERE expires_ms IS NOT NULL;
    CREATE TABLE attachments (
        message INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        bytes BLOB NOT NULL,
        PRIMARY KEY (message, position)
    ) STRICT, WITHOUT ROWID;
";

/// An open database, and how much is in it.
#[derive(Debug)]
pub(super) struct Database {
    path: String,
    connection: Connection,
    book: Book,
}

impl Database {
    /// Opens a database for this process alone.
    pub(super) fn open(path: &Path, limits: StoreLimits) -> Result<Self, StoreError> {
        let shown = path.display().to_string();
        let failed = |error: &rusqlite::Error| StoreError::Database {
            path: shown.clone(),
            reason: reason(error),
        };
        let connection = Connection::open(path).map_err(|error| failed(&error))?;
        let mut database = Self {
            path: shown.clone(),
            connection,
            book: Book::new(limits),
        };
        database.prepare().map_err(|error| failed(&error))?;
        let foreign = |reason: &str| StoreError::Database {
            path: shown.clone(),
            reason: reason.to_owned(),
        };
        let (application, version) = database.marks().map_err(|error| failed(&error))?;
        match (application, version) {
            (APPLICATION, VERSION) => {}
            (0, 0) => database.create().map_err(|error| failed(&error))?,
            (APPLICATION, _) => {
                return Err(foreign("it was written by a later version of this program"));
            }
            (_, _) => return Err(foreign("it is a database of another program")),
        }
        database.count().map_err(|error| failed(&error))?;
        Ok(database)
    }

    /// Takes the file for this process. Committed data survives the end of the process
    /// and of the machine.
    fn prepare(&self) -> rusqlite::Result<()> {
        self.connection.busy_timeout(Duration::from_millis(500))?;
        self.connection.execute_batch(
            "PRAGMA locking_mode = EXCLUSIVE;
             PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA foreign_keys = ON;
             BEGIN IMMEDIATE; COMMIT;",
        )
    }

    /// Whose file it is, and of which version.
    fn marks(&self) -> rusqlite::Result<(i64, i64)> {
        let mark = |pragma: &str| {
            self.connection
                .query_row(pragma, [], |row| row.get::<_, i64>(0))
        };
        // The database of another program may have tables and no marks.
        let tables = mark("SELECT count(*) FROM sqlite_schema")?;
        let marks = (mark("PRAGMA application_id")?, mark("PRAGMA user_version")?);
        Ok(if tables > 0 && marks == (0, 0) {
            (-1, 0)
        } else {
            marks
        })
    }

    fn create(&self) -> rusqlite::Result<()> {
        self.connection.execute_batch(&format!(
            "BEGIN; {TABLES} PRAGMA application_id = {APPLICATION};
             PRAGMA user_version = {VERSION}; COMMIT;"
        ))
    }

    /// Enters what is stored into the book.
    fn count(&mut self) -> rusqlite::Result<()> {
        let mut sums = self
            .connection
            .prepare("SELECT client, count(*), sum(size) FROM messages GROUP BY client")?;
        let mut rows = sums.query([])?;
        while let Some(row) = rows.next()? {
            let client = name(row, 0, ClientId::new)?;
            self.book.enter(client, size(row, 1)?, size(row, 2)?);
        }
        Ok(())
    }

    pub(super) fn begin(&self) -> Result<(), StoreError> {
        self.told(self.connection.execute_batch("BEGIN IMMEDIATE"))
    }

    pub(super) fn commit(&mut self) -> Result<(), StoreError> {
        let outcome = self.connection.execute_batch("COMMIT");
        if outcome.is_err() {
            // Otherwise the next transaction could not begin, and the book would
            // hold what the tables do not.
            self.connection.execute_batch("ROLLBACK").ok();
            self.book.clear();
            self.count().ok();
        }
        self.told(outcome)
    }

    pub(super) fn save(&mut self, message: &NewMessage) -> Result<MessageId, StoreError> {
        let size = message.size();
        self.book.add(&message.client, size)?;
        let saved = self.insert(message, size);
        if saved.is_err() {
            self.book.take(&message.client, size);
        }
        self.told(saved)
    }

    fn insert(&self, message: &NewMessage, size: usize) -> rusqlite::Result<MessageId> {
        let ack = message.ack.as_ref();
        self.connection
            .prepare_cached(
                "INSERT INTO messages (client, event, args, ack_name, ack_args, expires_ms, size)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                message.client.as_str(),
                message.event.as_str(),
                message.args.arguments().as_json(),
                ack.map(|ack| ack.name.as_str()),
                ack.map(|ack| ack.args.as_json()),
                message.expires.map(millis),
                i64::try_from(size).unwrap_or(i64::MAX),
            ])?;
        let id = self.connection.last_insert_rowid();
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO attachments (message, position, bytes) VALUES (?1, ?2, ?3)",
        )?;
        for (position, bytes) in (0_i64..).zip(message.args.attachments()) {
            insert.execute(params![id, position, &bytes[..]])?;
        }
        Ok(MessageId(id.unsigned_abs()))
    }

    pub(super) fn load(
        &self,
        client: &ClientId,
        after: Option<MessageId>,
        limit: usize,
        now: SystemTime,
    ) -> Result<Vec<Message>, StoreError> {
        self.told(self.select(client, after, limit, now))
    }

    fn select(
        &self,
        client: &ClientId,
        after: Option<MessageId>,
        limit: usize,
        now: SystemTime,
    ) -> rusqlite::Result<Vec<Message>> {
        let mut select = self.connection.prepare_cached(
            "SELECT id, attempts, event, args, ack_name, ack_args, expires_ms FROM messages
             WHERE client = ?1 AND id > ?2 AND (expires_ms IS NULL OR expires_ms > ?3)
             ORDER BY id LIMIT ?4",
        )?;
        let after = after.map_or(0, key);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = select
            .query_map(params![client.as_str(), after, millis(now), limit], |row| {
                self.message(client, row)
            })?;
        rows.collect()
    }

    fn message(&self, client: &ClientId, row: &Row<'_>) -> rusqlite::Result<Message> {
        let id: i64 = row.get(0)?;
        let ack = match row.get(4)? {
            Some(name) => Some(AckFunction {
                name,
                args: arguments(row, 5)?,
            }),
            None => None,
        };
        let expires: Option<i64> = row.get(6)?;
        Ok(Message {
            id: MessageId(id.unsigned_abs()),
            attempts: row.get(1)?,
            message: NewMessage {
                client: client.clone(),
                event: name(row, 2, EventName::new)?,
                args: Args::new(arguments(row, 3)?, self.attachments(id)?),
                ack,
                expires: expires.map(|ms| UNIX_EPOCH + Duration::from_millis(ms.unsigned_abs())),
            },
        })
    }

    fn attachments(&self, message: i64) -> rusqlite::Result<Vec<Bytes>> {
        let mut select = self
            .connection
            .prepare_cached("SELECT bytes FROM attachments WHERE message = ?1 ORDER BY position")?;
        let rows = select.query_map([message], |row| row.get::<_, Vec<u8>>(0))?;
        rows.map(|bytes| bytes.map(Bytes::from)).collect()
    }

    pub(super) fn sent(&self, ids: &[MessageId]) -> Result<(), StoreError> {
        let count = || {
            let mut update = self
                .connection
                .prepare_cached("UPDATE messages SET attempts = attempts + 1 WHERE id = ?1")?;
            ids.iter()
                .try_for_each(|id| update.execute([key(*id)]).map(drop))
        };
        self.told(count())
    }

    pub(super) fn remove(&mut self, ids: &[MessageId]) -> Result<Vec<MessageId>, StoreError> {
        let mut removed = Vec::new();
        for id in ids {
            let taken = self.delete(*id);
            if let Some((client, size)) = self.told(taken)? {
                self.book.take(&client, size);
                removed.push(*id);
            }
        }
        Ok(removed)
    }

    fn delete(&self, id: MessageId) -> rusqlite::Result<Option<(ClientId, usize)>> {
        self.connection
            .prepare_cached("DELETE FROM messages WHERE id = ?1 RETURNING client, size")?
            .query_row([key(id)], |row| {
                Ok((name(row, 0, ClientId::new)?, size(row, 1)?))
            })
            .optional()
    }

    pub(super) fn expire(&mut self, now: SystemTime) -> Result<u64, StoreError> {
        let expired = self.expired(now);
        let ids = self.told(expired)?;
        Ok(self.remove(&ids)?.len() as u64)
    }

    fn expired(&self, now: SystemTime) -> rusqlite::Result<Vec<MessageId>> {
        let mut select = self
            .connection
            .prepare_cached("SELECT id FROM messages WHERE expires_ms <= ?1")?;
        let rows = select.query_map([millis(now)], |row| row.get::<_, i64>(0))?;
        rows.map(|id| id.map(|id| MessageId(id.unsigned_abs())))
            .collect()
    }

    /// The same error for one more of those whom it concerns.
    pub(super) fn again(&self, error: &StoreError) -> StoreError {
        let reason = match error {
            StoreError::Database { reason, .. } => reason.clone(),
            other => other.to_string(),
        };
        StoreError::Database {
            path: self.path.clone(),
            reason,
        }
    }

    fn told<T>(&self, outcome: rusqlite::Result<T>) -> Result<T, StoreError> {
        outcome.map_err(|error| StoreError::Database {
            path: self.path.clone(),
            reason: reason(&error),
        })
    }
}

/// What is wrong, in words for the operator of the server.
fn reason(error: &rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
            "it is open in another server".to_owned()
        }
        Some(rusqlite::ErrorCode::NotADatabase) => "it is not an SQLite database".to_owned(),
        _ => error.to_string(),
    }
}

/// An id as `SQLite` has it, whose integers have a sign.
fn key(id: MessageId) -> i64 {
    i64::try_from(id.0).unwrap_or(i64::MAX)
}

/// Milliseconds since 1970.
fn millis(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn size(row: &Row<'_>, column: usize) -> rusqlite::Result<usize> {
    let size: i64 = row.get(column)?;
    Ok(usize::try_from(size).unwrap_or_default())
}

/// A name that the protocol knows. One that it does not is an error of the file.
fn name<T, E: std::error::Error + Send + Sync + 'static>(
    row: &Row<'_>,
    column: usize,
    new: impl FnOnce(String) -> Result<T, E>,
) -> rusqlite::Result<T> {
    new(row.get(column)?).map_err(|error| unreadable(column, error))
}

fn arguments(row: &Row<'_>, column: usize) -> rusqlite::Result<Arguments> {
    let text: String = row.get(column)?;
    Arguments::parse(text).map_err(|error| unreadable(column, error))
}

fn unreadable(
    column: usize,
    error: impl std::error::Error + Send + Sync + 'static,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
}
