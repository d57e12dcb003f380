-- Scenarios: what simulated assets can be put through, what was asked for, and what has become of it.

alter table assets add column scenarios text;
comment on column assets.scenarios is 'Scenarios that can be started by command, a JSON array, by the agent''s word; null = none.';

create table notes (
    note bigint primary key generated always as identity,
    epoch bigint not null,
    seq bigint not null,
    chain bigint,
    told_at timestamptz not null,
    noted_at timestamptz not null default now(),
    asset int not null,
    site text not null,
    agent text not null,
    device text not null,
    phase text,
    text text not null,
    unique (site, agent, epoch, seq)
);
comment on table notes is 'What agents tell of their assets besides readings, word for word; never removed.';
comment on column notes.note is 'Number of the entry.';
comment on column notes.epoch is 'Epoch under which the agent delivered the note.';
comment on column notes.seq is 'Sequence number of the note.';
comment on column notes.chain is 'Hash chain value of the note.';
comment on column notes.told_at is 'When it was told, by the agent''s clock.';
comment on column notes.noted_at is 'When it was stored, by the database''s clock.';
comment on column notes.asset is 'Number of the asset.';
comment on column notes.site is 'Sparkplug group id.';
comment on column notes.agent is 'Sparkplug edge node id.';
comment on column notes.device is 'Sparkplug device id.';
comment on column notes.phase is 'Of a scenario: accepted, onset, stopped, ended, refused or reset; null = another sort of note.';
comment on column notes.text is 'The note itself: a JSON object, see docs/formats/frame.md.';
create index notes_asset on notes (asset, told_at);

create table scenario_runs (
    number bigint not null generated always as identity unique,
    requested_at timestamptz,
    sent_at timestamptz,
    given_up_at timestamptz,
    accepted_at timestamptz,
    onset_at timestamptz,
    stop_requested_at timestamptz,
    stopped_at timestamptz,
    ended_at timestamptz,
    refused_at timestamptz,
    severity float8 not null,
    asset int not null,
    run text not null,
    scenario text not null,
    title text not null,
    source text not null check (source in ('schedule', 'command', 'plan')),
    started_by text not null,
    stop_requested_by text,
    stopped_by text,
    reason text,
    request text,
    parts jsonb not null,
    state text not null generated always as (
        case
            when ended_at is not null then 'ended'
            when stopped_at is not null then 'recovering'
            when onset_at is not null then 'running'
            when accepted_at is not null then 'waiting'
            when refused_at is not null then 'refused'
            when given_up_at is not null then 'unanswered'
            else 'requested'
        end) stored,
    primary key (asset, run)
);
comment on table scenario_runs is 'Scenarios that were started on assets, or asked for: the labels by which every evaluation is judged.';
comment on column scenario_runs.number is 'Number of the entry.';
comment on column scenario_runs.requested_at is 'When somebody asked for it at a collector, by the database''s clock; null = the agent began it.';
comment on column scenario_runs.sent_at is 'When a command about it was last sent to the agent, by the database''s clock.';
comment on column scenario_runs.given_up_at is 'When the agent had not answered for a minute, by the database''s clock; its answer may still come.';
comment on column scenario_runs.accepted_at is 'When the asset took it up, by the agent''s clock.';
comment on column scenario_runs.onset_at is 'True onset: when it first acted on the asset, by the agent''s clock.';
comment on column scenario_runs.stop_requested_at is 'When somebody asked to stop it, by the database''s clock.';
comment on column scenario_runs.stopped_at is 'When it was stopped and the recovery began, by the agent''s clock; null = it took its course.';
comment on column scenario_runs.ended_at is 'When it acted on the asset for the last time, by the agent''s clock.';
comment on column scenario_runs.refused_at is 'When the agent refused it, by the agent''s clock.';
comment on column scenario_runs.severity is 'Severity of its strongest part, 0 to 1.';
comment on column scenario_runs.asset is 'Number of the asset.';
comment on column scenario_runs.run is 'Name of the run, unique for the asset.';
comment on column scenario_runs.scenario is 'Id of the scenario.';
comment on column scenario_runs.title is 'Words for people.';
comment on column scenario_runs.source is 'What has started it: the agent''s schedule or a command.';
comment on column scenario_runs.started_by is 'Who has asked for it.';
comment on column scenario_runs.stop_requested_by is 'Who has asked to stop it.';
comment on column scenario_runs.stopped_by is 'Who has stopped it, by the agent''s word.';
comment on column scenario_runs.reason is 'Why it was refused, or ended otherwise than by its course.';
comment on column scenario_runs.request is 'The command to the agent: a JSON object; null = the agent began it.';
comment on column scenario_runs.parts is 'Array of its disturbances, each with severity and course in seconds.';
comment on column scenario_runs.state is 'requested, unanswered, refused, waiting (for its onset), running, recovering or ended.';
create index scenario_runs_open on scenario_runs (asset)
    where state in ('requested', 'waiting', 'running', 'recovering');
