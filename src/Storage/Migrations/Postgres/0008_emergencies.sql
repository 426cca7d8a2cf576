-- Emergency resets: what was asked for, what came back, which nodes were told, which programs began anew.
create table emergencies (
  id text collate "C" primary key,
  action text not null,
  kind text not null,
  target text not null,
  reason text not null,
  approver text,
  actor text not null,
  requested_at bigint not null,
  -- How far its devices are done, and who works on them until when.
  done_through text collate "C" not null default '',
  worker text collate "C",
  worker_until bigint,
  released_at bigint,
  completed_at bigint
);
create index emergencies_open on emergencies (id) where completed_at is null;
create index emergencies_by_time on emergencies (requested_at);
create table emergency_releases (
  emergency_id text collate "C" not null,
  device_id text collate "C" not null,
  command_id text collate "C" not null,
  state text not null,
  primary key (emergency_id, device_id, command_id)
);
create table emergency_nodes (
  emergency_id text collate "C" not null,
  node_id text collate "C" not null,
  state text not null,
  replica text collate "C",
  notified_at bigint,
  confirmed_at bigint,
  returned_at bigint,
  primary key (emergency_id, node_id)
);
create index emergency_nodes_away on emergency_nodes (node_id) where returned_at is null;
create table emergency_replicas (
  emergency_id text collate "C" not null,
  replica text collate "C" not null,
  app text not null,
  seen_at bigint not null,
  restarted_at bigint,
  primary key (emergency_id, replica)
);
-- Codes are kept as keyed hashes, and are good once.
create table confirm_codes (
  hash text collate "C" primary key,
  issued_by text not null,
  expires_at bigint not null,
  used_at bigint,
  used_for text collate "C"
);
