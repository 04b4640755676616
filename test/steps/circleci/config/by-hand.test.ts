import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { leftToPerson, type Need } from '../../../../steps/circleci/config/by-hand.ts'

const HUB: Need = { area: 'dockerHubJobs', registry: 'docker-hub', context: 'hub', user: 'U', secret: 'P' }
const GOOGLE: Need = { area: 'googleJobs', registry: 'google', context: 'cloud', secret: 'K' }
const JOBS = { circleJobs: 'j,k', dockerHubJobs: 'j', googleJobs: 'k' }

const LOGIN = 'docker login -u $U -p $P'
const job = (run: string) => `jobs:\n  j:\n    docker: [{ image: a }]\n    steps: [{ run: '${run}' }]\n`
const left = (
  text: string,
  answers: Parameters<typeof leftToPerson>[1] = { circleJobs: 'j', dockerHubJobs: 'j' },
  needs = [HUB],
) => leftToPerson(text, answers, needs, [])

describe('Nothing is left to a person', () => {
  test.each([
    [
      'where a workflow gives the job its context',
      `${job(LOGIN)}workflows: { w: { jobs: [{ j: { context: hub } }] } }`,
    ],
    ['where one of its uses has it', `${job(LOGIN)}workflows: { w: { jobs: [j, { j: { context: [a, hub] } }] } }`],
    ['where how it signs in is not seen', `${job('make push')}workflows: { w: { jobs: [{ j: { context: hub } }] } }`],
    [
      'where the account is written in the file',
      `${job('docker login -u bot -p $P')}workflows: { w: { jobs: [{ j: { context: hub } }] } }`,
    ],
  ])('%s', (_, text) => {
    expect(left(text)).toEqual([])
  })

  test('of a setup workflow whose jobs were named', () => {
    expect(left(`setup: true\n${job('make')}`, { circleJobs: 'push', dockerHubJobs: 'push' })).toEqual([])
  })

  test('where a job comes to Google without a key', () => {
    const text = `${job('make').replace('j:', 'k:')}workflows: { w: { jobs: [k] } }`
    expect(left(text, JOBS, [{ ...GOOGLE, context: undefined }])).toEqual([])
  })
})

describe('Before anything is created, a person is told', () => {
  test('that no job pushes at all', () => {
    expect(left(job('make'), { circleJobs: 'j' })).toEqual([expect.stringContaining('nothing could push')])
  })

  test('that the jobs are in another file', () => {
    expect(left(`setup: true\n${job('make')}`, { circleJobs: 'j' })).toEqual([
      expect.stringContaining('is a setup workflow'),
    ])
  })

  test.each([
    ['2', '  version: 2\n'],
    ['2.1', ''],
  ])('that contexts need a workflow, with the one to add (version %s)', (version, line) => {
    const [told] = left(`version: ${version}\n${job(LOGIN).replaceAll('j:', 'build:')}`, {
      circleJobs: 'build',
      dockerHubJobs: 'build',
    })
    expect(told).toContain(`workflows:\n${line}  build_and_push:\n    jobs:\n      - build:\n          context: hub`)
  })

  test('that no workflow runs the job, with the entry to add', () => {
    const [told] = left(`${job(LOGIN)}  other: { steps: [checkout] }\nworkflows: { w: { jobs: [other] } }`)
    expect(told).toContain('No workflow runs j')
    expect(told).toContain('      - j:\n          context: hub')
  })

  test('that the context could not be put in, and why', () => {
    const text = `${job(LOGIN)}workflows: { w: { jobs: [j] } }`
    const open = [{ job: 'j', why: 'it is shared' }]
    expect(leftToPerson(text, { circleJobs: 'j', dockerHubJobs: 'j' }, [HUB], open)[0]).toContain(
      'because it is shared',
    )
  })

  test('that the job reads other variables than are filled', () => {
    const [told] = left(
      `${job('docker login -u $MY_USER -p $MY_PASS')}workflows: { w: { jobs: [{ j: { context: hub } }] } }`,
    )
    expect(told).toContain('j signs in with MY_USER and MY_PASS, but what is filled is U and P')
  })

  test('that the key is taken as it is not put there', () => {
    const run = 'echo $K | gcloud auth activate-service-account --key-file=-'
    const text = `${job(run).replace('j:', 'k:')}workflows: { w: { jobs: [{ k: { context: cloud } }] } }`
    expect(left(text, JOBS, [GOOGLE])[0]).toContain('takes Google’s key as plain JSON from K')
  })

  test('that an orb takes the key as it is not put there, until what it is told stands before it', () => {
    const workflow = (more: string) =>
      `orbs: { gcr: circleci/gcp-gcr@0.16.2 }
workflows:
  w:
    jobs:
      - gcr/build-and-push-image:
          context: cloud
${more}`
    const jobs = { circleJobs: 'gcr/build-and-push-image', googleJobs: 'gcr/build-and-push-image' }
    const need = { ...GOOGLE, secret: 'GCLOUD_SERVICE_KEY' }
    const [told = ''] = left(workflow(''), jobs, [need])
    expect(told).toContain('Have it decoded before')
    const lines = told.split('\n').filter(line => line.startsWith('          '))
    expect(lines.length).toBe(3)
    expect(left(workflow(lines.join('\n')), jobs, [need])).toEqual([])
    const key = '{"private_key": "-----BEGIN\\nx"}\n'
    const env = { PATH: process.env.PATH, GCLOUD_SERVICE_KEY: Buffer.from(key).toString('base64') }
    const script = `BASH_ENV=$(mktemp); ${lines[2]}\n. "$BASH_ENV"; rm "$BASH_ENV"; printf %s "$GCLOUD_SERVICE_KEY"`
    expect(execFileSync('bash', ['-c', script], { env, encoding: 'utf8' })).toBe(key.trimEnd())
  })

  test('that the job which was named is not there', () => {
    expect(left(job(LOGIN), { circleJobs: 'x', dockerHubJobs: 'x' })[0]).toContain('has no job x')
  })
})
