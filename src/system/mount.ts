import type { Command } from './command.ts';

/**
 * Mounts a device as the type named, and no other. The result is what mount(8) complained of,
 * undefined if all is well; status 32 is a refused
 * mount, 1 and up to 127 anything else (a helper like mount.ntfs-3g has its own).
 */
export function mountDevice(
  type: string,
  options: readonly string[],
  device: string,
  point: string,
): Command<string | undefined> {
  return {
    tool: 'mount',
    argv: ['--types', type, '--options', options.join(','), '--', device, point],
    mutates: true,
    statuses: Array.from({ length: 128 }, (_, status) => status),
    parse: ({ status, stderr, stdout }) => (status === 0 ? undefined : stderr || stdout || `status ${status}`),
  };
}

/** Shows a directory at another place; the flags of its mount come along. */
export function mountBind(directory: string, point: string): Command<string | undefined> {
  return { ...mountDevice('none', [], directory, point), argv: ['--bind', '--', directory, point] };
}

/**
 * Unmounts several directories in one process, in the order given. What is still mounted afterwards the kernel's list
 * tells; the result is what umount(8) complained of.
 */
export function unmount(points: readonly string[]): Command<string> {
  return {
    tool: 'umount',
    argv: ['--', ...points],
    mutates: true,
    statuses: Array.from({ length: 128 }, (_, status) => status),
    parse: ({ stderr }) => stderr,
  };
}
