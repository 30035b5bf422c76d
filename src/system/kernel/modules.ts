import fs from 'node:fs';
import os from 'node:os';

/** Whether the kernel knows a type of file system now: proc(5), filesystems. A mount that was tried has loaded what there is. */
export function knowsFileSystem(type: string): boolean {
  const lines = readText('/proc/filesystems')?.split('\n') ?? [];
  return lines.some((line) => line.split('\t').at(-1) === type);
}

/**
 * Whether the kernel has a module, built in, loaded or to be loaded; undefined: that is not known, since nothing is known of
 * this kernel's modules (depmod(8) and kbuild write the lists).
 */
export function hasModule(name: string): boolean | undefined {
  if (fs.existsSync(`/sys/module/${name}`)) return true;
  const directory = `/lib/modules/${os.release()}`;
  const [loadable, built] = [readText(`${directory}/modules.dep`), readText(`${directory}/modules.builtin`)];
  if (loadable === undefined || built === undefined) return undefined;
  return isListed(name, loadable) || isListed(name, built);
}

/** In lines like `kernel/drivers/md/dm-snapshot.ko.xz: kernel/...`; a file may have `-` where a module has `_`. */
export function isListed(name: string, list: string): boolean {
  const file = name.replaceAll('_', '[-_]');
  return new RegExp(`^(?:\\S*/)?${file}\\.ko(?:\\.\\w+)?(?::|$)`, 'm').test(list);
}

function readText(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
