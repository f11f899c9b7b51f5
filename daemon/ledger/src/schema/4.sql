-- Keys of the box's own, such as that of its repositories. Sealed.
CREATE TABLE sealed_keys (
    name   TEXT PRIMARY KEY,
    sealed BLOB NOT NULL
) STRICT;

-- A snapshot outlives its service: what it is of is written beside the number.
CREATE TABLE snapshots (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    service  INTEGER NOT NULL,
    name     TEXT NOT NULL,
    recipe   TEXT NOT NULL,
    software TEXT NOT NULL,
    release  TEXT NOT NULL,
    revision INTEGER NOT NULL,
    taken    TEXT NOT NULL,
    -- asked, nightly, before-update, before-restore, …
    reason   TEXT NOT NULL,
    -- bytes of all its files
    bytes    INTEGER NOT NULL,
    -- JSON: what was measured at the same instant
    measures TEXT NOT NULL,
    -- the job that took it
    job      INTEGER NOT NULL
) STRICT;
CREATE INDEX snapshots_of_service ON snapshots (service);

-- Where a snapshot is kept: 'local', or a target's name.
CREATE TABLE snapshot_places (
    snapshot INTEGER NOT NULL REFERENCES snapshots (id) ON DELETE CASCADE,
    place    TEXT NOT NULL,
    -- its identity in that place's repository
    identity TEXT NOT NULL,
    since    TEXT NOT NULL,
    PRIMARY KEY (snapshot, place)
) STRICT;
