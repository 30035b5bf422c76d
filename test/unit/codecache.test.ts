import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { readCode, writeCode } from '../../src/main/codecache.ts';

const isRoot = process.geteuid?.() === 0;
const top = fs.mkdtempSync(join(tmpdir(), 'holdstill-code-'));
const directory = join(top, 'cache');
const file = join(directory, 'app.0123');
const code = Buffer.from('the code of V8');

beforeEach(() => {
  fs.rmSync(directory, { recursive: true, force: true });
});
afterAll(() => {
  fs.rmSync(top, { recursive: true, force: true });
});

describe.skipIf(!isRoot)('what V8 compiled', () => {
  test('comes back as it was kept, in a directory of its own, for root alone', () => {
    expect(readCode(file)).toBeUndefined();
    writeCode(file, () => code);
    expect(readCode(file)).toEqual(code);
    expect(fs.readdirSync(directory)).toEqual(['app.0123']);
    expect([directory, file].map((path) => fs.statSync(path).mode & 0o7777)).toEqual([0o700, 0o600]);
  });

  /* How somebody else could have written it, or how it may have become another one. */
  const harm: Readonly<Record<string, () => void>> = {
    'of another user': () => fs.chownSync(file, 1000, 0),
    'that its group can write': () => fs.chmodSync(file, 0o620),
    'that everybody can write': () => fs.chmodSync(file, 0o602),
    'in a directory of another user': () => fs.chownSync(directory, 1000, 0),
    'in a directory that everybody can write': () => fs.chmodSync(directory, 0o707),
    'that has another name': () => fs.linkSync(file, join(top, 'link')),
    'behind a link': () => {
      fs.renameSync(file, `${file}.there`);
      fs.symlinkSync(`${file}.there`, file);
    },
    'that is a directory': () => {
      fs.rmSync(file);
      fs.mkdirSync(file);
    },
    'with a bit that is wrong': () => {
      const bytes = fs.readFileSync(file);
      bytes[40] = (bytes[40] ?? 0) ^ 1;
      fs.writeFileSync(file, bytes);
    },
    'that was cut': () => fs.truncateSync(file, 40),
    'that is empty': () => fs.truncateSync(file, 0),
    'that is larger than any': () => fs.truncateSync(file, 17 * 1024 * 1024),
  };

  test.each(Object.entries(harm))('is not taken from a file %s', (_, spoil) => {
    writeCode(file, () => code);
    spoil();
    expect(readCode(file)).toBeUndefined();
    fs.rmSync(join(top, 'link'), { force: true });
  });

  test('is not kept where others could put something', () => {
    fs.mkdirSync(directory);
    fs.chmodSync(directory, 0o777);
    writeCode(file, () => code);
    expect(fs.readdirSync(directory)).toEqual([]);
  });

  test('is nobody to fail for: no directory above, no code', () => {
    writeCode(join(top, 'no', 'such', 'app.1'), () => code);
    writeCode(file, () => {
      throw new Error('no code');
    });
    expect(fs.readdirSync(directory)).toEqual([]);
    expect(fs.readdirSync(top)).toEqual(['cache']);
  });

  test('takes the place of what is older than a day, of the same part', () => {
    const old = new Date(Date.now() - 25 * 3600 * 1000);
    for (const name of ['app.old', 'app.old.77', 'application.old', 'config.old', 'app.new']) {
      writeCode(join(directory, name), () => code);
      if (name !== 'app.new') fs.utimesSync(join(directory, name), old, old);
    }
    writeCode(file, () => code);
    expect(fs.readdirSync(directory).toSorted()).toEqual(['app.0123', 'app.new', 'application.old', 'config.old']);
  });
});
