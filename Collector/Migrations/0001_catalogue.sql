-- What exists: sites, collectors and their leases, assets and what they measure, streams and how far they are stored.
-- Columns stand in the order 8, 4, 2, 1 bytes, then variable length: rows carry no padding.

create table sites (
    first_seen timestamptz not null default now(),
    site text primary key check (site <> '')
);
comment on table sites is 'Places with agents: Sparkplug groups.';
comment on column sites.first_seen is 'When the site was first heard of, by the database''s clock.';
comment on column sites.site is 'Sparkplug group id.';

create table collectors (
    started_at timestamptz not null default now(),
    seen_at timestamptz not null default now(),
    collector uuid primary key,
    host_id text not null,
    address text not null
);
comment on table collectors is 'Collector processes that share this database.';
comment on column collectors.started_at is 'When the process started, by the database''s clock.';
comment on column collectors.seen_at is 'Its last sign of life, by the database''s clock.';
comment on column collectors.collector is 'Random number of the process: a restarted collector is another one.';
comment on column collectors.host_id is 'Its Sparkplug host id.';
comment on column collectors.address is 'Where its API is reached, for people.';

create table leases (
    fence bigint not null check (fence > 0),
    expires_at timestamptz not null,
    holder uuid,
    site text primary key
) with (fillfactor = 50);
comment on table leases is 'Which collector may store data of a site now. Writers lock the row FOR SHARE until their commit.';
comment on column leases.fence is 'Grows with every change of holder: what is written under a lower one comes too late.';
comment on column leases.expires_at is 'Until when the holder may begin a commit, by the database''s clock.';
comment on column leases.holder is 'Collector that holds the lease; null = released.';
comment on column leases.site is 'Sparkplug group id.';

create table signal_sets (
    signal_set int primary key generated always as identity,
    name text not null unique,
    kind text not null
);
comment on table signal_sets is 'Catalogues of signals: one for each asset kind of the product, one for each foreign asset.';
comment on column signal_sets.signal_set is 'Number of the set.';
comment on column signal_sets.name is 'Asset kind id such as candu, or for a foreign asset site:agent:device.';
comment on column signal_sets.kind is 'Asset kind id, or generic for a foreign asset.';

create table signal_groups (
    cadence_s float8 check (cadence_s > 0),
    signal_set int not null references signal_sets,
    signal_group smallint not null check (signal_group >= 0),
    name text not null,
    primary key (signal_set, signal_group),
    unique (signal_set, name)
);
comment on table signal_groups is 'Signals that are read at the same instants: the readings of one group make one row of telemetry.';
comment on column signal_groups.cadence_s is 'Period in seconds; null = every tick of the agent, or on change.';
comment on column signal_groups.signal_set is 'The set it belongs to.';
comment on column signal_groups.signal_group is 'Number within the set, from 0.';
comment on column signal_groups.name is 'Name within the set.';

create table signals (
    normal_low float8,
    normal_high float8,
    alarm_low float8,
    alarm_high float8,
    physical_low float8,
    physical_high float8,
    health_weight float8 not null default 0,
    added_at timestamptz not null default now(),
    signal_set int not null,
    signal_group smallint not null,
    position smallint not null check (position >= 0),
    decimals smallint not null default 2,
    name text not null check (name <> ''),
    title text not null,
    unit text not null,
    form text not null check (form in ('number', 'flag', 'category', 'text')),
    labels text[] not null default '{}',
    primary key (signal_set, signal_group, position),
    unique (signal_set, name),
    foreign key (signal_set, signal_group) references signal_groups
);
comment on table signals is 'What is measured. Positions are only ever appended: they say where a value stands in telemetry.values.';
comment on column signals.normal_low is 'Lower end of healthy operation, in the unit; null = none.';
comment on column signals.normal_high is 'Upper end of healthy operation, in the unit; null = none.';
comment on column signals.alarm_low is 'Below this an operator must act, in the unit; null = none.';
comment on column signals.alarm_high is 'Above this an operator must act, in the unit; null = none.';
comment on column signals.physical_low is 'Below this the sensor cannot be right, in the unit; null = none.';
comment on column signals.physical_high is 'Above this the sensor cannot be right, in the unit; null = none.';
comment on column signals.health_weight is 'Share in the asset''s health relative to the other signals; 0 = none.';
comment on column signals.added_at is 'When the signal was registered, by the database''s clock.';
comment on column signals.signal_set is 'The set it belongs to.';
comment on column signals.signal_group is 'The group it belongs to.';
comment on column signals.position is 'Place within the group, from 0: its value is telemetry.values[position + 1].';
comment on column signals.decimals is 'Digits after the point that the instrument resolves.';
comment on column signals.name is 'Unique within the set; the column name in the view of the kind.';
comment on column signals.title is 'Words for people.';
comment on column signals.unit is 'UCUM code such as Cel or MPa; empty for pure numbers, flags, categories and texts.';
comment on column signals.form is 'number; flag: 0 = no, 1 = yes; category: index into labels; text: stands in telemetry.texts.';
comment on column signals.labels is 'Labels of a category, the first one for 0; else empty.';

