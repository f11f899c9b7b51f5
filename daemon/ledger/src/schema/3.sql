-- Who may use the panel. One administrator as yet.
CREATE TABLE administrator (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    -- a PHC string: argon2id with its parameters, salt and hash
    password TEXT NOT NULL,
    changed  TEXT NOT NULL
) STRICT;

-- What lets somebody choose the first password: shown once, by the command line.
CREATE TABLE first_run_code (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    -- SHA-256
    digest   BLOB NOT NULL,
    made     TEXT NOT NULL
) STRICT;

CREATE TABLE sessions (
    -- SHA-256 of what the browser holds: a copied ledger opens no panel
    digest BLOB PRIMARY KEY,
    begun  TEXT NOT NULL,
    seen   TEXT NOT NULL
) STRICT;

-- Wrong passwords and codes in a row, by where they came from.
CREATE TABLE wrong_tries (
    origin TEXT PRIMARY KEY,
    tries  INTEGER NOT NULL,
    last   TEXT NOT NULL
) STRICT;
