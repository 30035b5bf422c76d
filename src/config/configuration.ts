import type { Contract } from '../core/ports/contract.ts';
import type { SettingValues } from '../core/model/setting.ts';
import { Fault, isFault } from '../core/model/fault.ts';
import { mentions, readFiles, type RawFile } from './files.ts';
import { ignoredIn, type Ignored } from './ignored.ts';
import { nearlyNamed, nearNames } from './near.ts';
import { mapOf, type SourceFile } from './data.ts';
import { lenientValues } from './lenient.ts';
import { topLevelProblem } from './toplevel.ts';
import { at, closest, invalid, quoted } from './messages.ts';
import { readYaml } from './yaml.ts';

/** A file that can't be used, and why. */
export interface BrokenFile {
  readonly path: string;
  readonly main: boolean;
  readonly fault: Fault;
}

/** All that the admin wrote, checked only as far as it is quick. */
export interface Configuration {
  readonly files: readonly SourceFile[];
  readonly brokenFiles: readonly BrokenFile[];
  /** The names of the tasks of all sound files; their records are not looked at. */
  readonly taskNames: ReadonlySet<string>;
  /** How much goes to the log; what is not well written counts as `info`. */
  readonly logLevel: 'info' | 'debug';
  /** A product's section of holdstill.yaml, read leniently: what is not of the right type is left out. */
  settings(contract: Pick<Contract, 'section' | 'settings'>): SettingValues;
  /** What lies beside the files that are read and looks like one of them, and why it is none. */
  ignored(): readonly Ignored[];
  /**
   * Why the configuration can't say whether `name` is a task: holdstill.yaml is broken, or `name` is in no sound file
   * and a broken one mentions it. Undefined: it can; `name` is a task exactly if it is in `taskNames`.
   */
  faultFor(name: string): Fault | undefined;
  /** Why a word that is not the name of a task, read in one of these ways, can't be somebody else's: it nearly is one. */
  nearFault(word: string, readings: readonly string[]): Fault | undefined;
  /** For a name that is not a task: the Fault that says so, with the name that is probably the right one. */
  unknown(name: string): Fault;
  /** The task that is probably the right one for a name that is not a task. */
  nearest(name: string): string | undefined;
}

/**
 * Reads holdstill.yaml and tasks.d/*.yaml below `directory`. All must belong to root or to `owner` (a user id) and be
 * writable by nobody else. What is wrong with one file is kept in the answer. Throws Fault `config.missing` where there
 * is not a single file, `config.insecure` or `config.unreadable` where a directory is at fault.
 */
export function readConfiguration(
  directory = '/etc/holdstill',
  options: { readonly owner?: number } = {},
): Configuration {
  const raws = readFiles(directory, options.owner ?? 0);
  const read = raws.map((raw) => ({ raw, parsed: understand(raw) }));
  const files = read.flatMap(({ parsed }) => (isFault(parsed) ? [] : [parsed]));
  const main = files.find((file) => file.main);
  const taskNames = new Set(files.flatMap((file) => Object.keys(mapOf(file.value['tasks']))));
  const nearest = (name: string): string | undefined => closest(name, [...taskNames]);
  return {
    files,
    brokenFiles: read.flatMap(({ raw, parsed }) =>
      isFault(parsed) ? [{ path: raw.path, main: raw.main, fault: parsed }] : [],
    ),
    taskNames,
    logLevel: mapOf(main?.value['log'])['level'] === 'debug' ? 'debug' : 'info',
    settings: ({ section, settings }) => lenientValues(settings, mapOf(main?.value[section])),
    ignored: () => ignoredIn(directory),
    faultFor: (name) => {
      for (const { raw, parsed } of read) {
        const fault = isFault(parsed) ? parsed : topLevelProblem(parsed);
        if (fault !== undefined && (raw.main || (!taskNames.has(name) && mentions(raw.bytes, name)))) return fault;
      }
      return undefined;
    },
    nearest,
    nearFault: (word, readings) => {
      const near = [...new Set(readings.flatMap((reading) => nearNames(word, reading, taskNames)))];
      return near.length === 0 ? undefined : nearlyNamed(word, near);
    },
    unknown: (name) => {
      const near = nearest(name);
      return new Fault('task.unknown', `there is no task ${quoted(name)} in the configuration`, {
        hint: `${near === undefined ? '' : `did you mean ${quoted(near)}? `}to list all tasks: holdstill config show`,
      });
    },
  };
}

function understand(raw: RawFile): SourceFile | Fault {
  if (raw.fault !== undefined) return raw.fault;
  try {
    return readYaml(raw.path, raw.main, raw.bytes ?? Buffer.alloc(0));
  } catch (error) {
    if (isFault(error)) return error;
    if (error instanceof RangeError) return invalid([at(raw.path, { line: 1, column: 1 }, 'nested too deeply')]);
    throw error;
  }
}
