import fs from 'node:fs';
import { syncDirectory } from '../files/open.ts';
import path from 'node:path';
import { Fault } from '../model/fault.ts';
import type { Grade } from '../model/quiesce.ts';
import type { OpenedPath, Verdict } from '../model/reply.ts';
import { openSafely, readAll } from './file.ts';
import { FIRST_WITH_OPTIONAL, FORMAT, parseJournal, type JournalHeader, type Line } from './format.ts';
import { apply, contentsOf, type Contents, type JournalView } from './view.ts';
import { sealLines } from './seal.ts';
import type { Facts, NotedStep, Step } from '../model/step.ts';
import { VERSION } from '../model/version.ts';
import { whyNot, writeHint } from '../text/why.ts';

/**
 * The write-ahead undo journal of one task: JSON lines, each on disk (fsync) before the call returns. A step is noted
 * before it is tried, so whoever comes after a crash knows all that may exist. A last line cut off by a crash is
 * dropped: a step whose line is not whole was never tried. Any other change is refused as a whole (see seal.ts): half a
 * journal would leave something behind, a forged one remove something that is not ours.
 */
export class Journal implements JournalView {
  readonly path: string;
  readonly header: JournalHeader;
  readonly #fd: number;
  readonly #contents: Contents;
  #seal: string;

  private constructor(file: string, header: JournalHeader, fd: number, contents: Contents, seal: string) {
    this.path = file;
    this.header = header;
    this.#fd = fd;
    this.#contents = contents;
    this.#seal = seal;
  }

  /** Starts a journal. Throws `journal.unwritable` where the disk refuses or one is already there. */
  static create(file: string, about: Omit<JournalHeader, 'format' | 'by' | 'machine'>): Journal {
    return writing(file, () => {
      const header = { format: FORMAT, by: VERSION, machine: machineId(), ...about };
      // O_EXCL follows no link: open(2).
      const journal = new Journal(file, header, fs.openSync(file, 'ax', 0o600), contentsOf([]), '');
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
    const fd = openSafely(file, 'r+');
    if (fd === undefined) return undefined;
    let journal: Journal | undefined;
    try {
      const text = readAll(file, fd);
      const whole = wholeLines(text);
      if (whole === '') {
        writing(file, () => fs.unlinkSync(file));
        return undefined;
      }
      const { header, lines, seal } = parseJournal(file, whole, machineId());
      if (whole !== text) writing(file, () => fs.ftruncateSync(fd, Buffer.byteLength(whole)));
      journal = new Journal(file, header, fd, contentsOf(lines), seal);
      return journal;
    } finally {
      if (!journal) fs.closeSync(fd);
    }
  }

  /** What a journal says as it stands, read without a lock and without touching it; undefined where there is none. Throws `journal.broken`. */
  static read(file: string): JournalView | undefined {
    const fd = openSafely(file, 'r');
    if (fd === undefined) return undefined;
    try {
      const whole = wholeLines(readAll(file, fd));
      if (whole === '') return undefined;
      const { header, lines } = parseJournal(file, whole, machineId());
      const { next: _, steps, ...others } = contentsOf(lines);
      return { path: file, header, steps: [...steps.values()], ...others };
    } finally {
      fs.closeSync(fd);
    }
  }

  get steps(): readonly NotedStep[] {
    return [...this.#contents.steps.values()];
  }

  get kept(): readonly NotedStep[] {
    return this.#contents.kept;
  }

  get opened(): readonly OpenedPath[] | undefined {
    return this.#contents.opened;
  }

  get notSaved(): readonly string[] {
    return this.#contents.notSaved;
  }

  get verdict(): Verdict | undefined {
    return this.#contents.verdict;
  }

  get watched(): string | undefined {
    return this.#contents.watched;
  }

  get grade(): string | undefined {
    return this.#contents.grade;
  }

  /** Notes steps before they are tried. */
  note(steps: readonly Step[]): readonly NotedStep[] {
    const noted = steps.map((step, index) => ({ number: this.#contents.next + index, step, facts: undefined }));
    this.#record(noted.map(({ number, step }) => ({ do: step, n: number })));
    return noted;
  }

  /** Notes that steps were carried out, and what became known by it; `facts` in the order of `steps`. */
  learn(steps: readonly NotedStep[], facts: readonly Facts[]): void {
    this.#record(steps.map(({ number }, index) => ({ learned: facts[index] ?? {}, n: number })));
  }

  /** Notes that steps are gone. Where the disk refuses, this object knows it anyway: to undo twice is harmless. */
  undone(numbers: readonly number[]): void {
    if (numbers.length === 0) return;
    apply({ undone: numbers }, this.#contents);
    writing(this.path, () => this.#write([{ undone: numbers }]));
  }

  /** Notes that what these steps made is to stay, with what it stands on: it is not undone, and the journal may go without it. */
  keep(steps: readonly NotedStep[]): void {
    const numbers = steps.map(({ number }) => number);
    this.#record([{ kept: numbers, undone: numbers }]);
  }

  /**
   * Notes that the task is open. `watched`: somebody shall watch its snapshots from now on; `grade`: what they are worth. Not every
   * format can say these.
   */
  markOpened(paths: readonly OpenedPath[], notSaved: readonly string[], watched: boolean, grade?: Grade): void {
    const at = new Date().toISOString();
    const lines: Line[] = [{ opened: paths, notSaved, at }];
    if (this.header.format.level >= FIRST_WITH_OPTIONAL) {
      if (watched) lines.push({ watched: at, optional: true });
      if (grade !== undefined) lines.push({ grade, optional: true });
    }
    this.#record(lines);
  }

  markClosing(verdict: Verdict): void {
    this.#record([{ closing: verdict, at: new Date().toISOString() }]);
  }

  close(): void {
    fs.closeSync(this.#fd);
  }

  /** Deletes the file; only an empty journal may go. */
  delete(): void {
    if (this.#contents.steps.size > 0)
      throw new Error(`journal ${this.path} still holds ${this.#contents.steps.size} steps`);
    writing(this.path, () => fs.unlinkSync(this.path));
    try {
      syncDirectory(path.dirname(this.path));
    } catch {
      // At worst it is there again after a power cut, and lists nothing that is left.
    }
  }

  #record(lines: readonly Line[]): void {
    if (lines.length === 0) return;
    writing(this.path, () => this.#write(lines));
    for (const line of lines) apply(line, this.#contents);
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
}

/** Without a last line that a crash cut off; '': the crash came before the header was whole, so before any step. */
function wholeLines(text: string): string {
  return text.slice(0, text.lastIndexOf('\n') + 1);
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
    throw new Fault('journal.unwritable', `${file} can't be written: ${whyNot(error)}`, {
      hint: writeHint(error, file),
      cause: error,
    });
  }
}
