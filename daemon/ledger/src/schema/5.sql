-- Commands that recipes want run again and again.
CREATE TABLE last_runs (
    service INTEGER NOT NULL REFERENCES services (id) ON DELETE CASCADE,
    -- what is run, and in which container
    command TEXT NOT NULL,
    began   TEXT NOT NULL,
    -- JSON: why it failed; null: it did not, or it goes on still
    trouble TEXT,
    PRIMARY KEY (service, command)
) STRICT;
