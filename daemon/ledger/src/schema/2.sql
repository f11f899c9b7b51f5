-- What a job's steps found out: for the steps behind them, and for the
-- daemon's next life.
CREATE TABLE job_findings (
    job   INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    key   TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (job, key)
) STRICT;

-- The release that a service can go back to: all that it takes to run it again.
CREATE TABLE kept_releases (
    service        INTEGER PRIMARY KEY REFERENCES services (id) ON DELETE CASCADE,
    release        TEXT NOT NULL,
    revision       INTEGER NOT NULL,
    recipe_text    TEXT NOT NULL,
    -- sealed JSON: a question may ask for a password
    answers        BLOB NOT NULL,
    -- JSON: container to reference and image
    images         TEXT NOT NULL,
    -- of its data: its number
    snapshot       INTEGER NOT NULL,
    -- JSON, name to value: when it was left, and when the release after it was opened
    measures       TEXT NOT NULL,
    measures_after TEXT NOT NULL,
    -- when the release after it was opened
    left           TEXT NOT NULL,
    -- what went wrong with the release after it, for a person to choose
    trouble        TEXT
) STRICT;
