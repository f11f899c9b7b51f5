-- Places outside the box that keep copies of snapshots.
CREATE TABLE targets (
    name       TEXT PRIMARY KEY,
    path       TEXT NOT NULL,
    -- what its mark says: an empty mount point is never taken for the disk
    mark       TEXT NOT NULL,
    -- the identity of its filesystem, where it has one
    filesystem TEXT,
    -- whether it would outlive the box's own disk
    apart      INTEGER NOT NULL,
    added      TEXT NOT NULL,
    last_copy  TEXT,
    -- JSON: why the last copy or check failed
    trouble    TEXT
) STRICT;

CREATE TABLE rehearsals (
    job      INTEGER PRIMARY KEY,
    service  INTEGER NOT NULL,
    snapshot INTEGER NOT NULL,
    at       TEXT NOT NULL,
    passed   INTEGER NOT NULL,
    -- JSON: what was compared
    compared TEXT NOT NULL,
    -- JSON: why it did not pass
    trouble  TEXT
) STRICT;
CREATE INDEX rehearsals_of_service ON rehearsals (service);
