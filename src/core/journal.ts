import fs from 'node:fs';
import path from 'node:path';
import { Fault } from './fault.ts';
import type { OpenedPath, Verdict } from './contract.ts';
import type { Facts, NotedStep, Step } from './step.ts';

/** The first line of a journal: whose it is. */
export interface JournalHeader {
  readonly version: 1;
  readonly task: string;
  readonly contract: string;
  readonly run: string;
  /** The product's own id of the run, or ''. */
  readonly runKey: string;
  /** The kernel's id of this boot: /proc/sys/kernel/random/boot_id. */
  readonly boot: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Milliseconds that one command may take, as the task was configured when it was opened. */
  readonly timeoutMs: number;
}

type Line =
  | { readonly do: Step; readonly n: number }
  | { readonly learned: Facts; readonly n: number }
  | { readonly undone: readonly number[] }
  | { readonly opened: readonly OpenedPath[]; readonly notSaved: readonly string[]; readonly at: string }
  | { readonly closing: Verdict; readonly at: string };

/**
 * The write-ahead undo journal of one task: JSON lines, each on disk (fsync) before the call returns. A step is noted
 * before it is tried, so whoever comes after a crash knows all that may exist. A last line cut off by a crash is
 * dropped: a step whose line is not whole was never tried.
 */
export class Journal {
  readonly path: string;
  readonly header: JournalHeader;
  readonly #fd: number;
  #next = 1;
  readonly #steps = new Map<number, NotedStep>();
  #opened: readonly OpenedPath[] | undefined;
  #notSaved: readonly string[] = [];
  #verdict: Verdict | undefined;

  private constructor(file: string, header: JournalHeader, fd: number) {
    this.path = file;
    this.header = header;
    this.#fd = fd;
  }

  /** Starts a journal. Throws `journal.unwritable` where the disk refuses or one is already there. */
  static create(file: string, header: JournalHeader): Journal {
    return writing(file, () => {
      const fd = fs.openSync(file, 'ax', 0o600);
      const journal = new Journal(file, header, fd);
      try {
        journal.#write([header]);
        syncDirectory(path.dirname(file));
        return journal;
      } catch (error) {
        journal.close();
        fs.unlinkSync(file);
        throw error;
      }
    });
  }

  /**
   * Loads a journal to go on with it, under the task's lock; undefined where there is none. A last line that a crash cut
   * off is removed. Throws `journal.broken`.
   */
  static load(file: string): Journal | undefined {
    const whole = wholeLines(file);
    if (whole === undefined) return undefined;
    return writing(file, () => {
      if (whole === '') {
        // The crash came before the header was whole, so before any step.
        fs.unlinkSync(file);
        return undefined;
      }
      const journal = Journal.#parse(file, whole, 'r+');
      fs.ftruncateSync(journal.#fd, Buffer.byteLength(whole));
      return journal;
    });
  }

  /** Reads a journal as it stands, without a lock and without touching it. Throws `journal.broken`. */
  static read(file: string): Journal | undefined {
    const whole = wholeLines(file);
    if (!whole) return undefined;
    const journal = Journal.#parse(file, whole, 'r');
    journal.close();
    return journal;
  }

  static #parse(file: string, whole: string, flags: 'r' | 'r+'): Journal {
    const [first = '', ...rest] = whole.split('\n').slice(0, -1);
    const journal = new Journal(file, parseHeader(file, first), fs.openSync(file, flags));
    for (const line of rest) journal.#apply(parseLine(file, line));
    return journal;
  }

