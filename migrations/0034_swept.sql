-- When old data was last deleted: a clock that has run away since is not believed at once.
CREATE TABLE swept (
  only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
  at INTEGER NOT NULL
) STRICT;
