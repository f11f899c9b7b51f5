-- The box itself: identity, base domain, ports; and what the panel can change.
CREATE TABLE settings (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE services (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT NOT NULL,
    recipe      TEXT NOT NULL,
    recipe_text TEXT NOT NULL,
    release     TEXT NOT NULL,
    revision    INTEGER NOT NULL,
    -- installing, installed, removed
    standing    TEXT NOT NULL,
    -- running, stopped
    wanted      TEXT NOT NULL,
    created     TEXT NOT NULL,
    removed     TEXT
) STRICT;
-- A removed service lies in the trash and gives its name free.
CREATE UNIQUE INDEX living_name ON services (name) WHERE standing <> 'removed';

CREATE TABLE domains (
    service INTEGER NOT NULL REFERENCES services (id) ON DELETE CASCADE,
    host    TEXT NOT NULL,
    -- 0 is the main domain
    rank    INTEGER NOT NULL,
    PRIMARY KEY (service, host)
) STRICT;

-- Sealed like secrets: a question may ask for a password.
CREATE TABLE answers (
    service INTEGER NOT NULL REFERENCES services (id) ON DELETE CASCADE,
    key     TEXT NOT NULL,
    sealed  BLOB NOT NULL,
    PRIMARY KEY (service, key)
) STRICT;

-- Sealed: the value can be read only with ledger.key.
CREATE TABLE secrets (
    service INTEGER NOT NULL REFERENCES services (id) ON DELETE CASCADE,
    key     TEXT NOT NULL,
    sealed  BLOB NOT NULL,
    PRIMARY KEY (service, key)
) STRICT;

CREATE TABLE volumes (
    service  INTEGER NOT NULL REFERENCES services (id) ON DELETE CASCADE,
    name     TEXT NOT NULL,
    -- lies beside the data too: a volume whose two identities differ is not started on
    identity TEXT NOT NULL,
    PRIMARY KEY (service, name)
) STRICT;

CREATE TABLE networks (
    service INTEGER PRIMARY KEY REFERENCES services (id) ON DELETE CASCADE,
    subnet  TEXT NOT NULL UNIQUE,
    bridge  TEXT NOT NULL UNIQUE
) STRICT;

-- Which image each container of a service runs: fixed when it was proven.
CREATE TABLE service_images (
    service   INTEGER NOT NULL REFERENCES services (id) ON DELETE CASCADE,
    container TEXT NOT NULL,
    reference TEXT NOT NULL,
    image     TEXT NOT NULL,
    PRIMARY KEY (service, container)
) STRICT;

-- The first digest had of an image whose recipe names none.
CREATE TABLE first_digests (
    reference    TEXT NOT NULL,
    architecture TEXT NOT NULL,
    digest       TEXT NOT NULL,
    seen         TEXT NOT NULL,
    PRIMARY KEY (reference, architecture)
) STRICT;

CREATE TABLE jobs (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    kind         TEXT NOT NULL,
    subject      TEXT NOT NULL,
    subject_name TEXT NOT NULL,
    -- sealed: it may hold answers
    request      BLOB NOT NULL,
    -- running, undoing, done, failed
    state        TEXT NOT NULL,
    created      TEXT NOT NULL,
    ended        TEXT,
    trouble      TEXT
) STRICT;
-- One hand on a service.
CREATE UNIQUE INDEX one_hand ON jobs (subject) WHERE state IN ('running', 'undoing');

CREATE TABLE steps (
    job      INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    ordinal  INTEGER NOT NULL,
    name     TEXT NOT NULL,
    -- begun, done, failed, undone
    state    TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    begun    TEXT NOT NULL,
    ended    TEXT,
    PRIMARY KEY (job, ordinal)
) STRICT;

CREATE TABLE job_lines (
    job    INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    time   TEXT NOT NULL,
    en     TEXT NOT NULL,
    fr     TEXT NOT NULL,
    PRIMARY KEY (job, number)
) STRICT;
