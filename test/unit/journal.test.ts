import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isFault } from '../../src/core/fault.ts';
import { Journal, type JournalHeader } from '../../src/core/journal.ts';

const header: JournalHeader = {
  version: 1,
  task: 'täglich',
  contract: 'generic',
  run: '0a1b2c3d',
  runKey: '17',
  boot: 'b',
  startedAt: '2026-01-01T00:00:00.000Z',
  timeoutMs: 120_000,
};
const steps = [
  { kind: 'lvm', name: 'hs.0a1b2c3d.a' },
  { kind: 'loop', offset: '32256' },
  { kind: 'mount', point: '/mnt/ä' },
];

let directory: string;
let file: string;

beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'holdstill-journal-'));
  file = path.join(directory, 'a.journal');
});
afterEach(() => fs.rmSync(directory, { recursive: true }));

function writeAll(): void {
  const journal = Journal.create(file, header);
  journal.learn(journal.note(steps).slice(0, 1), [{ uuid: 'u' }]);
  journal.markOpened([{ source: 'a/b', path: '/mnt/ä' }], ['a/b/p2']);
  journal.markClosing({ kind: 'bad', reasons: ['r'] });
  journal.undone([3, 2]);
  journal.close();
}

describe('a journal', () => {
  test('tells whoever loads it what may exist', () => {
    writeAll();
    const journal = Journal.load(file);
    expect(journal?.header).toEqual(header);
    expect(journal?.steps).toEqual([{ number: 1, step: steps[0], facts: { uuid: 'u' } }]);
    expect(journal?.opened).toEqual([{ source: 'a/b', path: '/mnt/ä' }]);
    expect(journal?.notSaved).toEqual(['a/b/p2']);
    expect(journal?.verdict).toEqual({ kind: 'bad', reasons: ['r'] });
    journal?.close();
  });

  test('cut off at any byte it is still a journal, and goes on as one', () => {
    writeAll();
    const whole = fs.readFileSync(file);
    const lines = whole.toString().split('\n');
    for (let bytes = 0; bytes < whole.length; bytes += 1) {
      const cut = whole.subarray(0, bytes);
      fs.writeFileSync(file, cut);
      const looked = Journal.read(file);
      expect(fs.readFileSync(file).equals(cut), 'reading changes nothing').toBe(true);

      const journal = Journal.load(file);
      const complete = cut.toString('latin1').split('\n').length - 1;
      expect(looked?.steps).toEqual(journal?.steps);
      if (!journal) {
        expect([complete, fs.existsSync(file)], 'no header, so no step').toEqual([0, false]);
        continue;
      }
      const noted = lines.slice(1, complete).filter((line) => line.startsWith('{"do"')).length;
      const undone = complete === lines.length - 1 ? 2 : 0;
      expect(journal.steps).toHaveLength(noted - undone);
      const [added] = journal.note([{ kind: 'x' }]);
      journal.close();
      const again = Journal.read(file);
      expect(again?.steps.map(({ number }) => number)).toEqual(journal.steps.map(({ number }) => number));
      expect(again?.steps.at(-1)).toEqual({ number: added?.number, step: { kind: 'x' }, facts: undefined });
    }
  });

  test('damaged in the middle it is refused, and left as it is', () => {
    writeAll();
    const text = fs.readFileSync(file, 'utf8').replace('{"do"', '{"d');
    fs.writeFileSync(file, text);
    expect(codeOf(() => Journal.load(file))).toBe('journal.broken');
    expect(fs.readFileSync(file, 'utf8')).toBe(text);
  });

  test('of another version it is refused', () => {
    fs.writeFileSync(file, `${JSON.stringify({ ...header, version: 2 })}\n`);
    expect(codeOf(() => Journal.load(file))).toBe('journal.broken');
  });

  test('exists once: the second comer gets a fault', () => {
    Journal.create(file, header).close();
    expect(codeOf(() => Journal.create(file, header))).toBe('journal.unwritable');
  });

  test('is deleted only when it is empty', () => {
    const journal = Journal.create(file, header);
    journal.note(steps);
    expect(() => journal.delete()).toThrow(/still holds 3/);
    journal.undone([1, 2, 3]);
    journal.delete();
    journal.close();
    expect(fs.readdirSync(directory)).toEqual([]);
  });

  test('can be read by its owner only', () => {
    Journal.create(file, header).close();
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  });
});

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return isFault(error) ? error.code : String(error);
  }
}
