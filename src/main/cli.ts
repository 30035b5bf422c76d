import { isatty } from 'node:tty';
import { Command, CommanderError } from 'commander';
import type { Configuration } from '../config/configuration.ts';
import { generic } from '../contracts/generic.ts';
import type { Answer } from '../core/ports/contract.ts';
import type { Reply } from '../core/model/reply.ts';
import { escapeText } from '../core/text/escape.ts';
import { exitStatus } from '../core/model/exit.ts';
import { asError, Fault, isFault } from '../core/model/fault.ts';
import { VERSION } from '../core/model/version.ts';
import { keepCompiled } from './compiled.ts';
import { refuseNearNames, taskToOpen } from './calledtask.ts';
import { CONFIG_DIRECTORY } from '../system/paths.ts';
import { jsonError, jsonReplies, jsonReply, jsonText } from '../report/json.ts';
import { closeInheritedDescriptors, exitWith, writeAll } from './output.ts';
import { nameProcess } from '../system/title.ts';

/** Commands whose first word is a task. */
const OF_A_TASK = ['pre', 'post', 'run', 'stream', 'plan', 'status', 'recover'];

interface HookOptions {
  readonly run?: string;
  readonly json?: true;
}

/** Those that change something; the others leave nothing behind, not even in a cache. */
const CHANGING = ['pre', 'post', 'run', 'stream', 'recover'];

/** Output so far and the status to leave with; commands only ever add to it. */
type Say = (answer: Partial<Answer>) => void;

interface RecoverOptions {
  readonly json?: true;
  readonly boot?: boolean;
  readonly discard?: boolean;
}

/** The `holdstill` command: reads the arguments, lets app.ts work, ends with the status of what came of it. */
export async function runCli(): Promise<void> {
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
    if (error instanceof CommanderError && error.exitCode === 0) exitWith(said);
    if (wantsJson(process.argv.slice(2))) exitWith(jsonAnswer(error));
    say(error instanceof CommanderError ? { exit: 2 } : answerTo(error));
  }
  const mayKeep = said.exit === 0 && CHANGING.includes(process.argv[2] ?? '');
  exitWith(said, mayKeep ? keepCompiled : undefined);
}

/** Machines get an error on standard output, where they look for the answer, and nothing else. */
function jsonAnswer(error: unknown): Answer {
  const fault =
    error instanceof CommanderError ? new Fault('call.invalid', error.message.replace(/^error: /, '')) : asError(error);
  const { exit } = generic.encode({ kind: 'failed', fault, leftovers: [], lines: [] }, {});
  return { stdout: jsonText(jsonError(fault)), stderr: '', exit };
}

/** Also where the arguments could not be understood. What `run` is given is the command's own. */
function wantsJson([verb, ...words]: readonly string[]): boolean {
  const end = words.indexOf('--');
  return verb !== 'run' && words.slice(0, end < 0 ? undefined : end).includes('--json');
}

