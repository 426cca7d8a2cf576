-- The keys of what replicas hand out protected, such as the portal's cookies.
create table protection_keys (
  name text collate "C" primary key,
  key text not null,
  created_at bigint not null
);
