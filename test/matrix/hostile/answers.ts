import * as fc from 'fast-check';
import { contracts } from '../../../src/contracts/contracts.ts';
import type { Reply, Verdict } from '../../../src/core/model/reply.ts';
import { Fault, isFault, type FaultCode } from '../../../src/core/model/fault.ts';
import type { Health } from '../../../src/core/model/snapshot.ts';
import type { Leftover } from '../../../src/core/journal/replay.ts';
import { notConfigured, nothing } from '../../../src/core/model/nothing.ts';
import * as joblog from '../../../src/report/joblog.ts';
import { checkAnswer } from './protocol.ts';
import { must, property, type Property } from './property.ts';
import { text } from './texts.ts';

const few = fc.array(text, { maxLength: 12 });
const codes: readonly FaultCode[] = ['call.invalid', 'config.invalid', 'task.busy', 'tool.failed', 'mount.failed'];

const fault = fc
  .record({ code: fc.constantFrom(...codes), message: text, hint: text, detail: few })
  .map(({ code, message, hint, detail }) => new Fault(code, message, { hint, detail }));
const anyError = fc.oneof(
  fault,
  text.map((message) => new TypeError(message)),
);
const leftovers: fc.Arbitrary<Leftover[]> = fc.array(
  fc.record({ what: text, reason: text, byHand: text, needed: fc.boolean() }),
  { maxLength: 6 },
);
const verdict: fc.Arbitrary<Verdict> = fc.oneof(
  fc.constant<Verdict>({ kind: 'good' }),
  few.map((reasons): Verdict => ({ kind: 'bad', reasons })),
  text.map((reason): Verdict => ({ kind: 'unknown', reason })),
);
const health: fc.Arbitrary<Health> = fc.record({
  kind: fc.constantFrom('good', 'bad', 'unknown'),
  reason: fc.option(text, { nil: undefined }),
  fill: fc.option(fc.double(), { nil: undefined }),
  bytes: fc.double(),
});
const step = fc.record({
  number: fc.nat(),
  step: fc.record({ kind: text, name: text }),
  facts: fc.constant(undefined),
});

const opened: fc.Arbitrary<Parameters<typeof joblog.openedReply>[1]> = fc
  .record({ run: text, labels: few, types: few, points: few, cleared: fc.option(text, { nil: undefined }) })
  .map(({ run, labels, types, points, cleared }) => ({
    kind: 'opened',
    run,
    paths: points.map((place, index) => ({ source: labels[index] ?? '', path: place })),
    cleared: cleared === undefined ? undefined : { run: cleared, wasOpen: true },
    findings: labels,
    images: cleared === undefined ? undefined : labels.map((label) => ({ disk: label, label, device: label })),
    unwatched: cleared,
    apartMs: labels.length > 1 ? 840 : undefined,
    cut: cleared === undefined ? undefined : { grade: 'crash', restedMs: 5, by: cleared, notes: labels },
    prepared: {
      mount: points[0] ?? '',
      rests: { rests: [], still: [] },
      guests: [],
      leftOut: types.map((label) => ({ label, reason: label, harmless: false })),
      planned: labels.map((label) => ({
        origin: {
          provider: 'lvm',
          label,
          directory: [label],
          bytes: 1,
          shape: 'device' as const,
          device: label,
          subdirectory: label,
          asked: label,
          ref: {},
        },
        steps: [{ kind: 'lvm' }],
        bytes: 1,
        device: label,
        note: label,
        growth: { possible: true, note: label },
      })),
    },
    layout: {
      bases: points,
      missing: [],
      mounts: points.map((point, origin) => ({
        label: labels[origin] ?? '',
        origin,
        volume: origin,
        trust: 'guest' as const,
        type: types[origin] ?? '',
        extent: undefined,
        within: [],
        map: undefined,
        snapshotDevice: '',
        subdirectory: undefined,
        point,
      })),
      skipped: types.map((type, origin) => ({ label: type, origin, type, reason: type, harmless: origin % 2 === 0 })),
    },
  }));

const closed = fc.record({
  run: text,
  task: text,
  openedAt: fc.oneof(text, fc.constant('2026-01-01T00:00:00.000Z')),
  verdict,
  snapshots: fc.array(fc.record({ step, health }), { maxLength: 3 }),
  mounts: fc.nat(),
  leftovers,
});

/** Every reply that the application makes, by the functions that make it. */
const reply: fc.Arbitrary<Reply> = fc.oneof(
  fc.tuple(fc.option(text, { nil: undefined }), text).map(([task, directory]) => notConfigured(task, directory)),
  text.map(nothing),
  fc.tuple(text, opened, fc.double()).map(([task, done, ms]) => joblog.openedReply(task, done, ms)),
  fc
    .tuple(text, anyError, leftovers)
    .map(([task, error, left]) => joblog.openedReply(task, { kind: 'failed', fault: error, leftovers: left }, 1)),
  fc
    .tuple(text, text, text)
    .map(([task, run, place]) =>
      joblog.openedReply(task, { kind: 'again', run, paths: [{ source: run, path: place }] }, 1),
    ),
  closed.map(joblog.closedReply),
  closed.map(joblog.recoveredReply),
  fc.tuple(text, text).map(([task, reason]) => joblog.otherRunReply(task, reason)),
  fault.map(joblog.brokenReply),
  fc.tuple(text, text, few).map(([task, run, users]) => joblog.heldReply(task, run, { kind: 'busy', users })),
  fc.tuple(text, text).map(([task, run]) => joblog.heldReply(task, run, { kind: 'held' })),
);

const call = fc.record({
  product: fc.constantFrom(...contracts.map(({ product }) => product)),
  phase: fc.constantFrom('open', 'close'),
  argv: fc.array(text, { maxLength: 6 }),
  env: fc.dictionary(fc.oneof(text, fc.constant('TASK')), text, { maxKeys: 4 }),
  settings: fc.record({
    taskEnv: fc.option(fc.constantFrom('TASK', '__proto__', 'constructor'), { nil: undefined }),
    trace: fc.boolean(),
  }),
  reply,
});

export const answers: readonly Property[] = [
  property('a call with hostile arguments and environment, answered with hostile texts', 3000, call, (input) => {
    const { product, phase, argv, env, settings } = input;
    const contract = contracts.find((one) => one.product === product);
    must(contract !== undefined, product);
    checkAnswer(contract.product, contract.encode(input.reply, settings));
    const decoded = contract.decode.bind(contract);
    try {
      const { candidates, runKey, result } = decoded({ phase, argv, env, settings });
      for (const value of [...candidates, runKey ?? '', result ?? '']) must(typeof value === 'string', 'not a text');
      must(!candidates.includes(''), 'an empty name of a task');
      checkAnswer(contract.product, contract.encode(notConfigured(candidates[0], '/etc/holdstill'), settings));
    } catch (error) {
      if (!isFault(error) || error.code !== 'call.invalid') throw error;
      checkAnswer(
        contract.product,
        contract.encode({ kind: 'failed', fault: error, leftovers: [], lines: [] }, settings),
      );
    }
  }),
];
