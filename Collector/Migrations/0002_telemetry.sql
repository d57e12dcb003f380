-- The readings: one row for each frame. No foreign keys here: they would cost more than the row itself.

create table telemetry (
    ts timestamptz not null,
    epoch bigint not null,
    seq bigint not null,
    chain bigint,
    agent_ts timestamptz,
    asset int not null,
    health real,
    signal_group smallint not null,
    historical boolean not null,
    values float8[] not null,
    quality bytea,
    texts jsonb,
    primary key (asset, ts, epoch, seq)
) partition by range (ts);
comment on table telemetry is 'Readings: one row for each frame, one partition for each day (UTC).';
comment on column telemetry.ts is 'When the readings were taken: the agent''s time, or the repaired one where that was implausible.';
comment on column telemetry.epoch is 'Epoch of the stream, see streams.epoch.';
comment on column telemetry.seq is 'Sequence number in the stream; for a plain node the collector''s own count.';
comment on column telemetry.chain is 'Hash chain value of the frame; null for a plain node.';
comment on column telemetry.agent_ts is 'The agent''s own time, where ts was repaired; else null.';
comment on column telemetry.asset is 'Number of the asset.';
comment on column telemetry.health is 'Health score of the asset at this frame, 0 to 100; null = not judged.';
comment on column telemetry.signal_group is 'Number of the group in the asset''s signal set.';
comment on column telemetry.historical is 'True when the frame came late, from the agent''s backlog.';
comment on column telemetry.values is 'One value for each signal of the group, in the signal''s unit; NaN = no value.';
comment on column telemetry.quality is 'One byte for each value: 0 = good, 1 = stale, 2 = bad; null = all good.';
comment on column telemetry.texts is 'Object of the texts among the readings, by signal name; null = none.';

create table losses (
    loss bigint primary key generated always as identity,
    epoch bigint not null,
    first_seq bigint,
    last_seq bigint,
    from_ts timestamptz not null,
    to_ts timestamptz not null,
    ticks bigint not null default 0,
    report_epoch bigint,
    report_seq bigint,
    report_chain bigint,
    noted_at timestamptz not null default now(),
    site text not null,
    agent text not null,
    cause text not null,
    noted_by text not null check (noted_by in ('agent', 'collector')),
    unique (site, agent, report_epoch, report_seq),
    check (first_seq is not null or last_seq is null)
);
comment on table losses is 'Readings that are not there and never will be, each with its cause: declared, never silent.';
comment on column losses.loss is 'Number of the entry.';
comment on column losses.epoch is 'Epoch in which the numbers are missing.';
comment on column losses.first_seq is 'First lost sequence number; null = no number had been given.';
comment on column losses.last_seq is 'Last lost sequence number; null = not known.';
comment on column losses.from_ts is 'Start of the time without readings.';
comment on column losses.to_ts is 'End of the time without readings.';
comment on column losses.ticks is 'Ticks at which no reading was taken; 0 where numbers are lost instead.';
comment on column losses.report_epoch is 'Epoch under which the agent delivered the report; null = noted by the collector.';
comment on column losses.report_seq is 'Sequence number of the report itself; null = noted by the collector.';
comment on column losses.report_chain is 'Hash chain value of the report; null = noted by the collector.';
comment on column losses.noted_at is 'When the loss was recorded, by the database''s clock.';
comment on column losses.site is 'Sparkplug group id.';
comment on column losses.agent is 'Sparkplug edge node id.';
comment on column losses.cause is 'outbox_full, damaged, set_aside, renumbered or not_sampled by the agent''s word; missing or quarantined by the collector''s.';
comment on column losses.noted_by is 'Who says so: agent or collector.';
create index losses_stream on losses (site, agent, epoch);

create table quarantine (
    quarantine bigint primary key generated always as identity,
    received_at timestamptz not null default now(),
    epoch bigint,
    seq bigint,
    site text not null,
    agent text not null,
    device text,
    reason text not null,
    topic text not null,
    payload bytea not null
);
comment on table quarantine is 'Messages that could not be accepted, as they came: receipted, so that they block nothing.';
comment on column quarantine.quarantine is 'Number of the entry.';
comment on column quarantine.received_at is 'When it arrived, by the database''s clock.';
comment on column quarantine.epoch is 'Epoch it claims; null = none could be read.';
comment on column quarantine.seq is 'Sequence number it claims; null = none could be read.';
comment on column quarantine.site is 'Sparkplug group id of its topic.';
comment on column quarantine.agent is 'Sparkplug edge node id of its topic.';
comment on column quarantine.device is 'Sparkplug device id of its topic; null = none.';
comment on column quarantine.reason is 'Why it was not accepted.';
comment on column quarantine.topic is 'MQTT topic.';
comment on column quarantine.payload is 'The message''s bytes, cut at the collector''s size limit.';
create index quarantine_received on quarantine (received_at);
