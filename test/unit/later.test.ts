import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { Journal } from '../../src/core/journal/journal.ts';
import { encodeName, journalPath, lockPath } from '../../src/core/model/names.ts';
import { later } from '../../src/system/later.ts';

const directory = mkdtempSync(join(tmpdir(), 'holdstill-later-'));
afterAll(() => rmSync(directory, { recursive: true }));

interface Place {
  readonly journal: string;
  readonly lock: string;
}

/** When it went on, in seconds after the start of the wait; undefined: it ended. Something happens `meanwhile`. */
async function wentOn(task: string, meanwhile: (place: Place) => Promise<void> | void): Promise<number | undefined> {
  const place = { journal: journalPath(directory, task), lock: lockPath(directory, task) };
  open(task, '0a1b2c3d');
  const became = join(directory, `${encodeName(task)}.became`);
  // As a name that is hard, and a word that a shell would read.
  const words = later({ ...place, run: '0a1b2c3d' }, ['/bin/sh', '-c', ': >"$0"; echo "$1"', became, '$(date) "x']);
  const began = performance.now();
  const child = spawn(words[0], words.slice(1), {
    env: { PATH: '/usr/bin:/bin' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const said = child.stdout.setEncoding('utf8').toArray();
  const ended = once(child, 'close');
  await meanwhile(place);
  await ended;
  if (!existsSync(became)) return undefined;
  expect(await said).toEqual(['$(date) "x\n']);
  return (performance.now() - began) / 1000;
}

function open(task: string, run: string): void {
  const about = { task, contract: 'generic', run, runKey: '', callers: '', boot: 'b', startedAt: 'now', timeoutMs: 1 };
  Journal.create(journalPath(directory, task), about).close();
}

describe.concurrent('who goes on after a hook', () => {
  test('waits for two seconds', async () => {
    const seconds = await wentOn(`it's a "task" $(x)`, () => undefined);
    expect(seconds).toBeGreaterThan(1.9);
  });

  test('does not where the task is closed by then', async () => {
    expect(await wentOn('closed', ({ journal }) => rmSync(journal))).toBeUndefined();
  });

  test('does not where another run of it is open by then', async () => {
    const reopened = wentOn('opened again', ({ journal }) => {
      rmSync(journal);
      open('opened again', '99999999');
    });
    expect(await reopened).toBeUndefined();
  });

  test('does not where a hook is at work, and closes it', async () => {
    const closing = wentOn('closing', async ({ journal, lock }) => {
      writeFileSync(lock, '');
      await sleep(2500);
      rmSync(journal);
      // Who has read the journal just before sees the lock yet.
      await sleep(300);
      rmSync(lock);
    });
    expect(await closing).toBeUndefined();
  });

  test('waits for a hook that is at work', async () => {
    const seconds = await wentOn('at work', async ({ lock }) => {
      writeFileSync(lock, '');
      await sleep(2500);
      rmSync(lock);
    });
    expect(seconds).toBeGreaterThan(2.9);
  });

  test('but not for ever: the hook may have been killed', async () => {
    const seconds = await wentOn('killed', ({ lock }) => writeFileSync(lock, ''));
    expect(seconds).toBeGreaterThan(5.9);
  });
});
