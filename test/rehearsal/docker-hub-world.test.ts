import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { emptyWorld, loadWorld } from '../../src/rehearsal/world.ts'
import { rehearse } from './client.ts'
import { signIn } from './docker-hub-client.ts'

const given = { namespace: 'yourname', name: 'dummyapp' }

test('the empty world holds one user who can sign in by password, and the images that builds start from', async () => {
  const { dockerHub } = emptyWorld(new Date('2026-11-22T10:00:00Z'))
  expect(dockerHub.users).toMatchObject([
    {
      username: 'yourname',
      email: 'you@example.com',
      emailVerified: true,
      twoFactorCode: null,
      plan: 'free',
      tokens: [],
    },
  ])
  expect(dockerHub.organizations).toEqual([])
  expect(dockerHub.repositories.map(({ namespace, name }) => `${namespace}/${name}`)).toEqual([
    'pennocktech/ci',
    'philpennock/poetry',
    'library/golang',
    'library/docker',
    'google/cloud-sdk',
    'cimg/base',
    'cimg/go',
    'library/alpine',
    'ratelimitpreview/test',
  ])
  await expect(signIn(await rehearse())).resolves.toBeTypeOf('function')
})

test('a world file keeps what was made, and a login outlives a restart', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'world-')), 'world.json')
  const first = await rehearse(undefined, { file })
  const hub = await signIn(first)
  await hub('POST', '/v2/namespaces/yourname/repositories', given)
  await hub('POST', '/v2/access-tokens', { token_label: 'CI', scopes: ['repo:write'] })
  await first.close()
  const second = await rehearse(undefined, { file })
  expect((await (await signIn(second))('GET', '/v2/namespaces/yourname/repositories/dummyapp')).status).toBe(200)
  expect(loadWorld(file)?.dockerHub.users).toMatchObject([{ tokens: [{ label: 'CI' }] }])
})

test('a write that changes nothing is no effect', async () => {
  const rehearsal = await rehearse()
  const hub = await signIn(rehearsal)
  await hub('POST', '/v2/namespaces/yourname/repositories', given)
  await hub('PATCH', '/v2/repositories/yourname/dummyapp/', { description: '' })
  expect(rehearsal.log).toMatchObject([{ effect: false }, { effect: true }, { status: 200, effect: false }])
  expect(rehearsal.log.at(-1)).toMatchObject({ vendor: 'docker-hub', who: 'yourname' })
})
