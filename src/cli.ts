import { Command, CommanderError } from 'commander';
import { readSources, type Sources } from './config/source.ts';
import { generic } from './contracts/generic.ts';
import type { Answer, Reply } from './core/contract.ts';
import { escapeText } from './core/escape.ts';
import { exitStatus } from './core/exit.ts';
import { Fault, isFault } from './core/fault.ts';
import { VERSION } from './core/version.ts';
import { obey } from './obey.ts';
import { refuseNearNames, taskToOpen } from './meant.ts';
import { readOrder } from './order.ts';
import { CONFIG_DIRECTORY } from './places.ts';
import { closeInheritedDescriptors, speakAndLeave, writeAll } from './speak.ts';

/** Output so far and the status to leave with; commands only ever add to it. */
type Say = (answer: Partial<Answer>) => void;

/** The `holdstill` command: reads the arguments, lets app.ts work, leaves with the status of what came of it. */
export async function runCli(): Promise<void> {
  const order = readOrder();
  if (order) return obey(order);
  closeInheritedDescriptors();
  const said = { stdout: '', stderr: '', exit: 0 };
  const say: Say = ({ stdout = '', stderr = '', exit = 0 }) => {
    said.stdout += stdout;
    said.stderr += stderr;
    said.exit = Math.max(said.exit, exit);
  };
  try {
    await program(say).parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) say({ exit: error.exitCode === 0 ? 0 : 2 });
    else say(answerTo(error));
  }
  speakAndLeave(said);
}

function program(say: Say): Command {
  const cli = new Command('holdstill')
    .description('Holds the disk still while the backup runs: snapshots before, a verdict after, nothing left behind.')
    .version(VERSION)
    .enablePositionalOptions()
    .exitOverride()
    // Its messages hold the arguments as they came.
    .configureOutput({ writeOut: (stdout) => say({ stdout }), writeErr: (text) => say({ stderr: escapeLines(text) }) });

  cli
    .command('pre <task>')
    .description('open a task: snapshots, looked into and mounted read-only')
    .option('--run <id>', "the product's own id of the run, the same for post")
    .action(async (task: string, { run }: { run?: string }) => say(generic.encode(await openOrPass(task, run), {})));

  cli
    .command('post <task>')
    .description('close a task: say whether its snapshots were good to the end, remove everything')
    .option('--run <id>', 'the id that pre was given')
    .action(async (task: string, { run }: { run?: string }) => say(generic.encode(await closeOrPass(task, run), {})));

  cli
    .command('run <task> <command...>')
    .usage('<task> -- <command...>')
    .description(
      'open a task, run a command with {mount} replaced, close the task; leaves with the status of the command',
    )
    .passThroughOptions()
    .action(async (task: string, words: readonly string[]) => {
      // Where options are passed through, commander (14.0.3) leaves the first `--` among the words.
      const [program, ...args] = words[0] === '--' ? words.slice(1) : words;
      if (program === undefined) throw new Fault('call.invalid', 'called without a command');
      say(await runOver(task, [program, ...args]));
    });

  cli
    .command('plan <task>')
    .description('show what an opening would find, make and mount, with each undo; change nothing')
    .option('--json', 'for machines')
    .action(async (task: string, { json }: { json?: true }) => {
      const { planTask } = await import('./app.ts');
      const { plan, text } = await planTask(configuration(), task);
      say({ stdout: json ? `${JSON.stringify(plan, undefined, 2)}\n` : text, exit: plan.problems.length > 0 ? 1 : 0 });
    });

  cli
    .command('status [task]')
    .description('show what is open: origins, snapshots with their fill level, mounts')
    .option('--json', 'for machines')
    .action(async (task: string | undefined, { json }: { json?: true }) => {
      const { statusOf } = await import('./app.ts');
      const { status, text } = await statusOf(ifReadable(), task);
      say({ stdout: json ? `${JSON.stringify(status, undefined, 2)}\n` : text });
    });

  cli
    .command('find <path>')
    .description('say which storage could take a snapshot of a path, and why; change nothing')
    .option('--json', 'for machines')
    .action(async (asked: string, { json }: { json?: true }) => {
      const { findPath } = await import('./app.ts');
      const { found, text } = await findPath(asked);
      const claimed = found.storages.some(({ claims }) => claims);
      say({ stdout: json ? `${JSON.stringify(found, undefined, 2)}\n` : text, exit: claimed ? 0 : 1 });
    });

  cli
    .command('recover [task]')
    .description('undo what a crash left; with a name also a task that is properly open, if nobody reads it')
    .option('--boot', 'for a run at boot or by a timer: say only what was undone, or could not be')
    .action(async (task: string | undefined, { boot = false }: { boot?: boolean }) => {
      if (boot && task !== undefined) throw new Fault('call.invalid', `recover --boot takes no task`);
      const { recoverTasks, recoverUnattended } = await import('./app.ts');
      const replies = boot ? await recoverUnattended() : await recoverTasks(task);
      if (replies.length === 0 && !boot) say({ stdout: 'nothing is open, nothing to recover\n' });
      for (const reply of replies) say(generic.encode(reply, {}));
    });

  const config = cli.command('config').description('check and show the configuration');
  config
    .command('validate')
    .description('check all files; say every problem with file, line and column')
    .action(async () => {
      const { validateConfig } = await import('./app.ts');
      say({ stdout: await validateConfig(configuration()) });
    });
  config
    .command('show')
    .description('show every task with all its settings, defaults included')
    .option('--json', 'for machines')
    .action(async ({ json }: { json?: true }) => {
      const { showConfig } = await import('./app.ts');
      say({ stdout: await showConfig(configuration(), json === true) });
    });
  config
    .command('schema')
    .description('print the JSON Schema, for editors')
    .action(async () => {
      const { configSchema } = await import('./app.ts');
      say({ stdout: await configSchema() });
    });
  return cli;
}

