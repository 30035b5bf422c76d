import type { Size } from '../core/model/task.ts';

const POWER = { K: 1, M: 2, G: 3, T: 4 } as const;
const SECONDS = { s: 1, m: 60, h: 3600 } as const;
/** Bytes. Who writes a smaller number without a unit means another one: lvcreate takes 10 for 10 MiB. */
const LEAST_PLAIN = 1024 ** 2;
const LONGEST_MS = 24 * 3600 * 1000;

export const SIZE_EXPECTED = 'must be auto, full, a percentage or a number of bytes, for example 1G, 500M or 20%';
export const DURATION_EXPECTED = 'must be a time in seconds (s), minutes (m) or hours (h), for example 30s, 5m or 1h';

/**
 * The size of a snapshot as the admin writes it: `auto`, `full`, `1%` to `100%`, bytes as a number, or a number with
 * K, M, G or T (also KiB and so on; powers of 1024). A fraction of a byte counts as a whole one. Less than a MiB needs its
 * unit.
 * A wrong value gives a `problem`: what is wrong with it and what is expected.
 */
export function parseSize(value: string | number): Size | { readonly kind: 'problem'; readonly problem: string } {
  const text = String(value).trim();
  if (text === 'auto' || text === 'full') return { kind: text };
  const percent = /^(\d+)%$/.exec(text);
  if (percent !== null) {
    const number = Number(percent[1]);
    return number >= 1 && number <= 100 ? { kind: 'percent', percent: number } : problem('must be between 1% and 100%');
  }
  if (/^[\d.]+ ?[KMGT]B$/i.test(text)) return problem(`is ambiguous; write ${text.slice(0, -1)} (powers of 1024)`);
  const amount = /^(0|[1-9]\d*)(\.\d+)?(?: ?([KMGT])(?:iB)?)?$/i.exec(text);
  if (amount === null || (amount[2] !== undefined && amount[3] === undefined)) return problem(SIZE_EXPECTED);
  const unit = amount[3]?.toUpperCase() as keyof typeof POWER | undefined;
  const bytes = Math.ceil(Number(`${amount[1]}${amount[2] ?? ''}`) * 1024 ** (unit === undefined ? 0 : POWER[unit]));
  if (bytes === 0) return problem('must be more than 0');
  if (unit === undefined && bytes < LEAST_PLAIN) return problem(`is a number of bytes; write ${text}M or ${text}G`);
  return Number.isSafeInteger(bytes) ? { kind: 'bytes', bytes } : problem('is more than a snapshot can have');
}

/**
 * A time as the admin writes it, in milliseconds: whole seconds as a number, or a number with s, m or h; one second to
 * 24 hours. A wrong value gives the problem: what is wrong with it and what is expected.
 */
export function parseDuration(value: string | number): number | { readonly problem: string } {
  const match = /^(0|[1-9]\d*) ?([smh])?$/.exec(String(value).trim());
  if (match === null) return { problem: DURATION_EXPECTED };
  const ms = Number(match[1]) * SECONDS[(match[2] ?? 's') as keyof typeof SECONDS] * 1000;
  if (ms === 0) return { problem: 'must be more than 0' };
  return ms <= LONGEST_MS ? ms : { problem: 'must be at most 24h' };
}

/** What is wrong with a time; undefined: nothing. */
export function durationProblem(value: string | number): string | undefined {
  const duration = parseDuration(value);
  return typeof duration === 'number' ? undefined : duration.problem;
}

/** The milliseconds of a time that was found right. */
export function parsedDuration(value: string | number): number {
  const duration = parseDuration(value);
  if (typeof duration !== 'number') throw new Error(`the time ${value} was not checked`);
  return duration;
}

function problem(text: string): { kind: 'problem'; problem: string } {
  return { kind: 'problem', problem: text };
}
