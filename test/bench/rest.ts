import { kvmGuest, kvmHost } from '../kvm/bed.ts';
import { scenario } from '../lab/scenario.ts';
import { parseSamples, type Sample } from './sample.ts';

/** How long a guest of libvirt stands still, `rounds` times. */
export async function atRest(rounds: number): Promise<readonly Sample[]> {
  const values = { KVM: await kvmGuest(), ROUNDS: rounds };
  const run = await scenario('test/bench/rest.bash', { ...kvmHost, values, timeoutMs: 900_000 });
  if (run.status !== 0) throw new Error(`the guest ended with status ${run.status}: ${run.stdout}${run.stderr}`);
  return parseSamples(run.files('samples'));
}