/** All commands with their options; what they come to goes to `say`. */
export function program(say: Say): Command {
  const cli = new Command('holdstill')
    .description('Holds the disk still while the backup runs: snapshots before, a verdict after, nothing left behind.')
    .version(VERSION)
    .enablePositionalOptions()
    .hook('preAction', (_, command) => {
      const { args, parent } = command;
      const verb = command.name();
      nameProcess(parent?.parent ? `${parent.name()} ${verb}` : verb, OF_A_TASK.includes(verb) ? args[0] : undefined);
    })
    .exitOverride()
    // Its messages hold the arguments as they came.
    .configureOutput({ writeOut: (stdout) => say({ stdout }), writeErr: (text) => say({ stderr: escapeLines(text) }) });

  cli
    .command('pre <task>')
    .description('open a task: take snapshots, look into them, mount them read-only')
    .option('--run <id>', "the product's own id of the run, the same for post")
    .option('--json', 'print JSON')
    .action(async (task: string, { run, json }: HookOptions) => say(answerWith(await openOrPass(task, run), json)));

  cli
    .command('post <task>')
    .description('close a task: report whether its snapshots were good until the end, and remove everything')
    .option('--run <id>', 'the id that pre was given')
    .option('--json', 'print JSON')
    .action(async (task: string, { run, json }: HookOptions) => say(answerWith(await closeOrPass(task, run), json)));

  cli
    .command('run <task> <command...>')
    .usage('<task> -- <command...>')
    .description(
      'open a task, run a command, close the task; {mount} becomes the directory to back up, or {image:DISK} what has the bytes of a disk; ends with the status of the command',
    )
    .passThroughOptions()
    .action(async (task: string, words: readonly string[]) => {
      // Where options are passed through, commander (14.0.3) leaves the first `--` among the words.
      const [program, ...args] = words[0] === '--' ? words.slice(1) : words;
      if (program === undefined) throw new Fault('call.invalid', 'called without a command');
      say(await runOver(task, [program, ...args]));
    });

  cli
    .command('stream <task> [disk]')
    .description(
      'open a task, write the bytes of a disk to standard output, close the task; success only if all of them are good',
    )
    .action(async (task: string, disk: string | undefined) => {
      if (isatty(1)) throw new Fault('call.invalid', 'standard output is a terminal; send it to a file or a program');
      const image = disk === undefined ? '{image}' : `{image:${disk}}`;
      const progress = isatty(2) ? 'progress' : 'none';
      say(await runOver(task, ['dd', `if=${image}`, 'bs=1M', 'iflag=nocache', `status=${progress}`]));
    });

  cli
    .command('plan <task>')
    .description(
      'show what opening the task would find, make and mount, and how each step would be undone; change nothing',
    )
    .option('--json', 'print JSON')
    .action(async (task: string, { json }: { json?: true }) => {
      const { planTask } = await import('../app/app.ts');
      const { plan, text } = await planTask(await readConfigured(), task);
      say({ stdout: json ? jsonText(plan) : text, exit: plan.problems.length > 0 ? 1 : 0 });
    });

  cli
    .command('status [task]')
    .description('show what is open: origins, snapshots with their fill level, mounts; ends with 0 only if all is well')
    .option('--json', 'print JSON')
    .action(async (task: string | undefined, { json }: { json?: true }) => {
      const { statusOf } = await import('../app/app.ts');
      const { status, text, exit } = await statusOf(await configurationOrFault(), task);
      say({ stdout: json ? jsonText(status) : text, exit });
    });

  cli
    .command('find <path>')
    .description('say which storage could take a snapshot of a path, and why; change nothing')
    .option('--json', 'print JSON')
    .action(async (asked: string, { json }: { json?: true }) => {
      const { findPath } = await import('../app/app.ts');
      const { found, text } = await findPath(asked);
      const claimed = found.storages.some(({ claims }) => claims);
      say({ stdout: json ? jsonText(found) : text, exit: claimed ? 0 : 1 });
    });

  cli
    .command('recover [task]')
    .description(
      'undo what a crash left; with a name, close that task even if it is open as it should be, unless somebody reads it',
    )
    .option('--boot', 'for systemd: report only what was undone or could not be undone')
    .option('--json', 'print JSON')
    .option('--discard', 'also remove snapshots of this task that somebody else may have worked on')
    .action(async (task: string | undefined, { boot = false, discard = false, json }: RecoverOptions) => {
      if (boot && task !== undefined) throw new Fault('call.invalid', `recover --boot takes no task`);
      if (discard && task === undefined) throw new Fault('call.invalid', `recover --discard needs a task`);
      const { recoverTasks, recoverUnattended } = await import('../app/app.ts');
      const replies = boot ? await recoverUnattended() : await recoverTasks(task, discard);
      if (json) return say({ stdout: jsonText(jsonReplies(replies)), exit: Math.max(0, ...replies.map(exitStatus)) });
      if (replies.length === 0 && !boot) say({ stdout: 'nothing is open, nothing to recover\n' });
      for (const reply of replies) say(generic.encode(reply, {}));
    });

  const config = cli.command('config').description('check and show the configuration');
  config
    .command('validate')
    .description('check all files; report every problem with file, line and column')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: true }) => {
      const { validateConfig } = await import('../app/app.ts');
      say({ stdout: await validateConfig(await readConfigured(), json === true) });
    });
  config
    .command('show')
    .description('show every task with all its settings, defaults included')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: true }) => {
      const { showConfig } = await import('../app/app.ts');
      say({ stdout: await showConfig(await readConfigured(), json === true) });
    });
  config
    .command('schema')
    .description('print the JSON Schema, for editors')
    .action(async () => {
      const { configSchema } = await import('../app/app.ts');
      say({ stdout: await configSchema() });
    });
  return cli;
}

