-- The commands of a device that have not ended, for those who begin to watch it.
create index commands_live on commands (device_id, command_id) where due_at is not null;
