-- Where the open sockets of devices are, to find what a dead replica held. The heads decide.
create table device_channels (
  device_id text collate "C" primary key,
  replica text collate "C" not null,
  -- Which run of the replica.
  boot bigint not null,
  connection text collate "C" not null,
  attached_at bigint not null,
  -- Of the head that named it: writes of several replicas come in any order.
  revision bigint not null
);
create index device_channels_by_holder on device_channels (replica, boot, device_id);
