-- What running commands print, in the chunks in which it came. Offsets count UTF-16 units from the attempt's start.
create table command_output (
  device_id text not null,
  command_id text not null,
  attempt bigint not null,
  chunk bigint not null,
  start_offset bigint not null,
  -- Where the chunk ended when it came: beyond its text when that was cut at what is kept.
  end_offset bigint not null,
  text text not null,
  at bigint not null,
  primary key (device_id, command_id, attempt, chunk)
);
create index command_output_by_time on command_output (at);
