import type { Marked } from '../../core/model/snapshot.ts';
import { shellWord } from '../../core/text/shell.ts';
import { EXPORT, exportName, STORAGE_DAEMON } from '../tools/storagedaemon.ts';
import { nameOf, startedWith, type Started } from './processes.ts';

/** What such a process is called by the kernel (15 bytes), and what becomes it by exec(2) (confine.ts, showImage). */
const SHOWERS = ['qemu-storage-da', 'systemd-run', 'unshare', 'setpriv'];

/** The processes that show an image of a run, or are about to. */
export function showersOf(run: string, number: string): readonly Started[] {
  return startedWith(`${exportName(run, number)},`).filter(({ pid }) => SHOWERS.includes(nameOf(pid)));
}

/** All images that are shown for any run. */
export function shownImages(): readonly Marked[] {
  return startedWith('type=fuse,id=hs.').flatMap(({ pid, argument }) => {
    const [, run, point = ''] = EXPORT.exec(argument) ?? [];
    if (run === undefined || !SHOWERS.includes(nameOf(pid))) return [];
    // It unmounts the file when it ends.
    const byHand = `kill ${pid}; sleep 1; rm ${shellWord(point)}`;
    return [{ run, what: `${STORAGE_DAEMON} (${pid}), which shows ${point}`, byHand }];
  });
}
