-- Who wrote a letter: what a person wrote is never made void because another person takes over.
ALTER TABLE letters ADD COLUMN by_person INTEGER NOT NULL DEFAULT 0;
UPDATE letters SET by_person = 1 WHERE id IN (SELECT letter FROM relayed);

-- When a person first answered: a number that stays when the words have been erased.
ALTER TABLE requests ADD COLUMN first_answer_at INTEGER;
UPDATE requests SET first_answer_at =
    (SELECT min(created_at) FROM letters AS l WHERE l.request = requests.id AND l.by_person = 1);

-- A duplicate waits for the answer to this one.
ALTER TABLE requests ADD COLUMN merged_into INTEGER;
CREATE INDEX requests_merged ON requests (merged_into) WHERE merged_into IS NOT NULL;

-- Filters that members of staff have given a name.
CREATE TABLE saved_views (
    id      INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts (id),
    name    TEXT NOT NULL,
    query   TEXT NOT NULL,
    UNIQUE (account, name)
) STRICT;

-- The lists of the console: each filter in the order in which it is shown.
CREATE INDEX requests_by_centre ON requests (centre, changed_at);
CREATE INDEX requests_by_assignee ON requests (assignee, changed_at) WHERE assignee IS NOT NULL;
CREATE INDEX requests_by_lang ON requests (lang, changed_at);
CREATE INDEX requests_by_kind ON requests (kind, changed_at);
CREATE INDEX requests_by_outcome ON requests (outcome, changed_at) WHERE outcome IS NOT NULL;
CREATE INDEX requests_by_platform ON requests (substr(resident, 1, max(instr(resident, ':') - 1, 0)), changed_at);
-- Several filters at once: every column that a list is narrowed by, in the order in which it is shown.
CREATE INDEX requests_list ON requests
    (changed_at, opened_at, status, kind, topic, lang, centre, outcome, assignee, merged_into,
     substr(resident, 1, max(instr(resident, ':') - 1, 0)));
-- The figures of a period read this index and not the rows.
CREATE INDEX requests_figures ON requests
    (opened_at, centre, topic, lang, status, outcome, kind, first_answer_at,
     substr(resident, 1, max(instr(resident, ':') - 1, 0)));
CREATE INDEX visits_by_time ON visits (starts_at, centre, status);
