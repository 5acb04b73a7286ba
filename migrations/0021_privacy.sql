-- What deleting a person needs to know, and what may be deleted with time.

-- The platform's own number of a message that a person wrote, where a bot may delete such messages.
ALTER TABLE inbox ADD COLUMN message TEXT;
CREATE INDEX inbox_by_time ON inbox (at);

-- The last letters to somebody who is forgotten: each row is deleted as soon as it has been delivered.
ALTER TABLE letters ADD COLUMN farewell INTEGER NOT NULL DEFAULT 0;
-- The turn that wrote it, by the number of its row in the inbox: one thread through the log.
ALTER TABLE letters ADD COLUMN turn INTEGER;
CREATE INDEX letters_by_time ON letters (created_at);

-- Up to which instant rows of the audit may be deleted: moved only by what deletes them with time.
CREATE TABLE audit_horizon (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    before   INTEGER NOT NULL
) STRICT;
DROP TRIGGER audit_is_not_deleted;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
WHEN old.at >= coalesce((SELECT before FROM audit_horizon), 0)
BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END;
