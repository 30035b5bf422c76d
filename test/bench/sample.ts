/** One run of a command, as measure.pl prints it. */
export interface Sample {
  readonly name: string;
  readonly ms: number;
  /** Of the greatest of its processes. */
  readonly peakKiB: number;
  readonly pid: number;
  /** Milliseconds of CPU, with its children. */
  readonly cpuMs: number;
}

export function parseSamples(text: string): readonly Sample[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', ms, peakKiB, pid, cpuMs] = line.split('\t');
      return { name, ms: Number(ms), peakKiB: Number(peakKiB), pid: Number(pid), cpuMs: Number(cpuMs) };
    });
}

/** The least of many runs, which noise can only make greater, and the middle one. */
export interface Spread {
  readonly min: number;
  readonly median: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { min: sorted[0] ?? NaN, median: sorted[Math.floor(sorted.length / 2)] ?? NaN };
}
