-- What a visit is like, beside its time. `note` and `interpreter` are personal texts, always masked.
ALTER TABLE visits ADD COLUMN article TEXT;
ALTER TABLE visits ADD COLUMN interpreter TEXT;
ALTER TABLE visits ADD COLUMN company TEXT NOT NULL DEFAULT 'alone';
ALTER TABLE visits ADD COLUMN note TEXT;
ALTER TABLE visits ADD COLUMN promise TEXT NOT NULL DEFAULT 'silent';
ALTER TABLE visits ADD COLUMN asked_at INTEGER NOT NULL DEFAULT 0;

-- A seat that is offered is kept like one that is held.
DROP INDEX visits_seat;
CREATE UNIQUE INDEX visits_seat ON visits (centre, starts_at, seat)
    WHERE status IN ('held', 'offered', 'booked', 'arrived', 'no_show');
CREATE INDEX visits_by_centre ON visits (centre, starts_at);
