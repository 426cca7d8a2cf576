-- A device's sessions, the newest first: ids begin with their time.
create index sessions_by_device on sessions (device_id, id);
