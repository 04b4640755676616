import { onTestFinished, vi } from 'vitest'

/** Until the test ends, it runs as another user than the one whose the files are: only root can give files away. */
export function asAnotherUser(): void {
  const own = process.getuid?.() ?? 0
  const spy = vi.spyOn(process, 'getuid').mockReturnValue(own + 1)
  onTestFinished(() => spy.mockRestore())
}
