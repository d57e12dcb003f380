-- Alarms: their state, the journal of everything that was done to them, and the faults behind them.

create table alarms (
    alarm bigint primary key generated always as identity,
    onset_at timestamptz,
    raised_at timestamptz,
    cleared_at timestamptz,
    acknowledged_at timestamptz,
    shelved_until timestamptz,
    changed_at timestamptz not null default now(),
    root bigint,
    re_alarm_ms bigint,
    limit_value float8,
    value float8,
    asset int not null,
    active boolean not null default false,
    unacknowledged boolean not null default false,
    latched boolean not null default false,
    suppressed_by_design boolean not null default false,
    suppressed_by_operator boolean not null default false,
    out_of_service boolean not null default false,
    latching boolean not null default false,
    first_out boolean not null default false,
    flood boolean not null default false,
    rule text not null,
    state text not null default 'normal' check (state in ('normal', 'unacknowledged', 'acknowledged',
        'returned_unacknowledged', 'latched_unacknowledged', 'latched_acknowledged', 'shelved', 'suppressed',
        'out_of_service')),
    type text not null,
    title text not null,
    signal text,
    unit text not null default '',
    priority text not null check (priority in ('low', 'medium', 'high', 'critical')),
    class text not null,
    consequence text not null,
    response text not null,
    first_out_group text,
    note text,
    acknowledged_by text,
    comment_by text,
    comment text,
    shelved_by text,
    shelved_reason text,
    suppressed_by text,
    suppressed_reason text,
    out_of_service_by text,
    out_of_service_reason text,
    unique (asset, rule)
) with (fillfactor = 70);
comment on table alarms is 'Alarms of assets as they stand: one for each rule that ever had something to say.';
comment on column alarms.alarm is 'Number of the alarm.';
comment on column alarms.onset_at is 'When the condition became true the last time, by the readings'' time.';
comment on column alarms.raised_at is 'When that was certain, after the rule''s delay.';
comment on column alarms.cleared_at is 'When the condition was gone; null = it is not.';
comment on column alarms.acknowledged_at is 'When somebody acknowledged it since it was raised, by the database''s clock.';
comment on column alarms.shelved_until is 'End of its being shelved; null = it is not.';
comment on column alarms.changed_at is 'When the row last changed, by the database''s clock.';
comment on column alarms.root is 'Number of the first alarm of its group, where that was another one.';
comment on column alarms.re_alarm_ms is 'Of its rule: acknowledged for so long, it asks again; null = never.';
comment on column alarms.limit_value is 'Of its rule: what the value is held against.';
comment on column alarms.value is 'The value when it was raised.';
comment on column alarms.asset is 'Number of the asset.';
comment on column alarms.active is 'True while the condition is true.';
comment on column alarms.unacknowledged is 'True while it waits for somebody to acknowledge it.';
comment on column alarms.latched is 'True until it is reset.';
comment on column alarms.suppressed_by_design is 'Hidden because of the plant''s state.';
comment on column alarms.suppressed_by_operator is 'Hidden by an engineer.';
comment on column alarms.out_of_service is 'Taken out of service.';
comment on column alarms.latching is 'Of its rule: it stays until it is reset.';
comment on column alarms.first_out is 'True if it was the first of its group.';
comment on column alarms.flood is 'True if it was raised amid a flood.';
comment on column alarms.rule is 'Name of its rule, unique for the asset.';
comment on column alarms.state is 'Its state by ISA-18.2; see docs/alarms.md.';
comment on column alarms.type is 'limit, rate, discrepancy, anomaly, stale, communication or data_loss.';
comment on column alarms.title is 'Words for people.';
comment on column alarms.signal is 'Name of the signal it is about; null = none.';
comment on column alarms.unit is 'Unit of value and limit.';
comment on column alarms.priority is 'low, medium, high or critical.';
comment on column alarms.class is 'Class of the rule, such as process or collection.';
comment on column alarms.consequence is 'What happens if nobody acts.';
comment on column alarms.response is 'What to do.';
comment on column alarms.first_out_group is 'Alarms of one group share a first one; null = by itself.';
comment on column alarms.note is 'More about the condition when it was raised.';
comment on column alarms.acknowledged_by is 'Who has acknowledged it.';
comment on column alarms.comment_by is 'Who has commented last.';
comment on column alarms.comment is 'The last comment.';
comment on column alarms.shelved_by is 'Who has shelved it.';
comment on column alarms.shelved_reason is 'Why.';
comment on column alarms.suppressed_by is 'Who has suppressed it; design = its rule.';
comment on column alarms.suppressed_reason is 'Why.';
comment on column alarms.out_of_service_by is 'Who has taken it out of service.';
comment on column alarms.out_of_service_reason is 'Why.';
create index alarms_standing on alarms (state) where state <> 'normal';
create index alarms_shelves on alarms (shelved_until) where shelved_until is not null;
create index alarms_again on alarms (acknowledged_at) where state = 'acknowledged' and re_alarm_ms is not null;

