//! Secrets that all servers on one database share.

use sea_orm::FromQueryResult;

use super::{ServerRead, ServerWrite, Sql};

/// A secret's value.
#[derive(FromQueryResult)]
pub(crate) struct Secret {
    pub(crate) value: Vec<u8>,
}

/// What is to become of a secret that is there already.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Existing {
    Keep,
    Replace,
}

/// The secret of this name.
pub(crate) fn secret(name: &str) -> ServerRead<Secret> {
    let sql = "SELECT value FROM server_secret WHERE name = $1";
    ServerRead::new(Sql(sql.to_owned(), Vec::from([name.into()])))
}

/// Sets a secret; writes no row when one is there and kept.
pub(crate) fn put(name: &str, value: Vec<u8>, existing: Existing) -> ServerWrite {
    let conflict = match existing {
        Existing::Keep => "NOTHING",
        Existing::Replace => "UPDATE SET value = excluded.value",
    };
    let sql =
        format!("INSERT INTO server_secret (name, value) VALUES ($1, $2) ON CONFLICT (name) DO {conflict}");
    ServerWrite::new(Sql(sql, Vec::from([name.into(), value.into()])))
}
