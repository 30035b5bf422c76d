import { expect, test } from 'vitest';
import { describeLab } from './describe.ts';
import { scenario } from './scenario.ts';

describeLab('a script beside its test', () => {
  test('is told what the test computes, whatever is in it, and its status comes back', async () => {
    const text = `it's "$HOME"; \`exit\` \\ *`;
    const values = { TEXT: text, COUNT: 41, LIST: ['two  words', '', text], NONE: [] };
    const { stdout, stderr, status } = await scenario('test/lab/scenario.bash', { values });
    expect(stdout.split('\n')).toEqual([text, '42', '3', 'two  words', '', text, '0', '']);
    expect({ stderr, status }).toEqual({ stderr: '', status: 7 });
  });

  test('must be there', async () => {
    await expect(scenario('test/lab/no-such.bash')).rejects.toThrow('there is no test/lab/no-such.bash');
  });
});
