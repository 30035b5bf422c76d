/**
 * A time of ISO 8601 for people: local, to the second, as `2026-11-30 09:12:05`. What is not a time is given back as it
 * is. For machines (`--json`, the log) times stay as they are, with their zone.
 */
export function localTime(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}
