const MOST = 4;

/** `tar (4711), swap on /dev/dm-3`, or the first of many and how many more there are. */
export function namesOf(users: readonly string[]): string {
  const shown = users.slice(0, MOST).join(', ');
  return users.length > MOST ? `${shown} and ${users.length - MOST} more` : shown;
}
