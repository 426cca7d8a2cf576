-- Times are Unix milliseconds. Texts that must survive exactly (definition, result, body) are JSON.
create table devices (
  id text collate "C" primary key,
  customer_id text collate "C" not null,
  name text,
  sort_name text collate "C" not null,
  location text,
  model text,
  lifecycle text not null check (lifecycle in ('provisioned', 'active', 'suspended')),
  created_at bigint not null,
  registered_at bigint,
  activation_hash text,
  activation_expires_at bigint,
  secret_hash text,
  -- Counts up when the credentials are revoked: tokens of another version are void.
  credentials_version bigint not null default 1
);
create index devices_by_customer on devices (customer_id, sort_name, id);

create table device_tokens (
  token_hash text collate "C" primary key,
  device_id text collate "C" not null,
  credentials_version bigint not null,
  expires_at bigint not null
);
create index device_tokens_by_expiry on device_tokens (expires_at);

-- Apart from devices: it changes with every heartbeat.
create table presence (
  device_id text collate "C" primary key,
  customer_id text collate "C" not null,
  status text not null,
  previous_status text not null,
  last_seen bigint not null,
  metrics text,
  diagnostics text
);
create index presence_by_last_seen on presence (last_seen) where status <> 'offline';

create table device_events (
  device_id text collate "C" not null,
  seq bigint not null,
  at bigint not null,
  kind bigint not null,
  command_id text collate "C",
  session_id text collate "C",
  body text not null,
  primary key (device_id, seq)
);
create index device_events_by_time on device_events (at);

create table commands (
  device_id text collate "C" not null,
  command_id text collate "C" not null,
  last_seq bigint not null,
  state text not null,
  session_id text collate "C",
  idempotency_hash text collate "C",
  digest text,
  created_at bigint,
  expires_at bigint,
  attempt bigint,
  visible_until bigint,
  token_hash text,
  claimed_at bigint,
  decided_at bigint,
  decided_by text,
  ended_at bigint,
  reason text,
  definition text,
  result text,
  -- When the queue should have looked at it at the latest; null when it has ended.
  due_at bigint generated always as (
    case state when 'claimed' then visible_until when 'queued' then expires_at when 'pending_approval' then expires_at end
  ) stored,
  primary key (device_id, command_id)
);
create index commands_by_session on commands (session_id, command_id) where session_id is not null;
create index commands_by_idempotency on commands (device_id, idempotency_hash) where idempotency_hash is not null;
create index commands_by_due on commands (due_at) where due_at is not null;
create index commands_by_end on commands (ended_at) where ended_at is not null;

create table sessions (
  id text collate "C" primary key,
  device_id text collate "C" not null,
  customer_id text collate "C" not null,
  type text not null,
  description text,
  status text not null,
  created_at bigint not null,
  expires_at bigint not null,
  ended_at bigint,
  ended_by text,
  last_seq bigint not null
);
create index sessions_by_expiry on sessions (expires_at) where status = 'active';
create index sessions_by_end on sessions (ended_at) where ended_at is not null;

create table audit_log (
  id bigint generated always as identity primary key,
  at bigint not null,
  actor text not null,
  action text not null,
  device_id text collate "C",
  session_id text collate "C",
  command_id text collate "C",
  detail text
);
create index audit_log_by_time on audit_log (at);
create index audit_log_by_device on audit_log (device_id, id) where device_id is not null;
