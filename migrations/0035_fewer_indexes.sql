-- A request that changes is written anew in each index that holds when it changed. These six were a quarter of
-- all that a turn wrote. What they were for is found in `requests_list` and `requests_figures`, which hold every
-- column that a list is narrowed by; the state, the centre, the outcome, who looks after it and the platform, which
-- is worked out of an address, keep their own.
DROP INDEX requests_by_status;
DROP INDEX requests_by_time;
DROP INDEX requests_by_change;
DROP INDEX requests_by_topic;
DROP INDEX requests_by_lang;
DROP INDEX requests_by_kind;
