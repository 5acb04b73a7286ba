-- The volunteers' desk. Addresses are `platform:id`; message references are the platform's own.

ALTER TABLE requests ADD COLUMN owner TEXT;
ALTER TABLE requests ADD COLUMN for_staff INTEGER NOT NULL DEFAULT 0;

-- The one that was set up last is in use.
CREATE TABLE desks (
    community  TEXT PRIMARY KEY,
    place      TEXT NOT NULL,
    grp        TEXT NOT NULL,
    lang       TEXT NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE request_desk (
    request   INTEGER PRIMARY KEY REFERENCES requests (id),
    thread    TEXT NOT NULL UNIQUE,
    head      TEXT NOT NULL,
    community TEXT NOT NULL,
    heard_at  INTEGER NOT NULL,
    warned    INTEGER NOT NULL
) STRICT;

-- How far a conversation with people has been read, so that nothing is lost while the bot is away.
CREATE TABLE seen (
    address TEXT PRIMARY KEY,
    message TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE volunteers (
    who   TEXT PRIMARY KEY,
    id    INTEGER NOT NULL UNIQUE,
    alias TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Which letter carries on which message, so that changes and deletions follow.
CREATE TABLE relayed (
    address TEXT NOT NULL,
    message TEXT NOT NULL,
    letter  INTEGER NOT NULL,
    PRIMARY KEY (address, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX relayed_by_letter ON relayed (letter);

-- What staff are told, until somebody has dealt with it.
CREATE TABLE notices (
    id      INTEGER PRIMARY KEY,
    kind    TEXT NOT NULL,
    request INTEGER,
    at      INTEGER NOT NULL,
    done_at INTEGER
) STRICT;
CREATE INDEX notices_open ON notices (id) WHERE done_at IS NULL;

-- Answers that volunteers found worth keeping, for staff to make an example or an article of.
CREATE TABLE proposals (
    id       INTEGER PRIMARY KEY,
    request  INTEGER NOT NULL,
    question TEXT NOT NULL,
    answer   TEXT NOT NULL,
    lang     TEXT NOT NULL,
    at       INTEGER NOT NULL,
    done_at  INTEGER
) STRICT;
CREATE UNIQUE INDEX proposals_of_request ON proposals (request) WHERE done_at IS NULL;
