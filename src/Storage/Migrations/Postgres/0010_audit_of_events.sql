-- The event that an entry tells of, which is written once however often history is.
alter table audit_log add column seq bigint;
create unique index audit_log_by_event on audit_log (device_id, seq) where seq is not null;
