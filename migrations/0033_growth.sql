-- What a test of the plans found to be read from end to end, and what the hourly look for old rows would
-- walk past again and again.

-- `/mydata` and `/forget` ask for every letter about a visit, whatever became of it.
DROP INDEX letters_by_visit;
CREATE INDEX letters_by_visit ON letters (visit) WHERE visit IS NOT NULL;

-- Words are deleted at one age and bare keys at another: each has its own queue.
DROP INDEX inbox_by_time;
CREATE INDEX inbox_with_words ON inbox (at) WHERE text IS NOT NULL OR message IS NOT NULL;
CREATE INDEX inbox_bare ON inbox (at) WHERE text IS NULL AND message IS NULL;
-- A request that was emptied stays for the figures, and is not to be looked at every hour.
CREATE INDEX requests_with_person ON requests (changed_at) WHERE resident <> '';
-- Copies of everything about a person: few, and short-lived.
CREATE INDEX letters_own_files ON letters (created_at) WHERE content LIKE '%"name":"digidel.txt"%';
-- Whether a request still has a visit is asked of every request that grows old.
CREATE INDEX visits_by_request ON visits (request);
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX notes_by_time ON notes (at);