  /** Steps that may exist on the machine, oldest first. */
  get steps(): readonly NotedStep[] {
    return [...this.#steps.values()];
  }

  /** What was handed to the product, if the task was opened to the end. */
  get opened(): readonly OpenedPath[] | undefined {
    return this.#opened;
  }

  /** Parts of the origins that are not in the mounts, and why. */
  get notSaved(): readonly string[] {
    return this.#notSaved;
  }

  /** What somebody who began to close the task found, before anything was removed. */
  get verdict(): Verdict | undefined {
    return this.#verdict;
  }

  /** Notes steps before they are tried. */
  note(steps: readonly Step[]): readonly NotedStep[] {
    const noted = steps.map((step, index) => ({ number: this.#next + index, step, facts: undefined }));
    this.#record(noted.map(({ number, step }) => ({ do: step, n: number })));
    return noted;
  }

  /** Notes that steps were carried out, and what became known by it; `facts` in the order of `steps`. */
  learn(steps: readonly NotedStep[], facts: readonly Facts[]): void {
    this.#record(steps.map(({ number }, index) => ({ learned: facts[index] ?? {}, n: number })));
  }

  /** Notes that steps are gone. Where the disk refuses, this object knows it all the same: to undo twice is harmless. */
  undone(numbers: readonly number[]): void {
    if (numbers.length === 0) return;
    this.#apply({ undone: numbers });
    writing(this.path, () => this.#write([{ undone: numbers }]));
  }

  markOpened(paths: readonly OpenedPath[], notSaved: readonly string[]): void {
    this.#record([{ opened: paths, notSaved, at: new Date().toISOString() }]);
  }

  markClosing(verdict: Verdict): void {
    this.#record([{ closing: verdict, at: new Date().toISOString() }]);
  }

  close(): void {
    fs.closeSync(this.#fd);
  }

  /** Deletes the file; only an empty journal may go. */
  delete(): void {
    if (this.#steps.size > 0) throw new Error(`journal ${this.path} still holds ${this.#steps.size} steps`);
    writing(this.path, () => {
      fs.unlinkSync(this.path);
      syncDirectory(path.dirname(this.path));
    });
  }

  #record(lines: readonly Line[]): void {
    if (lines.length === 0) return;
    writing(this.path, () => this.#write(lines));
    for (const line of lines) this.#apply(line);
  }

  #write(lines: readonly object[]): void {
    const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const end = fs.fstatSync(this.#fd).size;
    try {
      for (let done = 0; done < bytes.length;) {
        done += fs.writeSync(this.#fd, bytes, done, bytes.length - done, end + done);
      }
      fs.fsyncSync(this.#fd);
    } catch (error) {
      // A full disk may have taken half a line; the next line must not be glued to it.
      fs.ftruncateSync(this.#fd, end);
      throw error;
    }
  }

  #apply(line: Line): void {
    if ('do' in line) {
      this.#steps.set(line.n, { number: line.n, step: line.do, facts: undefined });
      this.#next = Math.max(this.#next, line.n + 1);
    } else if ('learned' in line) {
      const noted = this.#steps.get(line.n);
      if (noted) this.#steps.set(line.n, { ...noted, facts: { ...noted.facts, ...line.learned } });
    } else if ('undone' in line) {
      for (const number of line.undone) this.#steps.delete(number);
    } else if ('opened' in line) {
      this.#opened = line.opened;
      this.#notSaved = line.notSaved;
    } else {
      this.#verdict = line.closing;
    }
  }
}

function parseHeader(file: string, line: string): JournalHeader {
  const header = parseJson(file, line) as Partial<JournalHeader>;
  if (header.version !== 1 || typeof header.task !== 'string' || typeof header.run !== 'string') {
    throw new Fault('journal.broken', `${file}: not a journal of this version of holdstill`, {
      hint: 'close the task with the version that opened it',
    });
  }
  return header as JournalHeader;
}

function parseLine(file: string, line: string): Line {
  const value = parseJson(file, line);
  if (isLine(value)) return value;
  throw damaged(file);
}

/** A line that is sound JSON and not one of ours must not be passed over: it may have been a step. */
function isLine(value: object): value is Line {
  const { do: step, n, learned, undone, opened, closing } = value as Readonly<Record<string, unknown>>;
  if (step !== undefined) return Number.isInteger(n) && isTexts(step) && 'kind' in step;
  if (learned !== undefined) return Number.isInteger(n) && isTexts(learned);
  if (undone !== undefined) return Array.isArray(undone) && undone.every(Number.isInteger);
  return opened === undefined ? typeof closing === 'object' && closing !== null : Array.isArray(opened);
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string');
}

function parseJson(file: string, line: string): object {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // falls through: whatever it is, it is no line of a journal
  }
  throw damaged(file);
}

function damaged(file: string): Fault {
  return new Fault('journal.broken', `${file}: a line in the middle is damaged`, {
    hint: `look at the file and at 'holdstill status'; remove by hand what it lists, then the file`,
  });
}

/** The text up to the last line end; undefined: there is no such file. */
function wholeLines(file: string): string | undefined {
  try {
    const text = fs.readFileSync(file, 'utf8');
    return text.slice(0, text.lastIndexOf('\n') + 1);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Fault('journal.broken', `${file} can't be read: ${(error as Error).message}`, { cause: error });
  }
}

function writing<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault('journal.unwritable', `${file} can't be written: ${(error as Error).message}`, {
      hint: `check the space and the rights of ${path.dirname(file)}`,
      cause: error,
    });
  }
}

function syncDirectory(directory: string): void {
  const fd = fs.openSync(directory, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}
