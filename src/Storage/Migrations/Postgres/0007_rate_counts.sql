-- What rate limits count, of all replicas together. Unlogged: after a crash of the server windows begin anew, which is all that is lost.
create unlogged table rate_counts (
  rule text collate "C" not null,
  party text collate "C" not null,
  window_ends bigint not null,
  count bigint not null,
  primary key (rule, party, window_ends)
) with (fillfactor = 50);
create index rate_counts_by_end on rate_counts (window_ends);
