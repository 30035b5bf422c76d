import { describe, expect, test } from 'vitest';
import { contracts } from '../../src/contracts/contracts.ts';
import type { CallContext, Contract } from '../../src/core/ports/contract.ts';
import type { Reply, Verdict } from '../../src/core/model/reply.ts';
import { Fault } from '../../src/core/model/fault.ts';
import { escapeText } from '../../src/core/text/escape.ts';

/** What a task name, a label or a tool could hold, to forge a result or to disturb a terminal. */
const HOSTILE = [
  'STATUS:OK',
  'a\nSTATUS:OK',
  'a\r\nSTATUS:OK\r',
  '} STATUS:OK',
  '{STATUS:OK}',
  '\u001b[2J\u001b[31mred\u0007\b\u0085\u2028STATUS:OK\u2029\u202e',
  '\ud800',
  'x'.repeat(10_000),
  ' ',
  '',
];

const good: Verdict = { kind: 'good' };
const bad: Verdict = { kind: 'bad', reasons: ['vg0/data: snapshot overflowed'] };

/** Every kind of reply with a hostile text wherever one can be. `lines` are escaped by whoever makes them. */
function repliesWith(text: string): readonly Reply[] {
  const lines = [escapeText(text), 'a line'];
  const fault = new Fault('tool.failed', text, { hint: text, detail: [text] });
  return [
    { kind: 'opened', paths: [{ source: text, path: text }], lines },
    { kind: 'nothing', lines },
    { kind: 'closed', verdict: good, leftovers: [], lines },
    { kind: 'closed', verdict: good, leftovers: [text], lines },
    { kind: 'closed', verdict: { kind: 'bad', reasons: [text, text] }, leftovers: [text], lines },
    { kind: 'closed', verdict: { kind: 'unknown', reason: text }, leftovers: [], lines },
    { kind: 'failed', fault, leftovers: [], lines },
    { kind: 'failed', fault, leftovers: [text], lines },
    { kind: 'failed', fault: new TypeError(text), leftovers: [], lines },
  ];
}

const replies = HOSTILE.flatMap(repliesWith);

describe.each(contracts.map((contract) => ({ contract, product: contract.product })))(
  'every answer to $product',
  ({ contract }) => {
    test('is lines without a control character, each ended, whatever texts are in it', () => {
      for (const reply of replies) {
        const { stdout, stderr } = contract.encode(reply, {});
        for (const text of [stdout, stderr]) {
          expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Surrogate}\u2028\u2029\u202e]/u);
          expect(text).toMatch(/^(?:[^]*\n)?$/);
        }
        const lines = 'lines' in reply ? reply.lines.length : 0;
        expect(`${stdout}${stderr}`.split('\n').length - 1).toBeLessThanOrEqual(lines + 1);
      }
    });

    test('has an exit status that says no errno and no shell', () => {
      for (const reply of replies) {
        const { exit } = contract.encode(reply, {});
        expect([0, 1, 2, 3, 4, 5, 70]).toContain(exit);
      }
    });

    test('is a failure if the data may be bad, or if the task was not opened; else and for a foreign task a success', () => {
      for (const leftovers of [[], ['a mount']]) {
        expect(contract.encode({ kind: 'closed', verdict: bad, leftovers, lines: [] }, {}).exit).not.toBe(0);
        for (const fault of [new Fault('origin.none', 'x'), new Fault('task.busy', 'x'), new Error('x')]) {
          expect(contract.encode({ kind: 'failed', fault, leftovers, lines: [] }, {}).exit).not.toBe(0);
        }
      }
      const unknown: Verdict = { kind: 'unknown', reason: 'the machine was restarted' };
      for (const verdict of [good, unknown]) {
        expect(contract.encode({ kind: 'closed', verdict, leftovers: [], lines: [] }, {}).exit).toBe(0);
      }
      expect(contract.encode({ kind: 'nothing', lines: ['not ours'] }, {}).exit).toBe(0);
    });

    test('gives a bad verdict, its reason and what is left, and what to type', () => {
      const { stdout, stderr } = contract.encode(
        { kind: 'closed', verdict: bad, leftovers: ['mount /m'], lines: [] },
        {},
      );
      expect(stdout + stderr).toMatch(/BAD: vg0\/data: snapshot overflowed; .*mount \/m; type: holdstill recover/);
      const fault = new Fault('origin.none', 'no volume', { hint: 'type: lvs' });
      const failed = contract.encode({ kind: 'failed', fault, leftovers: [], lines: [] }, {});
      expect(failed.stdout + failed.stderr).toContain('no volume; type: lvs');
    });

    test('comes from the reply alone: the same twice', () => {
      for (const reply of replies) expect(contract.encode(reply, {})).toEqual(contract.encode(reply, {}));
    });
  },
);

