import fs from 'node:fs';

/** A user of this host. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** The user of this name in /etc/passwd, where packages put those that they make: passwd(5). Undefined: there is none. */
export function accountOf(name: string, passwd: string = fs.readFileSync('/etc/passwd', 'utf8')): Account | undefined {
  for (const line of passwd.split('\n')) {
    const [user, , uid = '', gid = '', , home = '/'] = line.split(':');
    if (user === name && /^\d+$/u.test(uid) && /^\d+$/u.test(gid)) return { uid: Number(uid), gid: Number(gid), home };
  }
  return undefined;
}
