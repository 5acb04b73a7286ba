-- Questions without a good answer that staff have dealt with: by an example, an article, or a look.
CREATE TABLE set_aside (
    request INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL
) STRICT;

-- The municipality last spoken of when the request was made, for the map. Counts under five are hidden.
ALTER TABLE requests ADD COLUMN municipality TEXT;
CREATE INDEX requests_by_municipality ON requests (opened_at, municipality) WHERE municipality IS NOT NULL;