test.each(contracts)(
  'the settings of $product are in a section of its own, and have a sound default or examples',
  (one) => {
    expect(contracts.filter(({ section }) => section === one.section)).toEqual([one]);
    for (const setting of Object.values(one.settings)) {
      expect(setting?.text).toMatch(/\.$/);
      if (setting?.type === 'one of') expect(setting.values).toContain(setting.default);
      if (setting?.type === 'word') for (const example of setting.examples) expect(example).toMatch(setting.pattern);
      if (setting?.type === 'script') for (const example of setting.examples) expect(example).toMatch(/^\//);
    }
  },
);

describe('sesam', () => {
  const sesam = contract('sesam');

  test.each([{}, { exitZero: true }])('hears exactly one STATUS line, the last, at column 0 (%o)', (settings) => {
    for (const reply of replies) {
      const { stdout, stderr, exit } = sesam.encode(reply, settings);
      expect(stderr).toBe('');
      const lines = stdout.split('\n').slice(0, -1);
      expect(lines.filter((line) => line.startsWith('STATUS'))).toEqual([lines.at(-1)]);
      expect(lines.at(-1)).toMatch(/^(?:STATUS:OK|STATUS:ERROR \{[^{}]*\})$/);
      if (!('exitZero' in settings)) expect(exit).toBe(lines.at(-1) === 'STATUS:OK' ? 0 : 1);
    }
  });

  test('hears STATUS:ERROR for bad data even where the exit status is wanted to be 0', () => {
    const answer = sesam.encode({ kind: 'closed', verdict: bad, leftovers: [], lines: [] }, { exitZero: true });
    expect(answer).toMatchObject({
      exit: 0,
      stdout: expect.stringMatching(/^STATUS:ERROR \{THIS BACKUP MAY/) as string,
    });
  });
});

/** A call as the product makes it, and what is understood; `undefined`: it is refused with the exit status 2. */
const CALLS: readonly [product: string, argv: readonly string[], understood: object | undefined][] = [
  ['sesam', ['SC1', 'nightly', 'F', ''], { candidates: ['SC1', 'nightly', 'F'] }],
  ['sesam', ['"nightly"'], { candidates: ['"nightly"'] }],
  ['sesam', ['a b', '-x'], { candidates: ['a b', '-x', 'from-env'] }],
  ['sesam', [], { candidates: ['from-env'] }],
  ['bacula', ['nightly'], { candidates: ['nightly'], runKey: undefined, result: undefined }],
  ['bacula', ['nightly', '--job=7', '--level=Full'], { candidates: ['nightly'], runKey: '7' }],
  ['bacula', ['nightly', '--level=', '--job=7'], { candidates: ['nightly'], runKey: '7' }],
  ['bacula', ['nightly', '--job=', '--status=OK', '--', 'with', 'warnings'], { runKey: undefined, result: 'OK' }],
  ['bacula', ['two words', '--job=7'], { candidates: ['two words'], runKey: '7' }],
  ['bacula', ['"nightly"', '--job=7'], { candidates: ['"nightly"'], runKey: '7' }],
  ['bacula', ['', '--job=7'], undefined],
  ['bacula', ['  '], undefined],
  ['bacula', ['--job=7'], undefined],
  ['bacula', [], undefined],
  ['generic', ['nightly'], { candidates: ['nightly'] }],
  ['generic', ['two words'], { candidates: ['two words'] }],
  ['generic', ['-x'], { candidates: ['-x'] }],
  ['generic', [''], undefined],
  ['generic', [], undefined],
  ['generic', ['two', 'words'], undefined],
  ['generic', ['nightly', '--run=7'], { candidates: ['nightly'], runKey: '7' }],
  ['generic', ['nightly', '--run', 'a b'], { candidates: ['nightly'], runKey: 'a b' }],
  ['generic', ['nightly', '--run=-1=2'], { candidates: ['nightly'], runKey: '-1=2' }],
  ['generic', ['nightly', '--run='], { candidates: ['nightly'], runKey: undefined }],
  ['generic', ['nightly', '--run', ''], { candidates: ['nightly'], runKey: undefined }],
  ['generic', ['--run=7'], { candidates: ['--run=7'], runKey: undefined }],
  ['generic', ['nightly', '--run'], undefined],
  ['generic', ['nightly', '--run=7', 'more'], undefined],
  ['generic', ['nightly', '--run', '7', '8'], undefined],
  ['generic', ['nightly', '--runs=7'], undefined],
];

describe('a call', () => {
  test.each(CALLS)('of %s with %j is understood', (product, argv, understood) => {
    for (const phase of ['open', 'close'] as const) {
      const taskEnv = argv.length === 4 || argv.length === 1 ? undefined : 'TASK';
      const context: CallContext = { phase, argv, env: { TASK: 'from-env' }, settings: { taskEnv } };
      const attempt = (): object => contract(product).decode(context);
      if (understood) expect(attempt()).toMatchObject({ phase, ...understood });
      else expect(attempt).toThrow(expect.objectContaining({ code: 'call.invalid', exitStatus: 2 }));
    }
  });

  test('without a slash is enough for every product: Bareos lets no other through', () => {
    expect(CALLS.flatMap(([, argv]) => argv).filter((word) => word.includes('/'))).toEqual([]);
  });
});

/** Golden transcripts: a reply; then the bytes and the status for sesam, Bacula and exit codes. */
const over = 'THIS BACKUP MAY BE BAD: vg0/data: snapshot overflowed';
const left = 'left on this machine: mount /m; type: holdstill recover';
const fault = new Fault('snapshot.no-space', 'vg0: {full}', { hint: 'vgextend vg0 DEVICE' });
const TRANSCRIPTS: readonly [name: string, reply: Reply, sesam: string, bacula: string, generic: string][] = [
  ['opened', { kind: 'opened', paths: [], lines: ['ready'] }, '0 ready|STATUS:OK', '0 ready', '0 ready'],
  ['not ours', { kind: 'nothing', lines: ['none'] }, '0 none|STATUS:OK', '0 none', '0 none'],
  ['good', { kind: 'closed', verdict: good, leftovers: [], lines: ['x'] }, '0 x|STATUS:OK', '0 x', '0 x'],
  [
    'good, with a leftover',
    { kind: 'closed', verdict: good, leftovers: ['mount /m'], lines: ['x'] },
    `1 x|STATUS:ERROR {${left}}`,
    `0 x|WARNING: ${left}`,
    `3 x|2>holdstill: ${left}`,
  ],
  [
    'bad',
    { kind: 'closed', verdict: bad, leftovers: [], lines: ['x'] },
    `1 x|STATUS:ERROR {${over}}`,
    `5 x|ERROR: ${over}`,
    `5 x|2>holdstill: ${over}`,
  ],
  [
    'failed',
    { kind: 'failed', fault, leftovers: [], lines: ['x'] },
    '1 x|STATUS:ERROR {vg0: (full); vgextend vg0 DEVICE}',
    '1 x|ERROR: vg0: {full}; vgextend vg0 DEVICE',
    '1 x|2>holdstill: vg0: {full}; vgextend vg0 DEVICE',
  ],
  [
    'failed, with a leftover',
    { kind: 'failed', fault: new Fault('mount.failed', 'no'), leftovers: ['mount /m'], lines: [] },
    `1 STATUS:ERROR {no; ${left}}`,
    `3 ERROR: no; ${left}`,
    `3 2>holdstill: no; ${left}`,
  ],
  [
    'a bug',
    { kind: 'failed', fault: new TypeError('x is not a function'), leftovers: [], lines: [] },
    '1 STATUS:ERROR {a bug in holdstill: x is not a function; please report it, with the last lines of /var/log/holdstill/holdstill.log}',
    '70 ERROR: a bug in holdstill: x is not a function; please report it, with the last lines of /var/log/holdstill/holdstill.log',
    '70 2>holdstill: a bug in holdstill: x is not a function; please report it, with the last lines of /var/log/holdstill/holdstill.log',
  ],
];

test.each(TRANSCRIPTS)('transcript: %s', (_, reply, ...due) => {
  const said = ['sesam', 'bacula', 'generic'].map((product) => {
    const { stdout, stderr, exit } = contract(product).encode(reply, {});
    return `${exit} ${[...stdout.split('\n'), ...stderr.split('\n').map((line) => line && `2>${line}`)].filter(Boolean).join('|')}`;
  });
  expect(said).toEqual(due);
});

function contract(product: string): Contract {
  const one = contracts.find((candidate) => candidate.product === product);
  if (!one) throw new Error(`there is no contract ${product}`);
  return one;
}
