-- What rate limits count.
create table rate_counts (
  rule text not null,
  party text not null,
  window_ends bigint not null,
  count bigint not null,
  primary key (rule, party, window_ends)
) without rowid;
create index rate_counts_by_end on rate_counts (window_ends);
