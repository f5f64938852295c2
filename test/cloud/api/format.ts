/** `2026-01-31 08:30:00` in UTC+8, as the cloud API writes times. */
export function formatTime(ms: number): string {
  return new Date(ms + 8 * 60 * 60 * 1000).toISOString().slice(0, 19).replace('T', ' ');
}

/** The page of a list at an offset, with a limit. */
export function page<T>(items: readonly T[], offset = 0, limit = 20): readonly T[] {
  return items.slice(offset, offset + limit);
}
