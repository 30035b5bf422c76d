/** What could go wrong and can't be tried in the lab, and why. `npm run matrix` prints it below its table. */
export const untried: readonly { readonly what: string; readonly reason: string }[] = [
  {
    what: 'a command in the D state, which not even SIGKILL ends',
    reason: 'tried instead: one that ignores SIGTERM and does its work later; the other looks the same to a hook',
  },
  {
    what: 'races between hooks, udev and the kernel on several CPUs',
    reason: 'User-Mode Linux has one CPU, and udevd does not run in the guest',
  },
  {
    what: 'a kill in the middle of a system call',
    reason: 'a signal waits for the end of the call; the moments are those between the calls',
  },
  {
    what: 'a disk that loses what it has said to be written',
    reason:
      "the guest's disks are files of the host, which keeps every write; tried instead: writes that were never synced",
  },
  {
    what: 'SEP sesam and Bareos themselves',
    reason: "sesam can't be had (its client is emulated), Bareos is in no package here; Bacula 9.6 is real",
  },
  {
    what: 'btrfs on the kernel of the machine itself',
    reason: 'those that run these tests have none; it is tried on the kernel of the lab',
  },
  {
    what: 'an ocfs2 that several hosts share',
    reason: 'the lab is one host; images are tried on one that was made for it alone',
  },
];
