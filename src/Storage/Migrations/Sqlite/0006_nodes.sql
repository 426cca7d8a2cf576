-- Machines that front devices over one socket. A node is a row of devices as well, under the same id: presence, heads and channels are kept of
-- both alike.
create table nodes (
  id text primary key,
  name text not null,
  ip text,
  version text,
  created_at bigint not null
);
-- The node that a device is behind, and the maker's number on it.
alter table devices add column node_id text;
alter table devices add column serial text;
create index devices_by_node on devices (node_id, id) where node_id is not null;
-- What a device works on now.
create index commands_claimed on commands (device_id, command_id) where state = 'claimed';
