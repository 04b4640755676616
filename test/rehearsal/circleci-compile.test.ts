import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { at } from '../../src/clouds/json.ts'
import { ACME, acme, circleClient, idOf } from './circleci-client.ts'
import { CONFIG } from './circleci-config.ts'

const COMPILE = '/api/v2/compile-config-with-defaults'

async function compiled(text: string) {
  const { status, body } = await circleClient(await acme())('POST', COMPILE, { config_yaml: text })
  expect(status).toBe(200)
  return body
}
const messages = async (text: string) =>
  (at(await compiled(text), 'errors') as { message: string }[]).map(({ message }) => message)

describe('the check of a config', () => {
  test('passes a good one, whether its contexts exist or not, and changes nothing', async () => {
    const rehearsal = await acme()
    const { body } = await circleClient(rehearsal)('POST', COMPILE, {
      config_yaml: CONFIG,
      options: { owner_id: idOf(rehearsal.world.circleci, ACME) },
    })
    expect(body).toEqual({ valid: true, 'source-yaml': CONFIG, 'output-yaml': expect.any(String), errors: [] })
    expect(at(body, 'output-yaml')).toContain('push_docker_hub')
    expect(rehearsal.log).toMatchObject([{ effect: false }])
  })

  test('answers 200 to a bad one, with an entry for every line of the report', async () => {
    const body = await compiled(CONFIG.replaceAll('- build\n', '- bild\n'))
    expect(body).toMatchObject({ valid: false, 'output-yaml': '' })
    expect(at(body, 'errors')).toEqual([
      { message: "Error calling workflow: 'build_and_deploy'" },
      { message: 'Cannot find a definition for job named bild' },
      ...['deploy_heroku', 'push_docker_hub', 'push_gce_registry'].map(name => ({
        message: `Job '${name}' requires 'build', which is the name of 0 other jobs in workflow 'build_and_deploy'`,
      })),
    ])
  })

  test.each(['19.03.12', '20.10.14', 'docker99'])('refuses the Docker engine %s', async version => {
    expect(await messages(CONFIG.replace('docker28', `"${version}"`))).toEqual([
      "Error calling job: 'build'",
      expect.stringContaining(version),
    ])
  })

  test.each(['default', 'edge', 'docker26', 'docker27', 'docker28', 'docker29'])(
    'takes the engine %s',
    async version => {
      expect(await messages(CONFIG.replace('docker28', version))).toEqual([])
    },
  )

  test.each([
    ['no YAML', 'a: [', 'Unable to parse YAML'],
    ['no map', '- a', 'map'],
    ['a text', 'nonsense', 'map'],
    ['nothing', '', 'map'],
    ['no version', CONFIG.replace('version: 2.1', ''), 'version'],
    ['version 3', CONFIG.replace('version: 2.1', 'version: 3'), 'version'],
    ['no workflow', 'version: 2.1\njobs: {}', 'no workflows'],
    [
      'a context that is a map',
      CONFIG.replace('[heroku-and-dockerhub]', '{ name: x }'),
      "context of job 'push_docker_hub'",
    ],
    ['a context without a name', CONFIG.replace('[heroku-and-dockerhub]', '[""]'), "context of job 'push_docker_hub'"],
    [
      'contexts that are numbers',
      CONFIG.replace('[heroku-and-dockerhub]', '[1, 2]'),
      "context of job 'push_docker_hub'",
    ],
    [
      'too many contexts',
      CONFIG.replace('[heroku-and-dockerhub]', JSON.stringify(Array.from({ length: 101 }, (_, i) => `c${i}`))),
      '100 contexts',
    ],
    ['an unknown command', CONFIG.replace('- load\n', '- lode\n'), 'command named lode'],
    ['an unknown executor', CONFIG.replace('executor: main-builder', 'executor: other'), 'executor named other'],
    ['a job without steps', CONFIG.replace('steps: [checkout', 'nosteps: [checkout'), 'no steps'],
    ['a job without an image', CONFIG.replace('executor: main-builder', ''), 'neither an executor nor an image'],
    ['a bad pattern', CONFIG.replace('/.*nogcloud.*/', '/(/'), 'regular expression'],
    ['a circle', CONFIG.replace('- build\n', '- build: { requires: [push_docker_hub] }\n'), 'circle'],
    ['a doubled job', CONFIG.replace('- build\n', '- build\n      - build\n'), "Two jobs are named 'build'"],
    [
      'aliases without end',
      `version: 2.1\na: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [${'*a,'.repeat(30)}]\nc: [${'*b,'.repeat(30)}]`,
      'alias',
    ],
  ])('refuses %s', async (_, text, words) => {
    expect((await messages(text)).join('\n')).toContain(words)
  })

  test('takes what an orb brings, and a lone job named build', async () => {
    const orb =
      'version: 2.1\norbs: { o: circleci/o@1 }\nworkflows: { w: { jobs: [o/test, { hold: { type: approval } }] } }'
    expect(await messages(orb)).toEqual([])
    expect(await messages('version: 2\njobs: { build: { docker: [{ image: x }], steps: [checkout] } }')).toEqual([])
  })

  test('needs a config, and an organization that is one’s own', async () => {
    const circle = circleClient(await acme())
    expect((await circle('POST', COMPILE, {})).status).toBe(400)
    expect((await circle('POST', COMPILE, { config_yaml: CONFIG, options: { owner_id: randomUUID() } })).status).toBe(
      404,
    )
  })
})
