/** Whether a tool complains of no space: by the C library's texts, or the names of the errors. */
export function saysFull(complaint: readonly string[]): boolean {
  return complaint.some((line) => /No space left|Disk quota exceeded|ENOSPC|EDQUOT/.test(line));
}
