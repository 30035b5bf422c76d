import { isatty } from 'node:tty';
import { formatBytes } from '../core/text/bytes.ts';
import { escapeText } from '../core/text/escape.ts';
import type { Progress } from '../core/ports/provider.ts';
import { drawBar } from './tree.ts';

/** A line on standard error that is written over and over; nothing if that is not a terminal. */
export function createProgress(): Progress {
  if (!isatty(2)) return () => undefined;
  let began: { readonly what: string; readonly at: number } | undefined;
  return (what, done, total) => {
    const now = performance.now();
    if (began?.what !== what) began = { what, at: now };
    const seconds = (now - began.at) / 1000;
    const rate = seconds > 0 ? done / seconds : 0;
    const left = rate > 0 ? `, ${Math.ceil(Math.max(0, total - done) / rate)} s left` : '';
    const share = total > 0 ? done / total : 1;
    const line = `${drawBar(share)} ${formatBytes(done)} of ${formatBytes(total)}, ${formatBytes(rate)}/s${left}  ${escapeText(what)}`;
    process.stderr.write(`\r\u001B[K${line}${done >= total ? '\n' : ''}`);
  };
}
