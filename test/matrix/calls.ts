import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import * as fc from 'fast-check';
import { must } from './hostile/property.ts';
import { checkAnswer, checkShown } from './hostile/protocol.ts';
import { argument } from './hostile/texts.ts';
import type { Row, Scale } from './row.ts';

const dist = path.join(import.meta.dirname, '../../dist');
const FILES = [
  'sesam/sbc_pre',
  'sesam/sbc_post',
  'bacula/run-before',
  'bacula/run-after',
  'generic/pre',
  'generic/post',
  'holdstill',
] as const;
const COUNT: Readonly<Record<Scale, number>> = { all: 150, sample: 40 };
const AT_ONCE = 4;
const LIMIT_MS = 60_000;
const SEED = 20_260_101;

/** Words that `holdstill` knows, so that what comes after them is reached. `run` starts whatever it is given, so it gets `true`. */
const VERBS = [
  ['pre'],
  ['post'],
  ['plan'],
  ['status'],
  ['recover'],
  ['config', 'validate'],
  ['config', 'show'],
  ['--help'],
  [],
];

/** Variables that Node.js, a library, a shell or the linker could listen to. */
const LISTENED = fc.record(
  {
    NODE_OPTIONS: fc.constant('--require=/nowhere.js'),
    NODE_DEBUG: fc.constant('module,fs,child_process,execa'),
    LOG_STREAM: fc.constant('1'),
    LOG_TOKENS: fc.constant('1'),
    FORCE_COLOR: fc.constant('3'),
    DEBUG: fc.constant('*'),
    PATH: fc.constantFrom('', '.', '/nowhere', ':/usr/bin', '/usr/bin'),
    LD_LIBRARY_PATH: fc.constant('/nowhere'),
    IFS: fc.constant('a/'),
    TASK: argument,
    TERM: argument,
    LC_ALL: argument,
    LANG: argument,
    TZ: argument,
    COLUMNS: argument,
  },
  { requiredKeys: [] },
);
const name = argument
  .map((value) => value.replaceAll('=', ''))
  .filter((value) => value !== '' && !/^(?:LD|GLIBC|NODE)_/.test(value));

interface Input {
  readonly file: (typeof FILES)[number];
  readonly verb: readonly string[];
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly configured: boolean;
}

const input: fc.Arbitrary<Input> = fc.record({
  file: fc.constantFrom(...FILES),
  verb: fc.constantFrom(...VERBS),
  words: fc.array(argument, { maxLength: 4 }),
  env: fc
    .tuple(fc.dictionary(name, argument, { maxKeys: 3 }), LISTENED)
    .map(([some, known]) => ({ ...some, ...known })),
  configured: fc.boolean(),
});

/** Made for the call alone, in a mount namespace of its own; `taskEnv` has every call read the whole file. */
const CONFIG = String.raw`version: 1\ntasks:\n  "\\tSTATUS:OK": {path: /no/such}\nsesam: {taskEnv: TASK, trace: true}\nlog: {level: debug}\n`;
const OWN =
  'for d in /etc /run /var/lib /var/log; do /bin/mount -t tmpfs -o mode=755 none $d || exit 99; done; umask 022';
const CONFIGURED = `/bin/mkdir /etc/holdstill; printf '${CONFIG}' >/etc/holdstill/holdstill.yaml`;

/**
 * The executables as they are shipped, with hostile arguments and environments. Nothing of this host is seen or changed:
 * each call has its own /etc, /run, /var/lib and /var/log. Throws where that is not allowed.
 */
export async function calls(scale: Scale, say: (line: string) => void): Promise<readonly Row[]> {
  if (spawnSync('unshare', ['-rm', 'true']).status !== 0) throw new Error('`unshare -rm` is not allowed here');
  const seed = Number(process.env['HOLDSTILL_SEED'] ?? SEED);
  const inputs = fc.sample(input, { numRuns: COUNT[scale], seed });
  const failures: string[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < inputs.length; index = next++) {
      const one = inputs[index];
      const failure = one && (await failureOf(one));
      if (failure === undefined) continue;
      failures.push(`HOLDSTILL_SEED=${seed}, call ${index}: ${fc.stringify(one).slice(0, 1500)}: ${failure}`);
      say(failures.at(-1) ?? '');
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  say(`${inputs.length} calls, ${failures.length} failed`);
  return [{ what: 'hostile input: arguments and environments of the executables', tried: inputs.length, failures }];
}

async function failureOf({ file, verb, words, env, configured }: Input): Promise<string | undefined> {
  const call = [path.join(dist, file), ...(file === 'holdstill' ? verb : []), ...words];
  const script = `${OWN}; ${configured ? CONFIGURED : ':'}; exec "$@"`;
  const child = spawn('/usr/bin/unshare', ['-rm', '/bin/sh', '-c', script, 'sh', ...call], {
    env,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
  });
  const ended = once(child, 'close');
  const [stdout, stderr] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
  const [exit, signal] = (await ended) as [number | null, string | null];
  try {
    must(exit !== null, `ended by ${signal}`);
    must(exit !== 70, 'a bug');
    if (file === 'holdstill') {
      must([0, 1, 2, 3, 4, 5].includes(exit), `the status ${exit}`);
      for (const said of [stdout, stderr]) checkShown(said);
    } else {
      checkAnswer(path.dirname(file), { stdout, stderr, exit });
    }
    return undefined;
  } catch (error) {
    return `${(error as Error).message}\n${stdout}${stderr}`.slice(0, 3000);
  }
}
