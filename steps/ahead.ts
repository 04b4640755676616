/**
 * Asks already what will be asked in a moment, so that one answer need not wait for the other: whoever asks then shares
 * the answer. What goes wrong is met there.
 */
export function ahead(...asked: readonly Promise<unknown>[]): void {
  for (const one of asked) one.catch(() => {})
}
