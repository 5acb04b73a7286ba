-- A request that changes is written anew in each index that holds when it changed. These seven were a third of
-- all that a turn wrote. What they were for is found in `requests_list` and `requests_figures`, which hold every
-- column that a list is narrowed by; the state, the centre, the outcome and who looks after it keep their own.
DROP INDEX requests_by_status;
DROP INDEX requests_by_time;
DROP INDEX requests_by_change;
DROP INDEX requests_by_topic;
DROP INDEX requests_by_lang;
DROP INDEX requests_by_kind;
DROP INDEX requests_by_platform;