create table alarm_journal (
    entry bigint primary key generated always as identity,
    alarm bigint not null,
    occurred_at timestamptz not null,
    known_at timestamptz not null default clock_timestamp(),
    until timestamptz,
    root bigint,
    value float8,
    limit_value float8,
    asset int not null,
    late boolean not null default false,
    announced boolean not null default false,
    first_out boolean not null default false,
    flood boolean not null default false,
    site text not null,
    rule text not null,
    priority text not null,
    event text not null,
    state_before text not null,
    state text not null,
    who text,
    why text,
    origin text not null
);
comment on table alarm_journal is 'Everything that was ever done to alarms, by the process, by time or by people: only ever added to.';
comment on column alarm_journal.entry is 'Number of the entry.';
comment on column alarm_journal.alarm is 'Number of the alarm.';
comment on column alarm_journal.occurred_at is 'When it occurred: of the process by the readings'' time, of people by the database''s clock.';
comment on column alarm_journal.known_at is 'When the collector came to know of it, by the database''s clock.';
comment on column alarm_journal.until is 'End of a shelf.';
comment on column alarm_journal.root is 'Number of the first alarm of its group, where that was another one.';
comment on column alarm_journal.value is 'The value that decided.';
comment on column alarm_journal.limit_value is 'What it was held against.';
comment on column alarm_journal.asset is 'Number of the asset.';
comment on column alarm_journal.late is 'From a backlog: what would have been, had it been known in time. It has changed no alarm.';
comment on column alarm_journal.announced is 'True if it called for an operator.';
comment on column alarm_journal.first_out is 'True if it was the first of its group.';
comment on column alarm_journal.flood is 'True if it came amid a flood.';
comment on column alarm_journal.site is 'Sparkplug group id of the asset.';
comment on column alarm_journal.rule is 'Name of the rule.';
comment on column alarm_journal.priority is 'Priority of the alarm then.';
comment on column alarm_journal.event is 'What happened; see docs/alarms.md.';
comment on column alarm_journal.state_before is 'State before.';
comment on column alarm_journal.state is 'State after.';
comment on column alarm_journal.who is 'Who did it; null = the process, or time.';
comment on column alarm_journal.why is 'The reason or comment that was given.';
comment on column alarm_journal.origin is 'The collector process that wrote it.';
create index alarm_journal_time on alarm_journal (occurred_at);
create index alarm_journal_alarm on alarm_journal (alarm, entry);
create index alarm_journal_load on alarm_journal (site, occurred_at) where event = 'raised' and state = 'unacknowledged';
create index alarm_journal_known on alarm_journal (known_at);

create function alarm_journal_is_kept() returns trigger language plpgsql as $$
begin
    raise exception 'the alarm journal is only ever added to';
end
$$;
create trigger alarm_journal_kept before update or delete or truncate on alarm_journal
    for each statement execute function alarm_journal_is_kept();

create table alarm_conditions (
    changed_at timestamptz not null default now(),
    asset int primary key,
    conditions text not null
) with (fillfactor = 50);
comment on table alarm_conditions is 'How the conditions of each asset''s alarms stand, with what waits for a delay: what a restart needs.';
comment on column alarm_conditions.changed_at is 'When the row last changed, by the database''s clock.';
comment on column alarm_conditions.asset is 'Number of the asset.';
comment on column alarm_conditions.conditions is 'The state: a JSON object, by rule.';

create table faults (
    fault bigint primary key generated always as identity,
    anomaly bigint,
    opened_at timestamptz not null,
    known_at timestamptz not null default clock_timestamp(),
    resolved_at timestamptz,
    probability float8 check (probability between 0 and 1),
    asset int not null,
    cause text not null,
    title text not null,
    severity text not null check (severity in ('info', 'warning', 'critical')),
    state text not null generated always as (case when resolved_at is null then 'open' else 'resolved' end) stored,
    response text not null default '',
    evidence jsonb not null default '[]',
    opened_by text not null,
    resolved_by text,
    resolution text
);
comment on table faults is 'Diagnosed causes behind alarms and anomalies, found by the collector or told by people.';
comment on column faults.fault is 'Number of the fault.';
comment on column faults.anomaly is 'Number of the anomaly that it was found from; null = told by somebody.';
comment on column faults.opened_at is 'Since when it is there, by the readings'' time or by whoever tells.';
comment on column faults.known_at is 'When it was stored, by the database''s clock.';
comment on column faults.resolved_at is 'When it was resolved, by the database''s clock; null = it is open.';
comment on column faults.probability is 'How sure the diagnosis is; null = not said.';
comment on column faults.asset is 'Number of the asset.';
comment on column faults.cause is 'Id of the cause, such as coolant-leak.';
comment on column faults.title is 'Words for people.';
comment on column faults.severity is 'info, warning or critical.';
comment on column faults.state is 'open or resolved.';
comment on column faults.response is 'What to do.';
comment on column faults.evidence is 'Array of what speaks for it.';
comment on column faults.opened_by is 'Who has told it; collector = the detector.';
comment on column faults.resolved_by is 'Who has resolved it.';
comment on column faults.resolution is 'How.';
create unique index faults_open on faults (asset, cause) where resolved_at is null;
create index faults_asset on faults (asset, opened_at);

create table fault_alarms (
    fault bigint not null references faults,
    alarm bigint not null references alarms,
    primary key (fault, alarm)
);
comment on table fault_alarms is 'Alarms that a fault has caused.';
comment on column fault_alarms.fault is 'Number of the fault.';
comment on column fault_alarms.alarm is 'Number of the alarm.';
