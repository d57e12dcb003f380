-- What follows from the readings: health, events, and the rollups for long time spans.

create table health (
    ts timestamptz not null,
    asset int not null,
    score real not null check (score between 0 and 100),
    status text not null check (status in ('healthy', 'warning', 'critical', 'offline', 'maintenance')),
    reasons jsonb not null default '[]',
    primary key (asset, ts)
);
comment on table health is 'How each asset is doing: an entry at each change worth telling.';
comment on column health.ts is 'When it was so, by the readings'' time.';
comment on column health.asset is 'Number of the asset.';
comment on column health.score is '0 = failed, 100 = as new.';
comment on column health.status is 'The score in a word, or offline, or maintenance.';
comment on column health.reasons is 'Array of the signals and findings that lowered the score, the worst first.';
create index health_ts on health (ts);

create table events (
    event bigint primary key generated always as identity,
    occurred_at timestamptz not null,
    known_at timestamptz not null default now(),
    asset int,
    kind text not null,
    severity text not null check (severity in ('info', 'warning', 'critical')),
    site text,
    agent text,
    message text not null,
    detail jsonb not null default '{}'
);
comment on table events is 'What happened: to assets, agents, and to the collection itself.';
comment on column events.event is 'Number of the event.';
comment on column events.occurred_at is 'When it happened.';
comment on column events.known_at is 'When the collector came to know of it, by the database''s clock.';
comment on column events.asset is 'Number of the asset concerned; null = none.';
comment on column events.kind is 'What sort of event, lower_snake_case.';
comment on column events.severity is 'info, warning or critical.';
comment on column events.site is 'Sparkplug group id concerned; null = none.';
comment on column events.agent is 'Sparkplug edge node id concerned; null = none.';
comment on column events.message is 'Words for people.';
comment on column events.detail is 'Object with the particulars, by kind of event.';
create index events_known on events (known_at);
create index events_asset on events (asset, occurred_at);

create table rollup_1m (
    bucket timestamptz not null,
    asset int not null,
    frames int not null,
    signal_group smallint not null,
    counts int4[] not null,
    minima float8[] not null,
    maxima float8[] not null,
    means float8[] not null,
    primary key (asset, signal_group, bucket)
);
comment on table rollup_1m is 'Readings summed up by minute. Arrays have one place for each signal of the group.';
comment on column rollup_1m.bucket is 'Start of the minute (UTC).';
comment on column rollup_1m.asset is 'Number of the asset.';
comment on column rollup_1m.frames is 'Rows of telemetry summed up.';
comment on column rollup_1m.signal_group is 'Number of the group in the asset''s signal set.';
comment on column rollup_1m.counts is 'Readings of good quality with a value; only these are summed up.';
comment on column rollup_1m.minima is 'Least value, in the signal''s unit; null where the count is 0.';
comment on column rollup_1m.maxima is 'Greatest value, in the signal''s unit; null where the count is 0.';
comment on column rollup_1m.means is 'Mean value, in the signal''s unit; null where the count is 0.';
create index rollup_1m_bucket on rollup_1m (bucket);

create table rollup_1h (
    bucket timestamptz not null,
    asset int not null,
    frames int not null,
    signal_group smallint not null,
    counts int4[] not null,
    minima float8[] not null,
    maxima float8[] not null,
    means float8[] not null,
    primary key (asset, signal_group, bucket)
);
comment on table rollup_1h is 'Readings summed up by hour, from rollup_1m. Arrays have one place for each signal of the group.';
comment on column rollup_1h.bucket is 'Start of the hour (UTC).';
comment on column rollup_1h.asset is 'Number of the asset.';
comment on column rollup_1h.frames is 'Rows of telemetry summed up.';
comment on column rollup_1h.signal_group is 'Number of the group in the asset''s signal set.';
comment on column rollup_1h.counts is 'Readings of good quality with a value; only these are summed up.';
comment on column rollup_1h.minima is 'Least value, in the signal''s unit; null where the count is 0.';
comment on column rollup_1h.maxima is 'Greatest value, in the signal''s unit; null where the count is 0.';
comment on column rollup_1h.means is 'Mean value, in the signal''s unit; null where the count is 0.';
create index rollup_1h_bucket on rollup_1h (bucket);

create table rollup_dirty (
    bucket timestamptz not null,
    touched bigint not null default 1,
    asset int not null,
    signal_group smallint not null,
    primary key (asset, signal_group, bucket)
) with (fillfactor = 50);
comment on table rollup_dirty is 'Minutes whose rollup must be computed anew; written in the transaction of the readings.';
comment on column rollup_dirty.bucket is 'Start of the minute (UTC).';
comment on column rollup_dirty.touched is 'Transactions that have added readings since the minute was last computed.';
comment on column rollup_dirty.asset is 'Number of the asset.';
comment on column rollup_dirty.signal_group is 'Number of the group in the asset''s signal set.';
create index rollup_dirty_bucket on rollup_dirty (bucket);

create view generic_readings as
select
    a.id as asset,
    t.ts,
    s.name as signal,
    case when s.form <> 'text' then nullif(t.values[s.position + 1], 'NaN') end as value,
    case s.form
        when 'text' then t.texts ->> s.name
        when 'category' then
            case when t.values[s.position + 1] between 0 and cardinality(s.labels) - 1
                then s.labels[t.values[s.position + 1]::int + 1] end
    end as text,
    case case when s.position < length(t.quality) then get_byte(t.quality, s.position) else 0 end
        when 0 then 'good' when 1 then 'stale' else 'bad' end as quality
from telemetry t
join assets a on a.asset = t.asset
join signals s on s.signal_set = a.signal_set and s.signal_group = t.signal_group
where s.position < cardinality(t.values);
comment on view generic_readings is 'Every reading of every asset, one for each row. For an asset of a known kind its own view is quicker.';
comment on column generic_readings.asset is 'Public name of the asset.';
comment on column generic_readings.ts is 'When the reading was taken.';
comment on column generic_readings.signal is 'Name of the signal.';
comment on column generic_readings.value is 'The value in the signal''s unit; for a flag 0 or 1, for a category its index; null = none.';
comment on column generic_readings.text is 'The text, or the category''s label; null for other forms.';
comment on column generic_readings.quality is 'good, stale or bad.';
