-- Whether those who write in a thread have been told why it does not reach the resident.
ALTER TABLE request_desk ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
