-- Instants are milliseconds since 1970 UTC. Identifiers of requests and visits are random; those of
-- letters and inbox rows follow the order of writing. Personal texts stand only in `inbox.text`,
-- `letters.content`, `requests.question`, `visits.name` and `visits.about`, always masked.

CREATE TABLE conversations (
    address    TEXT PRIMARY KEY,
    session    TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What came in. The unique key is what makes a repeated update change nothing.
CREATE TABLE inbox (
    id      INTEGER PRIMARY KEY,
    key     TEXT NOT NULL UNIQUE,
    address TEXT NOT NULL,
    role    TEXT NOT NULL CHECK (role IN ('resident', 'volunteer', 'staff', 'clock')),
    kind    TEXT NOT NULL,
    text    TEXT,
    request INTEGER,
    at      INTEGER NOT NULL
) STRICT;
CREATE INDEX inbox_by_address ON inbox (address, id);
CREATE INDEX inbox_by_request ON inbox (request, id) WHERE request IS NOT NULL;

-- What goes out: the outbox, and after that the record of what was said.
CREATE TABLE letters (
    id         INTEGER PRIMARY KEY,
    recipient  TEXT NOT NULL,
    content    TEXT NOT NULL,
    placement  TEXT NOT NULL,
    reply      TEXT,
    request    INTEGER,
    visit      INTEGER,
    state      TEXT NOT NULL DEFAULT 'pending'
               CHECK (state IN ('pending', 'sending', 'retry', 'sent', 'unknown', 'dead', 'void')),
    due_at     INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    unanswered INTEGER NOT NULL DEFAULT 0,
    parts_done INTEGER NOT NULL DEFAULT 0,
    receipt    TEXT,
    failure    TEXT,
    created_at INTEGER NOT NULL,
    closed_at  INTEGER
) STRICT;
CREATE INDEX letters_due ON letters (due_at, id) WHERE state IN ('pending', 'retry');
CREATE INDEX letters_by_recipient ON letters (recipient, id);
CREATE INDEX letters_open_by_recipient ON letters (recipient, due_at, id) WHERE state IN ('pending', 'retry', 'sending');
CREATE INDEX letters_by_request ON letters (request, id) WHERE request IS NOT NULL;
CREATE INDEX letters_by_visit ON letters (visit) WHERE visit IS NOT NULL AND state IN ('pending', 'retry');
CREATE INDEX letters_sending ON letters (id) WHERE state = 'sending';

CREATE TABLE requests (
    id         INTEGER PRIMARY KEY,
    resident   TEXT NOT NULL,
    kind       TEXT NOT NULL,
    status     TEXT NOT NULL,
    question   TEXT NOT NULL,
    topic      TEXT,
    article    TEXT,
    confidence REAL,
    centre     TEXT,
    visit      INTEGER,
    lang       TEXT NOT NULL,
    outcome    TEXT,
    points     INTEGER CHECK (points BETWEEN 1 AND 5),
    epoch      INTEGER NOT NULL DEFAULT 0,
    opened_at  INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX requests_by_resident ON requests (resident, opened_at);
CREATE INDEX requests_by_status ON requests (status, opened_at);
CREATE INDEX requests_by_time ON requests (opened_at);

CREATE TABLE visits (
    id           INTEGER PRIMARY KEY,
    code         TEXT NOT NULL UNIQUE,
    centre       TEXT NOT NULL,
    resident     TEXT NOT NULL,
    starts_at    INTEGER NOT NULL,
    minutes      INTEGER NOT NULL,
    seat         INTEGER NOT NULL,
    status       TEXT NOT NULL,
    held_until   INTEGER,
    alternatives TEXT NOT NULL,
    name         TEXT,
    about        TEXT,
    lang         TEXT NOT NULL,
    request      INTEGER NOT NULL,
    sequence     INTEGER NOT NULL,
    changed_at   INTEGER NOT NULL
) STRICT;
-- The belt to the one writer's braces: a seat is sold once.
CREATE UNIQUE INDEX visits_seat ON visits (centre, starts_at, seat)
    WHERE status IN ('held', 'booked', 'arrived', 'no_show');
CREATE INDEX visits_by_resident ON visits (resident, starts_at);

-- What staff changed in the facts, laid over the files.
CREATE TABLE revisions (
    id      INTEGER PRIMARY KEY,
    subject TEXT NOT NULL,
    author  TEXT NOT NULL,
    content TEXT NOT NULL,
    note    TEXT,
    at      INTEGER NOT NULL
) STRICT;
CREATE INDEX revisions_by_subject ON revisions (subject, id);

-- Who changed what. Rows are only ever added; they name no resident and quote no text.
CREATE TABLE audit (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    actor   TEXT NOT NULL,
    deed    TEXT NOT NULL,
    subject TEXT NOT NULL
) STRICT;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END;
