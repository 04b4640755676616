import { describe, expect, test, vi } from 'vitest'
import { realClock } from '../../src/clouds/clock.ts'

describe('the clock', () => {
  test('scales time-outs to whole milliseconds, never past what a timer can hold', () => {
    const scales = [1, 0.001, 0.00001, 1e9]
    expect(scales.map(scale => realClock(scale).timeout(30_000))).toEqual([30_000, 30, 1, 2 ** 31 - 1])
    expect(realClock(0.0001).timeout(10_001)).toBe(2)
  })

  test('scales waits', async () => {
    vi.useFakeTimers()
    try {
      const woken = vi.fn()
      const sleep = realClock(0.5).sleep(1000).then(woken)
      await vi.advanceTimersByTimeAsync(499)
      expect(woken).not.toHaveBeenCalled()
      await vi.advanceTimersByTimeAsync(1)
      expect(woken).toHaveBeenCalled()
      await sleep
    } finally {
      vi.useRealTimers()
    }
  })

  test('ends a wait with the reason for giving up, and leaves no timer behind', async () => {
    vi.useFakeTimers()
    try {
      const reason = new Error('enough')
      const giveUp = new AbortController()
      const sleep = realClock().sleep(1000, giveUp.signal)
      giveUp.abort(reason)
      await expect(sleep).rejects.toBe(reason)
      await expect(realClock().sleep(1000, giveUp.signal)).rejects.toBe(reason)
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  test('lets go of the signal when the wait is over', async () => {
    const { signal } = new AbortController()
    const added = vi.spyOn(signal, 'addEventListener')
    const removed = vi.spyOn(signal, 'removeEventListener')
    await realClock(0).sleep(1000, signal)
    expect(removed.mock.calls[0]?.slice(0, 2)).toEqual(added.mock.calls[0]?.slice(0, 2))
  })

  test('tells the time', () => {
    expect(Math.abs(realClock(0.001).now().getTime() - Date.now())).toBeLessThan(1000)
  })
})
