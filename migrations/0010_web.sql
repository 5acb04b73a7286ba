-- The staff: accounts, their sessions and invitations, and what they write beside a request.
-- Passwords are argon2 hashes; tokens are kept as SHA-256 only. `totp` is a secret that a copy of the
-- database would give away: guard backups accordingly.

CREATE TABLE accounts (
    id           INTEGER PRIMARY KEY,
    login        TEXT NOT NULL UNIQUE,
    name         TEXT NOT NULL,
    role         TEXT NOT NULL CHECK (role IN ('administrator', 'staff', 'reader')),
    -- The centres of a member of staff, as JSON; an empty list means all.
    centres      TEXT NOT NULL DEFAULT '[]',
    lang         TEXT NOT NULL DEFAULT 'sv',
    password     TEXT,
    totp         TEXT,
    -- The last step of a one-time code that was used: no code works twice.
    totp_step    INTEGER NOT NULL DEFAULT 0,
    failures     INTEGER NOT NULL DEFAULT 0,
    locked_until INTEGER NOT NULL DEFAULT 0,
    created_at   INTEGER NOT NULL,
    disabled_at  INTEGER
) STRICT;

CREATE TABLE staff_sessions (
    hash       TEXT PRIMARY KEY,
    account    INTEGER NOT NULL REFERENCES accounts (id),
    agent      TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX staff_sessions_by_account ON staff_sessions (account);

CREATE TABLE invitations (
    hash       TEXT PRIMARY KEY,
    account    INTEGER NOT NULL REFERENCES accounts (id),
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What staff note on a request for each other: a personal text, masked, deleted with the person.
CREATE TABLE notes (
    id      INTEGER PRIMARY KEY,
    request INTEGER NOT NULL,
    account INTEGER NOT NULL,
    text    TEXT NOT NULL,
    at      INTEGER NOT NULL
) STRICT;
CREATE INDEX notes_by_request ON notes (request, id);

-- Replies that staff write often.
CREATE TABLE canned_replies (
    id    INTEGER PRIMARY KEY,
    title TEXT NOT NULL UNIQUE,
    text  TEXT NOT NULL
) STRICT;

ALTER TABLE requests ADD COLUMN assignee INTEGER;
CREATE INDEX requests_by_change ON requests (changed_at);
CREATE INDEX requests_by_status_change ON requests (status, changed_at);
CREATE INDEX requests_by_topic ON requests (topic, changed_at);
CREATE INDEX audit_by_subject ON audit (subject, id);

-- Full-text search over what residents ask and write; the words stay in their own tables and leave
-- the index with them. Letters with their marks: Åre is not Are.
CREATE VIRTUAL TABLE request_words USING fts5 (
    question, content = 'requests', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 0'
);
INSERT INTO request_words (request_words, rank) VALUES ('secure-delete', 1);
INSERT INTO request_words (rowid, question) SELECT id, question FROM requests;
CREATE TRIGGER request_words_new AFTER INSERT ON requests BEGIN
    INSERT INTO request_words (rowid, question) VALUES (new.id, new.question);
END;
CREATE TRIGGER request_words_gone AFTER DELETE ON requests BEGIN
    INSERT INTO request_words (request_words, rowid, question) VALUES ('delete', old.id, old.question);
END;
CREATE TRIGGER request_words_changed AFTER UPDATE OF question ON requests BEGIN
    INSERT INTO request_words (request_words, rowid, question) VALUES ('delete', old.id, old.question);
    INSERT INTO request_words (rowid, question) VALUES (new.id, new.question);
END;

CREATE VIRTUAL TABLE inbox_words USING fts5 (
    text, content = 'inbox', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 0'
);
INSERT INTO inbox_words (inbox_words, rank) VALUES ('secure-delete', 1);
INSERT INTO inbox_words (rowid, text) SELECT id, text FROM inbox WHERE text IS NOT NULL AND kind <> 'tap';
CREATE TRIGGER inbox_words_new AFTER INSERT ON inbox WHEN new.text IS NOT NULL AND new.kind <> 'tap' BEGIN
    INSERT INTO inbox_words (rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER inbox_words_gone AFTER DELETE ON inbox WHEN old.text IS NOT NULL AND old.kind <> 'tap' BEGIN
    INSERT INTO inbox_words (inbox_words, rowid, text) VALUES ('delete', old.id, old.text);
END;
CREATE TRIGGER inbox_words_changed AFTER UPDATE OF text ON inbox WHEN old.text IS NOT NULL AND old.kind <> 'tap' BEGIN
    INSERT INTO inbox_words (inbox_words, rowid, text) VALUES ('delete', old.id, old.text);
    INSERT INTO inbox_words (rowid, text) SELECT new.id, new.text WHERE new.text IS NOT NULL;
END;
