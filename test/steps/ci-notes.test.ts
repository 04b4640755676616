import { describe, expect, test } from 'vitest'
import { ciNotes } from '../../steps/ci-notes.ts'

const ALL = new Set(['herokuJobs', 'dockerHubJobs', 'googleJobs'])
const LOGIN = 'docker login -u $DOCKERHUB_USER -p $DOCKERHUB_PASS'
const config = (run: string, more = '') =>
  `version: 2.1\n${more}jobs: { j: { docker: [{ image: a }], steps: [{ run: '${run}' }] } }\n`
const notes = (text: string, jobs: Parameters<typeof ciNotes>[0] = { circleJobs: 'j' }, used = ALL) =>
  ciNotes(jobs, text, used)

describe('What is left out is named with the reason', () => {
  test('where no job needs it', () => {
    expect(notes(config(LOGIN), { circleJobs: 'j', dockerHubJobs: 'j' })).toEqual([
      'CI gets no Heroku token: no job of .circleci/config.yml reads one or signs in to Heroku (j). If one does: --set herokuJobs=JOB',
      'Google is left out: no job of .circleci/config.yml signs in to Google (j). If one does: --set googleJobs=JOB',
    ])
  })

  test('where the job that needs it is not among those that CI runs', () => {
    const [, hub] = notes(config(LOGIN), { circleJobs: 'build', dockerHubJobs: 'j' })
    expect(hub).toBe('Docker Hub is left out: circleJobs (build) has none of its jobs (j).')
  })

  test('where a person says that no job is of it', () => {
    const [, hub] = notes(config(LOGIN))
    expect(hub).toBe('Docker Hub is left out: no job is named as its own (dockerHubJobs is empty; j could be).')
  })

  test('where a person left the area out, and CI runs its job all the same', () => {
    const used = new Set(['herokuJobs', 'googleJobs', 'firstRunBranch'])
    const workflow = 'workflows: { w: { jobs: [j] } }\n'
    const jobs = { circleJobs: 'j', herokuJobs: 'j', googleJobs: 'j' }
    expect(notes(config(LOGIN, workflow), jobs, used)).toEqual([
      'Docker Hub is left out by --only or --skip. CI runs j all the same: it can push there only if that was set up before.',
    ])
    expect(notes(config(LOGIN), jobs, used)).toEqual([])
    expect(notes(config('make', workflow), jobs, used)).toEqual([])
  })

  test('for the areas that were chosen, and for a config that there is', () => {
    expect(notes(config('make'), undefined, new Set(['googleJobs']))).toHaveLength(1)
    expect(notes(config('make'), undefined, new Set())).toEqual([])
    expect(ciNotes({ circleJobs: 'j' }, undefined, ALL)).toEqual([])
  })

  test('of many jobs, some are named', () => {
    const jobs = Array.from({ length: 40 }, (_, at) => `j${at}: { steps: [checkout] }`)
    expect(notes(`jobs: { ${jobs.join(', ')} }`)[0]).toContain('j11 and 28 more')
  })

  test('where nothing of it can be read', () => {
    expect(notes('jobs: [')[0]).toContain('has no job that can be read')
  })
})

describe('What is not understood is named', () => {
  test.each([
    ['make docker-push', 'runs “make docker-push”'],
    ['./ci/publish.sh latest', 'runs “./ci/publish.sh latest”'],
    ['.circleci/configure_gcloud.sh', 'runs “.circleci/configure_gcloud.sh”'],
    ['sudo -E /bin/bash ./shell/docker_login.sh', 'runs “sudo -E /bin/bash ./shell/docker_login.sh”'],
    ['docker push acme/it', 'runs “docker push acme/it”'],
    ['docker login -u $A -p $B $REGISTRY', 'signs in to a registry whose name is a variable'],
    ['docker login us.gcr.io -u $A -p $B', 'signs in to Google’s registry as a user whose name is a variable'],
  ])('%s', (run, said) => {
    expect(notes(config(run))).toContainEqual(expect.stringContaining(`Not known: j ${said}`))
  })

  test.each([
    'make test',
    'go build ./...',
    'docker build -t it .',
    `${LOGIN}; docker push acme/it`,
    'npm publish it.tgz',
    'bash ./test/run.sh',
    './build/build.with-docker.sh',
    'docker pull acme/it',
  ])('but not %s', run => {
    expect(notes(config(run)).filter(note => note.startsWith('Not known'))).toEqual([])
  })

  test('an orb that may push, and whose text is elsewhere', () => {
    const orbs = 'orbs: { it: acme/tools@1, slack: circleci/slack@4 }\n'
    const text = `version: 2.1\n${orbs}jobs: { j: { docker: [{ image: a }], steps: [it/push-image, slack/notify] } }`
    expect(notes(text).filter(note => note.startsWith('Not known'))).toEqual([
      'Not known: j uses acme/tools/push-image, an orb whose text is not here.',
    ])
  })

  test('a job that reads another variable than is filled', () => {
    const text = `jobs: { j: { steps: [{ run: '${LOGIN}' }] }, k: { steps: [{ run: docker login -u $A -p $B }] } }`
    const answers = { circleJobs: 'j,k', dockerHubJobs: 'j,k', dockerHubTokenVariable: 'DOCKERHUB_PASS' }
    expect(notes(text, answers).at(-1)).toBe(
      'k reads B, which is not filled: DOCKERHUB_PASS is (dockerHubTokenVariable).',
    )
  })

  test('a job that signs in to two accounts, of which one is filled', () => {
    const text = `jobs: { j: { steps: [{ run: '${LOGIN}; docker login -u $A -p $B' }] } }`
    const filled = { dockerHubUserVariable: 'DOCKERHUB_USER', dockerHubTokenVariable: 'DOCKERHUB_PASS' }
    expect(notes(text, { circleJobs: 'j', dockerHubJobs: 'j', ...filled }).slice(-2)).toEqual([
      'j reads A, which is not filled: DOCKERHUB_USER is (dockerHubUserVariable).',
      'j reads B, which is not filled: DOCKERHUB_PASS is (dockerHubTokenVariable).',
    ])
  })

  test('a name for Heroku’s registry that nobody fills', () => {
    const login = (user: string) => `docker login -u ${user} -p $HEROKU_API_KEY registry.heroku.com`
    const answers = { circleJobs: 'j', herokuJobs: 'j', herokuTokenVariable: 'HEROKU_API_KEY' }
    const said = (user: string) => notes(config(login(user)), answers, new Set(['herokuJobs']))
    expect(said('$HEROKU_LOGIN')).toEqual([
      'j signs in to Heroku’s registry as $HEROKU_LOGIN, which is not filled: write _ there, the registry takes any name.',
    ])
    expect(said('_')).toEqual([])
  })

  test('a file that the config continues with', () => {
    expect(notes(config('make', 'setup: true\n'))[0]).toContain('is a setup workflow')
  })
})