async function openOrPass(task: string, run: string | undefined): Promise<Reply> {
  const sources = configuration();
  const call = { ...callFor('open', task, run), switches: sources.switches('generic') };
  const meant = taskToOpen(call, sources, 'one job');
  if (typeof meant !== 'string') return meant;
  const { openTask } = await import('./app.ts');
  return openTask({ task, contract: 'cli', call, sources });
}

async function closeOrPass(task: string, run: string | undefined): Promise<Reply> {
  const { closeTask } = await import('./app.ts');
  const call = callFor('close', task, run);
  const sources = ifReadable();
  const reply = await closeTask({ task, contract: 'cli', call, sources });
  if (reply.kind === 'nothing' && sources?.taskNames.has(task) === false) refuseNearNames(call, sources);
  return reply;
}

/** The command's own status comes back, unless it is 0 and the data may be bad or something is left. */
async function runOver(task: string, command: readonly [string, ...string[]]): Promise<Partial<Answer>> {
  const { runTask } = await import('./app.ts');
  const sources = configuration();
  const work = { task, contract: 'run', call: callFor('open', task), sources };
  // Standard output belongs to the command.
  const tell = (reply: Reply): void => {
    const { stdout, stderr } = generic.encode(reply, {});
    writeAll(2, stdout + stderr);
  };
  const { opened, closed, status } = await runTask(work, command, tell);
  if (!closed) return { exit: exitStatus(opened) };
  tell(closed);
  return { exit: status || exitStatus(closed) };
}

function escapeLines(text: string): string {
  return text.split('\n').map(escapeText).join('\n');
}

function callFor(phase: 'open' | 'close', task: string, run?: string) {
  return { phase, candidates: [task], runKey: run || undefined, switches: {} } as const;
}

function configuration(): Sources {
  return readSources(CONFIG_DIRECTORY);
}

/** Status and closing must work whatever has become of the configuration. */
function ifReadable(): Sources | undefined {
  try {
    return configuration();
  } catch {
    return undefined;
  }
}

function answerTo(error: unknown): Answer {
  const fault = error instanceof Error ? error : new Fault('call.invalid', String(error));
  const lines = isFault(fault) ? fault.detail : (fault.stack ?? '').split('\n');
  return generic.encode({ kind: 'failed', fault, leftovers: [], lines: lines.map(escapeText) }, {});
}
