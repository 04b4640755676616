import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { jobsThatNeed } from '../../../../src/answers/forms/ci-sign-ins.ts'
import { fromCiConfig } from '../../../../src/answers/sources/ci-config.ts'
import { shown } from '../../../../src/engine/text.ts'
import { withContexts } from '../../../../steps/circleci/config/contexts.ts'
import { withHerokuJob } from '../../../../steps/circleci/config/heroku-job.ts'
import { newConfig as madeConfig, type NewConfig } from '../../../../steps/circleci/config/new-config.ts'
import { notes } from '../../../../steps/circleci/config/notes.ts'
import { repairs } from '../../../../steps/circleci/config/repairs.ts'

const newConfig = (config: NewConfig) => shown(madeConfig(config))

const BUILDS = { builderImage: 'cimg/go:1.24', dockerHubRepository: 'acme/demo' }
const HEROKU = { app: 'acme-demo', tokenVariable: 'HEROKU_TOKEN', context: 'hub', branch: 'trunk' }
const GOOGLE = {
  signIn: { context: 'cloud', keyVariable: 'GCR_KEY' },
  registryHost: 'eu.gcr.io',
  project: 'acme-1',
  imageName: 'demo',
}
const HUB = { context: 'hub', userVariable: 'HUB_USER', tokenVariable: 'HUB_PASS' }
const ALL = { ...BUILDS, heroku: HEROKU, dockerHub: HUB, google: GOOGLE }

function read(text: string) {
  const document = parseDocument(text)
  expect([...document.errors, ...document.warnings]).toEqual([])
  return document.toJS()
}

describe('A new config', () => {
  test('says of itself what the answers said', () => {
    const said = fromCiConfig(newConfig(ALL)).map(({ key, value }) => [key, value])
    expect(Object.fromEntries(said)).toEqual({
      herokuTokenVariable: 'HEROKU_TOKEN',
      dockerHubRepository: 'acme/demo',
      dockerHubUserVariable: 'HUB_USER',
      dockerHubTokenVariable: 'HUB_PASS',
      googleKeyVariable: 'GCR_KEY',
      circleJobs: 'build,deploy_heroku,push_docker_hub,push_gce_registry',
      herokuJobs: 'deploy_heroku',
      dockerHubJobs: 'push_docker_hub',
      googleJobs: 'push_gce_registry',
      herokuContext: 'hub',
      googleContext: 'cloud',
    })
  })

  test('is one that the edits, repairs and notes find nothing to do in', () => {
    const text = newConfig(ALL)
    const contexts = ['deploy_heroku', 'push_docker_hub'].map(job => ({ job, context: 'hub' }))
    expect(withContexts(text, [...contexts, { job: 'push_gce_registry', context: 'cloud' }]).text).toBe(text)
    expect(withHerokuJob(text, { job: 'deploy_heroku', ...HEROKU }).text).toBe(text)
    expect(repairs(text, { DOCKER_PROJECT: 'acme/demo', GCR_HOST: 'eu.gcr.io', HEROKU_APP: 'acme-demo' })).toEqual([])
    expect(notes(text)).toEqual([])
  })

  test('gives each job the variables of its own context alone', () => {
    const text = newConfig(ALL)
    expect(jobsThatNeed(text, ['HEROKU_TOKEN'])).toEqual(['deploy_heroku'])
    expect(jobsThatNeed(text, ['HUB_USER', 'HUB_PASS'])).toEqual(['push_docker_hub'])
    expect(jobsThatNeed(text, ['GCR_KEY'])).toEqual(['push_gce_registry'])
  })

  test('tells the scripts the names by their variables', () => {
    expect(read(newConfig(ALL)).jobs.build.environment).toEqual({
      DOCKER_PROJECT: 'acme/demo',
      HEROKU_APP: 'acme-demo',
      GCR_HOST: 'eu.gcr.io',
      GCR_PROJECT: 'acme-1',
      GCR_IMAGE_NAME: 'demo',
      BUILD_TAGS: 'heroku zerolog',
      BUILDER_SYSTEM: 'circleci',
    })
  })

  test('deploys to Heroku from one branch, and elsewhere unless the branch’s name says no', () => {
    const [build, ...deploys] = read(newConfig(ALL)).workflows.build_and_deploy.jobs
    expect(build).toBe('build')
    expect(deploys.map((item: object) => Object.values(item)[0].filters.branches)).toEqual([
      { only: 'trunk' },
      { ignore: '/.*nohub.*/' },
      { ignore: '/.*nogcloud.*/' },
    ])
    expect(deploys.every((item: object) => Object.values(item)[0].requires[0] === 'build')).toBe(true)
  })

  test.each([
    ['nothing', {}, ['build']],
    ['Docker Hub alone', { dockerHub: HUB }, ['build', 'push_docker_hub']],
    ['Google alone', { google: GOOGLE }, ['build', 'push_gce_registry']],
    ['Heroku alone', { heroku: HEROKU }, ['build', 'deploy_heroku']],
  ])('for %s has no other job and no other names', (_, wanted, jobs) => {
    const text = newConfig({ ...BUILDS, ...wanted })
    const config = read(text)
    expect(Object.keys(config.jobs)).toEqual(jobs)
    expect(config.workflows.build_and_deploy.jobs).toHaveLength(jobs.length)
    expect('google' in wanted).toBe(text.includes('GCR_PROJECT'))
    expect('heroku' in wanted).toBe(text.includes('HEROKU_APP'))
  })

  test('quotes a name that YAML would read otherwise', () => {
    const config = read(
      newConfig({ ...ALL, heroku: { ...HEROKU, branch: 'no' }, dockerHub: { ...HUB, context: 'a: b, c' } }),
    )
    const [, { deploy_heroku }, { push_docker_hub }] = config.workflows.build_and_deploy.jobs
    expect([deploy_heroku.filters.branches.only, push_docker_hub.context]).toEqual(['no', 'a: b, c'])
  })

  test('has commands that a shell can read', () => {
    const steps = Object.values(read(newConfig(ALL)).jobs).flatMap(job => (job as { steps: unknown[] }).steps)
    const commands = steps.flatMap(step => (step as { run?: { command: string } }).run?.command ?? [])
    expect(commands).toHaveLength(12)
    for (const command of commands) expect(spawnSync('/bin/sh', ['-n', '-c', command]).status).toBe(0)
  })
})
