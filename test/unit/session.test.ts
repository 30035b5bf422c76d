import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { endSessions } from '../../src/system/kernel/processes.ts';
import { askOnce, openSession, type Client } from '../../src/system/session.ts';

/** A shell takes statements from its input as the client of a database does, and ends at the first that fails. */
const shell: Client = {
  tool: 'sh',
  argv: ['-e'],
  env: { GREETING: 'hello' },
  account: undefined,
  saying: (statements, word) => [...statements, `echo '${word}'`].map((one) => `${one}\n`).join(''),
  complaint: (stderr) => stderr.trim(),
};

test('a session keeps what it was told, and each answer is of its own question', async () => {
  const session = openSession(shell, 'test.kept');
  expect(await session.ask(['x=$GREETING', 'echo "$x"'], 5000)).toEqual(['hello']);
  expect(await session.ask(['cd /'], 5000)).toEqual([]);
  expect(await session.ask(['echo "$x"', 'echo "$HOLDSTILL_SESSION"'], 5000)).toEqual(['hello', 'test.kept']);
  await session.close();
  await expect(session.ask(['echo late'], 5000)).rejects.toMatchObject({ code: 'tool.failed' });
});

test('a statement that fails ends it, with what the client says', async () => {
  await expect(askOnce(shell, ['echo "ERROR 1045" >&2', 'false', 'echo never'], 5000)).rejects.toMatchObject({
    code: 'tool.failed',
    detail: ['ERROR 1045'],
  });
});

test('a client that is not installed is named with its package', async () => {
  await expect(askOnce({ ...shell, tool: 'psql-of-nobody' }, ['x'], 5000)).rejects.toMatchObject({
    code: 'tool.missing',
    message: expect.stringContaining('psql-of-nobody is not installed'),
  });
});

test('an answer that does not come in time kills the client, and what comes too late is never sent', async () => {
  const session = openSession(shell, 'test.slow');
  await expect(session.ask(['sleep 30'], 200)).rejects.toMatchObject({ code: 'tool.timeout' });
  await session.close();
  expect(endSessions('sh', 'test.slow')).toBe(0);
  const late = openSession(shell, 'test.late');
  await expect(late.ask(['exit 3'], 0)).rejects.toMatchObject({ code: 'tool.timeout' });
  expect(await late.ask(['echo still'], 5000)).toEqual(['still']);
  await late.close();
});

test('whoever knows the mark ends the session, and no other', async () => {
  const [one, other] = [openSession(shell, 'test.one'), openSession(shell, 'test.other')];
  await Promise.all([one.ask([':'], 5000), other.ask([':'], 5000)]);
  expect(endSessions('sh', 'test.one')).toBe(1);
  await expect(one.ask([':'], 5000)).rejects.toMatchObject({ code: 'tool.failed' });
  expect(await other.ask(['echo here'], 5000)).toEqual(['here']);
  await Promise.all([one.close(), other.close()]);
  await sleep(50);
  expect(endSessions('sh', 'test.other')).toBe(0);
});