create table assets (
    created_at timestamptz not null default now(),
    asset int primary key generated always as identity,
    signal_set int not null references signal_sets,
    maintenance boolean not null default false,
    id text not null unique check (id <> ''),
    site text not null references sites,
    agent text not null,
    device text not null,
    kind text not null,
    title text not null,
    unique (site, agent, device)
);
comment on table assets is 'What is watched: one for each device of an agent.';
comment on column assets.created_at is 'When the asset was first heard of, by the database''s clock.';
comment on column assets.asset is 'Number of the asset in all tables.';
comment on column assets.signal_set is 'What it measures.';
comment on column assets.maintenance is 'True while people work on it: its health is then not judged.';
comment on column assets.id is 'Public name: the device, or site:agent:device where another asset has that name.';
comment on column assets.site is 'Sparkplug group id.';
comment on column assets.agent is 'Sparkplug edge node id.';
comment on column assets.device is 'Sparkplug device id; empty for the metrics of a foreign node itself.';
comment on column assets.kind is 'Asset kind id, or generic.';
comment on column assets.title is 'Words for people.';

create table streams (
    epoch bigint not null,
    made bigint not null default 0,
    first_held bigint,
    receipted bigint not null default 0,
    pending bigint not null default 0,
    dropped bigint not null default 0,
    received_frames bigint not null default 0,
    stored_frames bigint not null default 0,
    stored_readings bigint not null default 0,
    duplicates_refused bigint not null default 0,
    conflicts bigint not null default 0,
    quarantined bigint not null default 0,
    reports bigint not null default 0,
    outbox_bytes bigint,
    outbox_capacity_bytes bigint,
    outbox_days_left float8,
    clock_offset_ms bigint,
    created_at timestamptz not null default now(),
    last_commit_at timestamptz,
    last_seen_at timestamptz not null default now(),
    stream int primary key generated always as identity,
    online boolean not null default false,
    site text not null references sites,
    agent text not null,
    committed int8multirange not null default '{}',
    lost int8multirange not null default '{}',
    expired int8multirange not null default '{}',
    unique (site, agent, epoch)
) with (fillfactor = 50);
comment on table streams is 'What each agent has numbered in one epoch of its outbox, and what of it is settled here.';
comment on column streams.epoch is 'Bit pattern of the 64-bit epoch; 0 = a plain Sparkplug node, which gives no numbers and gets no receipts.';
comment on column streams.made is 'Highest sequence number that the agent has told of.';
comment on column streams.first_held is 'Lowest sequence number that the agent still holds; null = not told.';
comment on column streams.receipted is 'Every number up to this is receipted, by the agent''s word.';
comment on column streams.pending is 'Frames that the agent holds without receipt.';
comment on column streams.dropped is 'Frames that the agent has dropped in this epoch, by its word.';
comment on column streams.received_frames is 'Frames that arrived, those refused included.';
comment on column streams.stored_frames is 'Frames stored in telemetry.';
comment on column streams.stored_readings is 'Readings in the frames stored.';
comment on column streams.duplicates_refused is 'Frames that arrived again and were refused.';
comment on column streams.conflicts is 'Frames that arrived again with another content and were refused.';
comment on column streams.quarantined is 'Frames set aside in quarantine.';
comment on column streams.reports is 'Loss reports stored in losses.';
comment on column streams.outbox_bytes is 'Size of the agent''s outbox in bytes; null = not told.';
comment on column streams.outbox_capacity_bytes is 'Largest size of the agent''s outbox in bytes; null = not told.';
comment on column streams.outbox_days_left is 'Days until the outbox is full without receipts; null = not told.';
comment on column streams.clock_offset_ms is 'Agent''s clock minus ours in milliseconds; null = not known.';
comment on column streams.created_at is 'When the stream was first heard of, by the database''s clock.';
comment on column streams.last_commit_at is 'When rows of the stream were last committed, by the database''s clock; null = never.';
comment on column streams.last_seen_at is 'When the agent was last heard of, by the database''s clock.';
comment on column streams.stream is 'Number of the stream.';
comment on column streams.online is 'True while the agent''s session stands and it uses this epoch.';
comment on column streams.site is 'Sparkplug group id.';
comment on column streams.agent is 'Sparkplug edge node id.';
comment on column streams.committed is 'Sequence numbers settled here: stored, recorded as reports, or set aside in quarantine.';
comment on column streams.lost is 'Sequence numbers that will never come, by the agent''s reports or the collector''s finding: see losses.';
comment on column streams.expired is 'Sequence numbers that were stored and that retention has removed since.';