function answerWith(reply: Reply, json: true | undefined): Answer {
  return json ? { stdout: jsonText(jsonReply(reply)), stderr: '', exit: exitStatus(reply) } : generic.encode(reply, {});
}

async function openOrPass(task: string, run: string | undefined): Promise<Reply> {
  const configuration = await readConfigured();
  const call = callFor('open', task, run);
  const called = taskToOpen(call, configuration, generic);
  if (typeof called !== 'string') return called;
  const { openTask } = await import('../app/app.ts');
  return openTask({ task, contract: 'cli', call, configuration });
}

async function closeOrPass(task: string, run: string | undefined): Promise<Reply> {
  const { closeTask } = await import('../app/app.ts');
  const call = callFor('close', task, run);
  const configuration = await configurationIfReadable();
  const reply = await closeTask({ task, contract: 'cli', call, configuration });
  if (reply.kind === 'nothing' && configuration?.taskNames.has(task) === false) refuseNearNames(call, configuration);
  return reply;
}

/** The command's own status comes back, unless it is 0 and the data may be bad or something is left. */
async function runOver(task: string, command: readonly [string, ...string[]]): Promise<Partial<Answer>> {
  const { runTask } = await import('../app/app.ts');
  const configuration = await readConfigured();
  const work = { task, contract: 'run', call: callFor('open', task), configuration };
  // Standard output belongs to the command.
  const tell = (reply: Reply): void => {
    const { stdout, stderr } = generic.encode(reply, {});
    writeAll(2, stdout + stderr);
  };
  const { opened, closed, status } = await runTask(work, command, tell);
  if (!closed) return { exit: status ?? exitStatus(opened) };
  tell(closed);
  return { exit: status || exitStatus(closed) };
}

function escapeLines(text: string): string {
  return text.split('\n').map(escapeText).join('\n');
}

function callFor(phase: 'open' | 'close', task: string, run?: string) {
  return { phase, candidates: [task], runKey: run || undefined } as const;
}

async function readConfigured(): Promise<Configuration> {
  const { readConfiguration } = await import('../config/configuration.ts');
  return readConfiguration(CONFIG_DIRECTORY);
}

/** Status and closing must work whatever has become of the configuration. */
async function configurationOrFault(): Promise<Configuration | Fault> {
  try {
    return await readConfigured();
  } catch (error) {
    if (isFault(error)) return error;
    throw error;
  }
}

async function configurationIfReadable(): Promise<Configuration | undefined> {
  const configuration = await configurationOrFault();
  return isFault(configuration) ? undefined : configuration;
}

function answerTo(error: unknown): Answer {
  const fault = error instanceof Error ? error : new Fault('call.invalid', String(error));
  const lines = isFault(fault) ? fault.detail : (fault.stack ?? '').split('\n');
  return generic.encode({ kind: 'failed', fault, leftovers: [], lines: lines.map(escapeText) }, {});
}
