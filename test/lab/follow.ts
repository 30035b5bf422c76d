import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** Pass on what a guest writes while it runs; the returned function passes on the rest and ends it. */
export function follow(run: string): () => Promise<void> {
  const streams = [
    { file: openSync(join(run, 'stdout'), 'r'), to: process.stdout },
    { file: openSync(join(run, 'stderr'), 'r'), to: process.stderr },
  ];
  const buffer = Buffer.alloc(65_536);
  const pass = (): void => {
    for (const { file, to } of streams) {
      for (let read = 1; read > 0;) {
        read = readSync(file, buffer, 0, buffer.length, null);
        if (read > 0) to.write(Buffer.from(buffer.subarray(0, read)));
      }
    }
  };
  const timer = setInterval(pass, 50);
  return async () => {
    clearInterval(timer);
    pass();
    for (const { file } of streams) closeSync(file);
    await Promise.resolve();
  };
}
