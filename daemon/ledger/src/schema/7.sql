-- JSON: why the daemon itself stopped a service; it is forgotten as soon as
-- somebody says what is wanted of the service.
ALTER TABLE services ADD COLUMN held TEXT;
