import fs from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { Journal } from '../../../src/core/journal/journal.ts';
import { journalPath } from '../../../src/core/model/names.ts';
import { sealLines } from '../../../src/core/journal/seal.ts';
import { statusText } from '../../../src/report/status.ts';
import { undoDirectories } from '../../../src/mounts/mountpoints.ts';
import { prober } from '../../prober.ts';
import { must, orFault, property, type Property } from './property.ts';
import { scratch } from './scratch.ts';
import { damaged, text } from './texts.ts';

const TASK = 'täglich';

/** A journal as an opening and a closing leave it. */
function whole(): string {
  const file = journalPath(scratch(), TASK);
  fs.rmSync(file, { force: true });
  const header = {
    task: TASK,
    contract: 'sesam',
    run: '0a1b2c3d',
    runKey: '17',
    boot: 'b',
    startedAt: '2026-01-01T00:00:00.000Z',
    timeoutMs: 120_000,
  };
  const journal = Journal.create(file, header);
  const steps = journal.note([
    {
      kind: 'lvm',
      label: 'a/b',
      vg: 'a',
      name: 'hs.0a1b2c3d.b',
      origin: 'b',
      originUuid: 'u',
      pool: '',
      task: 't',
      run: '0a1b2c3d',
    },
    { kind: 'loop', backing: '/dev/a/b', offset: '32256', bytes: '512', volume: 'u' },
    { kind: 'directory', directory: '/run/holdstill/t' },
    {
      kind: 'mount',
      label: 'a/b/p1',
      type: 'ext4',
      device: '/dev/loop0',
      point: '/run/holdstill/t',
      subdirectory: '',
      volume: 'u',
    },
  ]);
  journal.learn(steps.slice(0, 2), [{ uuid: 'u' }, { device: '/dev/loop0' }]);
  journal.markOpened([{ source: 'a/b', path: '/run/holdstill/t' }], ['a/b/p2: swap'], true);
  journal.markClosing({ kind: 'bad', reasons: ['r'] });
  journal.undone([4]);
  journal.close();
  return fs.readFileSync(file, 'utf8');
}

/** As if whoever damaged it knew how journals are sealed. */
function sealed(value: string): string {
  const lines = value.split('\n').map((line) => line.replace(/^[0-9a-f]{16} /, ''));
  return sealLines(lines.slice(0, -1), '').text + (lines.at(-1) ?? '');
}

let original: string | undefined;
const input = fc
  .constant(undefined)
  .chain(() => {
    const damage = damaged((original ??= whole()));
    return fc.oneof(
      { weight: 4, arbitrary: damage },
      { weight: 5, arbitrary: damage.map((value) => sealed(value)) },
      { weight: 1, arbitrary: text },
    );
  })
  .map((value) => Buffer.from(value));

export const journals: readonly Property[] = [
  property('journals', 1000, input, async (bytes) => {
    const file = journalPath(scratch(), TASK);
    fs.writeFileSync(file, bytes, { mode: 0o600 });
    const read = await orFault(() => Journal.read(file));
    must(fs.readFileSync(file).equals(bytes), 'a journal that is only looked at is changed');
    const loaded = await orFault(() => Journal.load(file));
    must(loaded instanceof Error === read instanceof Error, 'read and load are not of one mind');
    if (loaded instanceof Error) {
      must(fs.readFileSync(file).equals(bytes), 'a journal that is refused is changed');
      must(read instanceof Error && read.message.includes(path.basename(file)), 'the fault does not name the file');
    }
    if (!(loaded instanceof Journal)) return;
    const { header, steps, opened, notSaved, verdict } = loaded;
    loaded.close();
    for (const { step, facts } of steps) {
      for (const value of [...Object.values(step), ...Object.values(facts ?? {})])
        must(typeof value === 'string', 'a text');
      if (step.kind === 'directory') undoDirectories(prober).describe({ number: 1, step, facts });
    }
    for (const value of [header.task, header.run, header.contract, header.boot, header.runKey, header.startedAt])
      must(typeof value === 'string', `a header: ${JSON.stringify(header)}`);
    must(Number.isInteger(header.timeoutMs), `a time limit: ${JSON.stringify(header)}`);
    for (const one of opened ?? []) must(typeof one.path === 'string' && typeof one.source === 'string', 'a path');
    for (const one of notSaved) must(typeof one === 'string', 'a text');
    must(
      verdict === undefined || verdict.kind !== 'bad' || verdict.reasons.every((reason) => typeof reason === 'string'),
      'a verdict',
    );
    statusText(
      [
        {
          task: header.task,
          state: 'held',
          verdict: undefined,
          run: header.run,
          contract: header.contract,
          since: header.startedAt,
          snapshots: [],
          notSaved,
          users: [],
          others: [],
        },
      ],
      [],
      [],
      Infinity,
    );
  }),
];
