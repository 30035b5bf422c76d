import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Sample, parseSamples } from './sample.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/u, '');

/** A hook with a task that isn't configured, on this very machine; or why that can't be. */
export function onHost(rounds: number): readonly Sample[] | string {
  const script = `${repository}/test/bench/host.bash`;
  const { status, stdout, stderr, error } = spawnSync('unshare', ['-rm', 'bash', '--norc', script], {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', REPO: repository, NODE: process.execPath, ROUNDS: String(rounds) },
    encoding: 'utf8',
  });
  if (status === 0) return parseSamples(stdout);
  return (error?.message ?? stderr).trim().split('\n')[0] ?? 'unshare failed';
}
