-- Findings of the detectors, and the state from which they go on.

create table anomalies (
    since timestamptz not null,
    detected_at timestamptz not null,
    peak_at timestamptz not null,
    ended_at timestamptz,
    known_at timestamptz not null default now(),
    epoch bigint not null,
    seq bigint not null,
    surprise float8 not null,
    peak_surprise float8 not null,
    number bigint not null,
    asset int not null,
    level smallint not null,
    late boolean not null,
    layer text not null,
    regime text,
    detail jsonb not null,
    primary key (asset, number)
);
comment on table anomalies is 'What the detectors have found: one row for each anomaly, changed while it lasts.';
comment on column anomalies.since is 'When it began, as estimated, by the readings'' time.';
comment on column anomalies.detected_at is 'The reading that showed it, by the readings'' time.';
comment on column anomalies.peak_at is 'When it was strongest so far, by the readings'' time.';
comment on column anomalies.ended_at is 'When it ended, by the readings'' time; null = it lasts.';
comment on column anomalies.known_at is 'When the collector came to know of it, by the database''s clock.';
comment on column anomalies.epoch is 'Epoch of the stream, see streams.epoch.';
comment on column anomalies.seq is 'Sequence number of the frame that has changed this row last.';
comment on column anomalies.surprise is 'How sure it is now: -log10 of the probability of such readings in normal operation.';
comment on column anomalies.peak_surprise is 'The same when it was strongest.';
comment on column anomalies.asset is 'Number of the asset.';
comment on column anomalies.number is 'Number of the anomaly, counted for each asset from 1.';
comment on column anomalies.level is 'Highest level reached: 1 = notice, 2 = warning, 3 = critical.';
comment on column anomalies.late is 'True when it was found in readings that came late, from a backlog.';
comment on column anomalies.layer is 'Which layer of the detector has found it, see docs/detection.md.';
comment on column anomalies.regime is 'In which regime the asset ran; null = its kind has none.';
comment on column anomalies.detail is 'Object: contributions of signals, broken relations, likely faults.';
create index anomalies_detected on anomalies (detected_at);
create index anomalies_open on anomalies (asset) where ended_at is null;

create table analysis (
    epoch bigint not null,
    seq bigint not null,
    ts timestamptz not null,
    saved_at timestamptz not null default now(),
    plan bigint not null,
    number_before bigint not null,
    asset int primary key,
    state bytea
);
comment on table analysis is 'Where the detectors of each asset stand; what is stored after that is analysed again after a restart.';
comment on column analysis.epoch is 'Epoch of the stream whose frames are analysed.';
comment on column analysis.seq is 'Every frame up to this number is in the state.';
comment on column analysis.ts is 'Time of the last reading in the state.';
comment on column analysis.saved_at is 'When it was saved, by the database''s clock.';
comment on column analysis.asset is 'Number of the asset.';
comment on column analysis.number_before is 'Number of the asset''s last anomaly before those that the state counts from 1.';
comment on column analysis.plan is 'Digest of what the detectors are built from; with another one the state is void.';
comment on column analysis.state is 'The detectors'' state, see docs/detection.md; null = nothing was analysed yet.';
