import { Fault } from '../../core/model/fault.ts';
import type { Command, Finished } from '../command.ts';

/** Options that not every system's tools know, and of which nothing else can stand in the place: since when, by their source. */
const SINCE: Readonly<Record<string, string>> = {
  'losetup --sector-size': 'util-linux 2.31',
  'partx --sector-size': 'util-linux 2.30',
};

/**
 * The fault of a tool that is too old to know an option of ours; undefined: it is not. By what it complains of, which is
 * getopt_long's own text (glibc, in the C locale): its status says just that something went wrong.
 */
export function tooOld({ tool, argv }: Command<unknown>, { status, stderr }: Finished): Fault | undefined {
  const option = status === 0 ? undefined : /: unrecognized option '(--[a-z-]+)'$/m.exec(stderr)?.[1];
  const since = SINCE[`${tool} ${option}`];
  if (option === undefined || since === undefined || !argv.includes(option)) return undefined;
  return new Fault('tool.old', `${tool} is too old: it does not know ${option}`, { hint: `this needs ${since}` });
}
