-- Why an asset's health is what it is, beside the signals that cost points.

alter table health add column detail jsonb not null default '{}';
comment on column health.reasons is 'Array of the signals that lowered the score, the worst first: signal, subsystem, value, limit, cause, points (they add up to the loss), without (the score if it cost nothing).';
comment on column health.detail is 'Object: uncertainty, trend, rate_per_hour, subsystems with their scores, signals that are unseen.';
