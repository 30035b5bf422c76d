import fs from 'node:fs';
import path from 'node:path';
import { Fault } from './fault.ts';
import type { OpenedPath, Verdict } from './contract.ts';
import { broken, openSafely, readAll } from './journalfile.ts';
import { journalPath } from './names.ts';
import { sealLines, unsealLines } from './seal.ts';
import type { Facts, NotedStep, Step } from './step.ts';

const VERSION = 2;

/** The first line of a journal: whose it is. */
export interface JournalHeader {
  readonly version: typeof VERSION;
  /** /etc/machine-id, or '' where there is none. */
  readonly machine: string;
  readonly task: string;
  readonly contract: string;
  readonly run: string;
  /** The product's own id of the run, or ''. */
  readonly runKey: string;
  /** The kernel's id of this boot: /proc/sys/kernel/random/boot_id. */
  readonly boot: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Milliseconds that a hook may take, as the task was configured when it was opened. */
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
 * dropped: a step whose line is not whole was never tried. Any other change is refused as a whole (see seal.ts): half a
 * journal would leave something behind, a forged one remove something that is not ours.
 */
export class Journal {
  readonly path: string;
  readonly header: JournalHeader;
  readonly #fd: number;
  #seal = '';
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
  static create(file: string, about: Omit<JournalHeader, 'version' | 'machine'>): Journal {
    return writing(file, () => {
      const header = { version: VERSION, machine: machineId(), ...about } as const;
      // O_EXCL follows no link: open(2).
      const journal = new Journal(file, header, fs.openSync(file, 'ax', 0o600));
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
    return Journal.#parse(file, 'r+');
  }

  /** Reads a journal as it stands, without a lock and without touching it. Throws `journal.broken`. */
  static read(file: string): Journal | undefined {
    const journal = Journal.#parse(file, 'r');
    journal?.close();
    return journal;
  }

  static #parse(file: string, mode: 'r' | 'r+'): Journal | undefined {
    const fd = openSafely(file, mode);
    if (fd === undefined) return undefined;
    try {
      const text = readAll(file, fd);
      const whole = text.slice(0, text.lastIndexOf('\n') + 1);
      if (whole === '') {
        // The crash came before the header was whole, so before any step.
        fs.closeSync(fd);
        if (mode === 'r+') writing(file, () => fs.unlinkSync(file));
        return undefined;
      }
      const [header, lines, seal] = parseWhole(file, whole);
      const journal = new Journal(file, header, fd);
      journal.#seal = seal;
      for (const line of lines) journal.#apply(line);
      if (mode === 'r+' && whole !== text) writing(file, () => fs.ftruncateSync(fd, Buffer.byteLength(whole)));
      return journal;
    } catch (error) {
      fs.closeSync(fd);
      throw error;
    }
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
    writing(this.path, () => fs.unlinkSync(this.path));
    try {
      syncDirectory(path.dirname(this.path));
    } catch {
      // At worst it is there again after a power cut, and tells of nothing that is left.
    }
  }

  #record(lines: readonly Line[]): void {
    if (lines.length === 0) return;
    writing(this.path, () => this.#write(lines));
    for (const line of lines) this.#apply(line);
  }

  #write(lines: readonly object[]): void {
    const { text, seal } = sealLines(
      lines.map((line) => JSON.stringify(line)),
      this.#seal,
    );
    const bytes = Buffer.from(text);
    const end = fs.fstatSync(this.#fd).size;
    try {
      for (let done = 0; done < bytes.length;) {
        done += fs.writeSync(this.#fd, bytes, done, bytes.length - done, end + done);
      }
      fs.fsyncSync(this.#fd);
      this.#seal = seal;
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

/** Throws `journal.broken` with the reason, unless it is whole, unchanged, of this machine and of its own task. */
function parseWhole(file: string, whole: string): readonly [JournalHeader, readonly Line[], string] {
  const texts = whole.split('\n').slice(0, -1);
  const version = /"version":(\d+)/.exec(texts[0] ?? '')?.[1];
  if (version !== undefined && version !== String(VERSION)) {
    throw broken(file, `was written by another version of holdstill (format ${version}, not ${VERSION})`, {
      hint: 'close the task with the version that opened it',
    });
  }
  const found = unsealLines(texts);
  if ('wrong' in found) throw broken(file, `line ${found.wrong} is damaged, or the lines before it are`);
  const [header, ...lines] = found.values;
  if (!isHeader(header)) throw broken(file, 'its first line is not that of a journal');
  const strange = lines.findIndex((line) => !isLine(line));
  if (strange >= 0) throw broken(file, `line ${strange + 2} is not that of a journal`);
  const its = journalPath(path.dirname(file), header.task);
  if (its !== file) throw broken(file, `is the journal of another task, and was ${its}`);
  if (header.machine !== machineId()) {
    throw broken(file, `is of another machine (/etc/machine-id ${header.machine}), so nothing it lists is here`, {
      hint: `if it was copied here, remove the file; if this machine got a new id, remove by hand what it lists, then the file`,
    });
  }
  return [header, lines as Line[], found.seal];
}

function isHeader(value: object | undefined): value is JournalHeader {
  const { version, timeoutMs, ...texts } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const needed = ['machine', 'task', 'contract', 'run', 'runKey', 'boot', 'startedAt'];
  return version === VERSION && Number.isInteger(timeoutMs) && needed.every((key) => key in texts) && isTexts(texts);
}

/** A line that is sound and not one of ours must not be passed over: it may have been a step. */
function isLine(value: object): value is Line {
  const { do: step, n, learned, undone, opened, notSaved, closing } = value as Readonly<Record<string, unknown>>;
  if (step !== undefined) return Number.isInteger(n) && isTexts(step) && 'kind' in step;
  if (learned !== undefined) return Number.isInteger(n) && isTexts(learned);
  if (undone !== undefined) return Array.isArray(undone) && undone.every(Number.isInteger);
  if (opened !== undefined) return Array.isArray(opened) && opened.every(isTexts) && isTextList(notSaved);
  const { kind, reason, reasons } = (closing ?? {}) as Readonly<Record<string, unknown>>;
  return (
    kind === 'good' || (kind === 'bad' && isTextList(reasons)) || (kind === 'unknown' && typeof reason === 'string')
  );
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string');
}

function machineId(): string {
  try {
    return fs.readFileSync('/etc/machine-id', 'utf8').trim();
  } catch {
    return '';
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
