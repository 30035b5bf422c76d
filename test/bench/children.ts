import type { Sample } from './sample.ts';

interface Entry {
  readonly time: string;
  readonly pid: number;
  readonly msg: string;
  readonly ms: number;
}

/** What the hooks' own log says of the processes they started. */
export class Children {
  readonly #entries: readonly Entry[];

  /** `log`: the JSON lines of holdstill.log, with `level: debug`. */
  constructor(log: string) {
    const lines = log.trim().split('\n');
    this.#entries = lines.map((line) => JSON.parse(line) as Entry).filter(({ msg }) => msg === 'command');
  }

  count({ pid }: Sample): number {
    return this.#entries.filter((entry) => entry.pid === pid).length;
  }

  /** Milliseconds in which at least one of them ran; those at the same time count once. */
  busy({ pid }: Sample): number {
    const spans = this.#entries
      .filter((entry) => entry.pid === pid)
      .map(({ time, ms }) => ({ from: Date.parse(time) - ms, to: Date.parse(time) }))
      .toSorted((a, b) => a.from - b.from);
    let [total, end] = [0, 0];
    for (const { from, to } of spans) {
      total += Math.max(0, to - Math.max(from, end));
      end = Math.max(end, to);
    }
    return total;
  }
}
