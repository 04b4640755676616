import { describe, expect, test } from 'vitest'
import { SetupError } from '../../src/clouds/cause.ts'
import { readItems } from '../../src/clouds/circleci.ts'
import { readPages as hubPages } from '../../src/clouds/docker-hub.ts'
import { readPages as googlePages } from '../../src/clouds/google-pages.ts'
import type { Json } from '../../src/clouds/json.ts'
import { pageLimits } from '../../src/clouds/pages.ts'
import type { VendorReply } from '../../src/clouds/vendor.ts'

const page = (nth: number, body: Json, bytes: number): VendorReply => ({
  ...{ status: 200, headers: {}, asked: `GET vendor/list?page=${nth}`, body, bytes },
})

/** How each vendor's lists go on. */
const LISTS: Readonly<Record<string, (read: (nth: number) => VendorReply) => Promise<unknown>>> = {
  CircleCI: read => {
    let nth = 0
    return readItems(
      async () => read(++nth),
      '/list',
      item => item,
    )
  },
  'Docker Hub': read => hubPages(async nth => read(nth)),
  Google: read => {
    let nth = 0
    return googlePages(async () => read(++nth), '/list', 'items')
  },
}

const whole = (nth: number, items: Json): Json => ({
  ...{ items, next_page_token: String(nth), results: items, next: 'more', nextPageToken: String(nth) },
})

describe('A list without an end is given up, and told with vendor and request:', () => {
  test.each(Object.entries(LISTS))('of %s', async (vendor, list) => {
    for (const [bytes, said] of [
      [100, 'more than 500 pages'],
      [2 ** 20, 'more than 32 MB'],
    ] as const) {
      let last = 0
      const error = await list(nth => {
        last = nth
        return page(nth, whole(nth, [nth]), bytes)
      }).catch((error: unknown) => error)
      expect(error).toBeInstanceOf(SetupError)
      const { cause } = error as SetupError
      expect(cause).toMatchObject({ code: 'endless-list', said, asked: `GET vendor/list?page=${last}` })
      expect(cause.means).toContain(vendor)
    }
  })

  test('that comes too slowly', () => {
    let now = 0
    const met = pageLimits('Google', () => now)
    met(page(1, {}, 0))
    now = 300_000
    met(page(2, {}, 0))
    now = 300_001
    expect(() => met(page(3, {}, 0))).toThrow(SetupError)
  })
})
