import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { at, type Json, textAt } from '../../src/clouds/json.ts'
import { shown } from '../../src/engine/text.ts'
import { push } from '../../src/rehearsal/circleci/people.ts'
import { newPool, newProvider } from '../../src/rehearsal/google/world.ts'
import type { World } from '../../src/rehearsal/world.ts'
import { keylessLines } from '../../steps/circleci/config/login.ts'
import { ACME, APP, acme, admit, circleClient, furnish, idOf, itemsOf } from './circleci-client.ts'
import { CONFIG } from './circleci-config.ts'
import type { Client } from './client.ts'
import {
  E,
  furnishAcme,
  furnish as furnishGoogle,
  googleClient,
  LIBRARY,
  MAY_CREATE,
  NUMBER,
  P,
  PUSHER,
  regrant,
} from './google-client.ts'

const PROJECT = `/api/v2/project/${APP}`
const REVISION = 'b'.repeat(40)
const SECRETS = { heroku: 'canary-heroku', hub: 'canary-hub-pass' }
interface Given {
  readonly config?: string | null
  readonly heroku?: boolean
  readonly hub?: boolean
  readonly change?: (world: World) => void
}

/** gh/acme/app, followed, with its contexts full of credentials that serve; a clock that goes when told. */
async function ci({ config = CONFIG, heroku = true, hub = true, change }: Given = {}) {
  const clock = { now: new Date('2026-11-22T10:00:00Z') }
  const rehearsal = await acme(
    world => {
      const { circleci, dockerHub } = world
      const key = furnishAcme(world, [MAY_CREATE])
      const organization = idOf(circleci, ACME)
      furnish(circleci, {
        projects: [{ id: randomUUID(), slug: APP, followedBy: ['you'] }],
        contexts: [
          {
            id: randomUUID(),
            name: 'heroku-and-dockerhub',
            organization,
            variables: [
              { name: 'HEROKU_API_KEY', value: SECRETS.heroku },
              { name: 'DOCKERHUB_USER', value: 'yourname' },
              { name: 'DOCKERHUB_PASS', value: SECRETS.hub },
            ],
          },
          {
            id: randomUUID(),
            name: 'google-dummyapp',
            organization,
            variables: [{ name: 'GCLOUD_AUTH_ENCODED', value: key }],
          },
        ],
      })
      const [authorization] = world.heroku.authorizations
      if (heroku && authorization) Object.assign(authorization, { token: SECRETS.heroku })
      const [user] = dockerHub.users
      if (hub && user) user.password = SECRETS.hub
      for (const name of ['main', 'topic', 'topic-nohub', 'nogcloud-nohub']) {
        const [repository] = circleci.repositories
        if (repository) repository.branches[name] = { revision: REVISION, config, library: LIBRARY, skipCi: false }
      }
      change?.(world)
    },
    { now: () => clock.now },
  )
  const circle = circleClient(rehearsal)
  return {
    rehearsal,
    circle,
    pass: (seconds: number) => {
      clock.now = new Date(clock.now.getTime() + seconds * 1000)
    },
    now: () => clock.now,
    trigger: async (branch = 'main') => {
      const { status, body } = await circle('POST', `${PROJECT}/pipeline`, { branch })
      expect(status).toBe(201)
      return `/api/v2/pipeline/${textAt(body, 'id')}`
    },
  }
}

const workflowPath = async (circle: Client, pipeline: string) =>
  `/api/v2/workflow/${itemsOf((await circle('GET', `${pipeline}/workflow`)).body)[0]?.id}`
const statuses = async (circle: Client, workflow: string): Promise<Record<string, Json | undefined>> =>
  Object.fromEntries(itemsOf((await circle('GET', `${workflow}/job`)).body).map(({ name, status }) => [name, status]))
const status = async (circle: Client, workflow: string) => textAt((await circle('GET', workflow)).body, 'status')

/** Runs a branch to its end. */
async function ended(place: Awaited<ReturnType<typeof ci>>, branch = 'main') {
  const pipeline = await place.trigger(branch)
  place.pass(120)
  const workflow = await workflowPath(place.circle, pipeline)
  return {
    pipeline,
    workflow,
    jobs: await statuses(place.circle, workflow),
    status: await status(place.circle, workflow),
  }
}

/** All the output of a job, by way of v1.1. */
async function outputOf({ circle, rehearsal }: Awaited<ReturnType<typeof ci>>, workflow: string, name: string) {
  const job = itemsOf((await circle('GET', `${workflow}/job`)).body).find(one => one.name === name)
  const { body } = await circle('GET', `/api/v1.1/project/${APP}/${job?.job_number}`)
  const texts: string[] = []
  for (const { actions } of (body as { steps: { actions: { output_url?: string }[] }[] }).steps) {
    for (const { output_url } of actions) {
      if (output_url === undefined) continue
      expect(new URL(output_url).origin).toBe(rehearsal.origins.circleci)
      const [first] = (await (await fetch(output_url)).json()) as { message: string }[]
      texts.push(first?.message ?? '')
    }
  }
  return texts.join('')
}

describe('a pipeline', () => {
  test('is created before its workflows are listed, and says nothing of their jobs', async () => {
    const { circle, trigger, pass } = await ci()
    const path = await trigger()
    const state = async () => textAt((await circle('GET', path)).body, 'state')
    const workflows = async () => itemsOf((await circle('GET', `${path}/workflow`)).body).map(one => one.status)
    expect([await state(), await workflows()]).toEqual(['setup-pending', []])
    pass(1)
    expect([await state(), await workflows()]).toEqual(['created', []])
    pass(1)
    expect([await state(), await workflows()]).toEqual(['created', ['running']])
    pass(3600)
    expect([await state(), await workflows()]).toEqual(['created', ['success']])
  })

  test('is an effect, is numbered, and found by its branch, the newest first', async () => {
    const { circle, trigger, rehearsal } = await ci()
    await trigger('main')
    await trigger('topic')
    await trigger('main')
    expect(rehearsal.log.map(({ effect }) => effect)).toEqual([true, true, true])
    const { body } = await circle('GET', `${PROJECT}/pipeline?branch=main`)
    expect(itemsOf(body)).toMatchObject([{ number: 3 }, { number: 1, vcs: { branch: 'main', revision: REVISION } }])
    rehearsal.world.circleci.rules.pageSize = 2
    expect((await circle('GET', `${PROJECT}/pipeline`)).body).toMatchObject({ next_page_token: expect.any(String) })
  })

  test('whose config is broken is errored, with one entry for all lines, and runs nothing', async () => {
    const { circle, trigger, pass } = await ci({ config: CONFIG.replace('docker28', '19.03.12') })
    const path = await trigger()
    pass(60)
    const { body } = await circle('GET', path)
    expect(body).toMatchObject({
      state: 'errored',
      errors: [{ type: 'config', message: expect.stringMatching(/^Error calling job: 'build'\n.*19\.03\.12/) }],
    })
    expect(itemsOf((await circle('GET', `${path}/workflow`)).body)).toEqual([])
  })

  test('without a config is errored too', async () => {
    const { circle, trigger, pass } = await ci({ config: null })
    const path = await trigger()
    pass(60)
    expect((await circle('GET', path)).body).toMatchObject({
      state: 'errored',
      errors: [{ message: expect.any(String) }],
    })
  })

  test('is not started by what says skip ci: 200 and a message', async () => {
    const { circle, rehearsal } = await ci()
    const main = rehearsal.world.circleci.repositories[0]?.branches.main
    if (main) main.skipCi = true
    const { status, body } = await circle('POST', `${PROJECT}/pipeline`, { branch: 'main' })
    expect({ status, body }).toEqual({ status: 200, body: { message: expect.any(String) } })
    expect(rehearsal.world.circleci.pipelines).toEqual([])
    expect(rehearsal.log).toMatchObject([{ effect: false }])
  })

  test('is not started for an unknown branch, with unknown parameters, by a viewer, or unfollowed', async () => {
    const { circle, rehearsal } = await ci({ config: `${CONFIG}\nparameters: { known: { type: string, default: x } }` })
    const start = async (client: Client, body: Json) => (await client('POST', `${PROJECT}/pipeline`, body)).status
    expect(await start(circle, { branch: 'nothing' })).toBe(400)
    expect(await start(circle, { branch: 'constructor' })).toBe(400)
    expect(await start(circle, { branch: 'main', parameters: { unknown: true } })).toBe(400)
    expect(await start(circle, { branch: 'main', parameters: { known: 'y' } })).toBe(201)
    const viewer = circleClient(rehearsal, admit(rehearsal.world, 'viewer', 'viewer'))
    expect(await start(viewer, { branch: 'main' })).toBe(403)
    for (const one of rehearsal.world.circleci.projects) one.followedBy = []
    expect(await start(circle, { branch: 'main' })).toBe(404)
  })

  test('is not there for strangers, nor is anything in it', async () => {
    const place = await ci()
    const { pipeline, workflow } = await ended(place)
    const stranger = circleClient(place.rehearsal, admit(place.rehearsal.world, 'stranger'))
    for (const path of [pipeline, `${pipeline}/workflow`, workflow, `${workflow}/job`, `${PROJECT}/job/1`]) {
      expect((await stranger('GET', path)).status).toBe(404)
    }
    expect((await stranger('GET', `/api/v1.1/project/${APP}/1`)).status).toBe(404)
    expect((await stranger('POST', `${workflow}/rerun`, {})).status).toBe(404)
  })
})

describe('a follow', () => {
  test('starts a build of the default branch that is seen only later', async () => {
    const { circle, pass } = await ci({
      change: ({ circleci }) => {
        circleci.projects = []
      },
    })
    const pipelines = async () => itemsOf((await circle('GET', `${PROJECT}/pipeline`)).body)
    await circle('POST', `/api/v1.1/project/${APP}/follow`)
    expect(await pipelines()).toEqual([])
    pass(4)
    expect(await pipelines()).toEqual([])
    pass(1)
    expect(await pipelines()).toMatchObject([{ number: 1, vcs: { branch: 'main' }, trigger: { type: 'webhook' } }])
  })
})

describe('a push', () => {
  const commit = { slug: APP, branch: 'topic', revision: 'c'.repeat(40), config: CONFIG, skipCi: false }

  test('starts a pipeline where the project is followed', async () => {
    const { circle, rehearsal, now } = await ci()
    push(rehearsal.world, commit, now())
    expect(itemsOf((await circle('GET', `${PROJECT}/pipeline`)).body)).toMatchObject([
      { vcs: { branch: 'topic', revision: commit.revision } },
    ])
    push(rehearsal.world, { ...commit, skipCi: true }, now())
    expect(rehearsal.world.circleci.pipelines).toHaveLength(1)
    for (const one of rehearsal.world.circleci.projects) one.followedBy = []
    push(rehearsal.world, { ...commit, branch: 'new' }, now())
    expect(rehearsal.world.circleci.pipelines).toHaveLength(1)
    expect(rehearsal.world.circleci.repositories[0]?.branches.new?.revision).toBe(commit.revision)
    expect(() => push(rehearsal.world, { ...commit, slug: 'gh/acme/none' }, now())).toThrow('gh/acme/none')
  })
})

describe('jobs', () => {
  test('go one after another by the clock', async () => {
    const { circle, trigger, pass } = await ci()
    const pipeline = await trigger()
    pass(2)
    const workflow = await workflowPath(circle, pipeline)
    const others = (is: string) => ({ deploy_heroku: is, push_docker_hub: is, push_gce_registry: is })
    expect(await statuses(circle, workflow)).toEqual({ build: 'running', ...others('blocked') })
    pass(19)
    expect(await statuses(circle, workflow)).toEqual({ build: 'running', ...others('blocked') })
    pass(1)
    expect(await statuses(circle, workflow)).toEqual({ build: 'success', ...others('running') })
    expect(await status(circle, workflow)).toBe('running')
    pass(20)
    expect(await statuses(circle, workflow)).toEqual({ build: 'success', ...others('success') })
    expect((await circle('GET', workflow)).body).toMatchObject({
      status: 'success',
      stopped_at: '2026-11-22T10:00:42.000Z',
    })
  })

  test('tell their numbers once they start, what they wait for, and which contexts they got', async () => {
    const place = await ci()
    const { workflow } = await ended(place)
    const jobs = itemsOf((await place.circle('GET', `${workflow}/job`)).body)
    expect(jobs).toMatchObject([
      { name: 'build', type: 'build', job_number: 1, dependencies: [] },
      { name: 'deploy_heroku', job_number: 2, dependencies: [jobs[0]?.id], started_at: '2026-11-22T10:00:22.000Z' },
      { job_number: 3 },
      { job_number: 4 },
    ])
    expect((await place.circle('GET', `${PROJECT}/job/3`)).body).toMatchObject({
      name: 'push_docker_hub',
      status: 'success',
      web_url: expect.stringContaining('/jobs/3'),
      contexts: [{ name: 'heroku-and-dockerhub' }],
      messages: [],
    })
    expect((await place.circle('GET', `${PROJECT}/job/99`)).status).toBe(404)
    const pipeline = await place.trigger()
    place.pass(2)
    const fresh = itemsOf((await place.circle('GET', `${await workflowPath(place.circle, pipeline)}/job`)).body)
    expect(fresh[0]).toMatchObject({ job_number: 5, status: 'running' })
    expect(fresh[1]).not.toHaveProperty('job_number')
  })

  test.each([
    ['topic', ['build', 'push_docker_hub', 'push_gce_registry']],
    ['topic-nohub', ['build', 'push_gce_registry']],
    ['nogcloud-nohub', ['build']],
  ])('on the branch %s are %j', async (branch, names) => {
    expect(Object.keys((await ended(await ci(), branch)).jobs)).toEqual(names)
  })

  test('that require what the branch leaves out are left out as well', async () => {
    const config = CONFIG.replace('- build\n', '- build: { filters: { branches: { only: main } } }\n')
    const { circle, trigger, pass } = await ci({ config })
    const pipeline = await trigger('topic')
    pass(60)
    expect(itemsOf((await circle('GET', `${pipeline}/workflow`)).body)).toEqual([])
  })

  test('wait for an approval, whose author then must be let in', async () => {
    const config = CONFIG.replace(
      '- build\n',
      '- build\n      - hold: { type: approval, requires: [build] }\n',
    ).replaceAll('requires: [build]\n', 'requires: [hold]\n')
    const place = await ci({ config })
    const [context] = place.rehearsal.world.circleci.contexts
    if (context) context.restrictions = []
    const { workflow, jobs, status: now } = await ended(place)
    expect([jobs.hold, jobs.push_docker_hub, now]).toEqual(['on_hold', 'blocked', 'on_hold'])
    const hold = itemsOf((await place.circle('GET', `${workflow}/job`)).body).find(({ name }) => name === 'hold')
    const other = circleClient(place.rehearsal, admit(place.rehearsal.world, 'other', 'contributor'))
    expect((await other('POST', `${workflow}/approve/${hold?.approval_request_id}`)).status).toBe(202)
    expect((await other('POST', `${workflow}/approve/${hold?.approval_request_id}`)).status).toBe(400)
    place.pass(60)
    expect(await statuses(place.circle, workflow)).toMatchObject({
      push_docker_hub: 'unauthorized',
      push_gce_registry: 'success',
    })
  })

  test('go on while nobody asks CircleCI', async () => {
    const { trigger, pass, rehearsal } = await ci()
    await trigger()
    pass(120)
    await fetch(`${rehearsal.origins['docker-hub']}/v2/namespaces/library/repositories`)
    expect(rehearsal.world.dockerHub.repositories.map(({ namespace }) => namespace)).toContain('yourname')
  })
})

describe('what a job does', () => {
  test('a push to Docker Hub leaves the tag there', async () => {
    const place = await ci()
    expect(await ended(place)).toMatchObject({ status: 'success' })
    const { repositories } = place.rehearsal.world.dockerHub
    expect(repositories.find(({ namespace }) => namespace === 'yourname')).toMatchObject({
      name: 'dummyapp',
      tags: [{ name: 'b'.repeat(12), pushedBy: 'yourname', pushedAt: '2026-11-22T10:00:42.000Z' }],
    })
    expect(place.rehearsal.log.filter(({ effect }) => effect)).toHaveLength(1)
  })

  test.each<[string, string, Given, string, string]>([
    ['Heroku refuses the token', 'deploy_heroku', { heroku: false }, 'failed', '401 Unauthorized'],
    [
      'the Heroku token may only read',
      'deploy_heroku',
      {
        change: ({
          heroku: {
            authorizations: [key],
          },
        }) => key && Object.assign(key, { scope: ['read-protected'] }),
      },
      'failed',
      '401 Unauthorized',
    ],
    [
      'the Heroku token has expired',
      'deploy_heroku',
      {
        change: ({
          heroku: {
            authorizations: [key],
          },
        }) => key && Object.assign(key, { expiresAt: '2026-11-22T10:00:30Z' }),
      },
      'failed',
      '401 Unauthorized',
    ],
    [
      'Docker Hub refuses the password',
      'push_docker_hub',
      { hub: false },
      'failed',
      'unauthorized: incorrect username or password',
    ],
    [
      'the repository is another’s',
      'push_docker_hub',
      { config: CONFIG.replace('yourname/dummyapp', 'pennocktech/ci') },
      'failed',
      'denied: requested access to the resource is denied',
    ],
    [
      'no image is named',
      'push_docker_hub',
      { config: CONFIG.replace('environment: { DOCKER_PROJECT: yourname/dummyapp }', '') },
      'failed',
      'invalid reference format',
    ],
    [
      'there is no password',
      'push_docker_hub',
      {
        change: ({ circleci: { contexts } }) => {
          for (const one of contexts) one.variables = one.variables.filter(({ name }) => name !== 'DOCKERHUB_PASS')
        },
      },
      'failed',
      'Cannot perform an interactive login',
    ],
    [
      'the Google key is empty',
      'push_gce_registry',
      {
        change: ({ circleci: { contexts } }) => {
          for (const one of contexts) for (const variable of one.variables) variable.value = ''
        },
      },
      'failed',
      'activate-service-account',
    ],
  ])('%s: %s fails, and says why without a secret', async (_, job, given, is, words) => {
    const place = await ci(given)
    const { workflow, jobs, status: whole } = await ended(place)
    expect([jobs[job], whole]).toEqual([is, 'failed'])
    const output = await outputOf(place, workflow, job)
    expect(output).toContain(words)
    expect(output).toContain('Exited with code exit status 1')
    expect(output).not.toMatch(/canary/)
    expect(JSON.stringify(place.rehearsal.world.circleci.pipelines)).not.toMatch(/canary/)
  })

  test('a script that a command writes is not run by it', async () => {
    const writes = 'command: make -n step > /tmp/docker-hub-deploy.sh; docker load'
    const place = await ci({ config: CONFIG.replace('command: docker load', writes) })
    const pipeline = await place.trigger()
    place.pass(42)
    const workflow = await workflowPath(place.circle, pipeline)
    expect(await statuses(place.circle, workflow)).toMatchObject({ deploy_heroku: 'success' })
  })

  test('a job’s token names the very pipeline, workflow and job', async () => {
    const tells = 'command: docker push other.example/$CIRCLE_OIDC_TOKEN; echo'
    const place = await ci({ config: CONFIG.replace('command: docker load', tells) })
    const pipeline = await place.trigger()
    place.pass(42)
    const workflow = await workflowPath(place.circle, pipeline)
    const [, payload = ''] = /other\.example\/[\w-]+\.([\w-]+)\./.exec(
      await outputOf(place, workflow, 'push_docker_hub'),
    ) ?? ['', '']
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const there = place.rehearsal.world.circleci.pipelines.find(({ id }) => pipeline.endsWith(id))
    const [run] = there?.workflows ?? []
    expect(claims).toMatchObject({
      'oidc.circleci.com/pipeline-id': there?.id,
      'oidc.circleci.com/workflow-id': run?.id,
      'oidc.circleci.com/job-id': run?.jobs.find(({ name }) => name === 'push_docker_hub')?.id,
    })
  })

  test('of a target of a makefile that pushes by its name, the output says that nothing is known', async () => {
    const runs = (target: string) => CONFIG.replace('command: docker load', `command: make ${target}`)
    const outputs: string[] = []
    for (const target of ['-w push-image', '-n push-image', 'test']) {
      const place = await ci({ config: runs(target) })
      const pipeline = await place.trigger()
      place.pass(42)
      outputs.push(await outputOf(place, await workflowPath(place.circle, pipeline), 'push_docker_hub'))
    }
    expect(outputs.map(output => output.includes('cannot know what this pushes'))).toEqual([true, false, false])
  })

  test('what comes after a failure is not run', async () => {
    const config = CONFIG.replace('command: docker load', 'command: docker push pennocktech/ci:x; echo').replace(
      'requires: [build]\n          filters: { branches: { only: [main] } }',
      'requires: [push_docker_hub]',
    )
    const place = await ci({ config })
    const pipeline = await place.trigger()
    place.pass(42)
    const workflow = await workflowPath(place.circle, pipeline)
    expect(await statuses(place.circle, workflow)).toMatchObject({
      push_docker_hub: 'failed',
      deploy_heroku: 'blocked',
    })
    expect(await outputOf(place, workflow, 'push_docker_hub')).not.toContain('[yourname/dummyapp]')
    expect(await status(place.circle, workflow)).toBe('failed')
    expect(place.rehearsal.world.dockerHub.repositories.some(({ namespace }) => namespace === 'yourname')).toBe(false)
  })

  test('failing is a workflow that still runs', async () => {
    const config = CONFIG.replace(
      '- push_docker_hub:\n          context: [heroku-and-dockerhub]\n          requires: [build]',
      '- push_docker_hub:\n          context: [heroku-and-dockerhub]',
    )
    const place = await ci({ config, hub: false })
    const pipeline = await place.trigger()
    place.pass(23)
    const workflow = await workflowPath(place.circle, pipeline)
    expect(await status(place.circle, workflow)).toBe('failing')
    place.pass(60)
    expect(await status(place.circle, workflow)).toBe('failed')
  })

  test.each([
    `echo "$DOCKERHUB_PASS" | docker login -u "$DOCKERHUB_USER" --password-stdin`,
    `printf '%s' "\${DOCKERHUB_PASS}" | docker login --username=\${DOCKERHUB_USER} --password-stdin docker.io`,
    `docker login -u "$DOCKERHUB_USER" --password-stdin <<< "$DOCKERHUB_PASS"`,
    `set -e; docker login \\\n  --username "$DOCKERHUB_USER" \\\n  --password "\${DOCKERHUB_PASS:?no password}" && true`,
    `# a comment with an apostrophe: don’t | stop\ndocker login -u \${NOBODY:-yourname} -p "$DOCKERHUB_PASS"`,
  ])('a login is understood as %j', async command => {
    const given = `'docker login -u "\${DOCKERHUB_USER}" -p "\${DOCKERHUB_PASS}"'`
    expect(CONFIG).toContain(given)
    const place = await ci({ config: CONFIG.replace(given, () => JSON.stringify(command)) })
    expect((await ended(place)).jobs.push_docker_hub).toBe('success')
    const refused = await ci({ config: CONFIG.replace(given, () => JSON.stringify(command)), hub: false })
    expect((await ended(refused)).jobs.push_docker_hub).toBe('failed')
  })

  test('a later context wins, any wins over the project, and the config over all', async () => {
    const place = await ci({ config: CONFIG.replace('[heroku-and-dockerhub]', '[wrong, heroku-and-dockerhub]') })
    const { circleci } = place.rehearsal.world
    const wrong = { name: 'DOCKERHUB_PASS', value: 'wrong' }
    furnish(circleci, {
      contexts: [{ id: randomUUID(), name: 'wrong', organization: idOf(circleci, ACME), variables: [wrong] }],
    })
    await place.circle('POST', `${PROJECT}/envvar`, wrong)
    expect((await ended(place)).jobs.push_docker_hub).toBe('success')
    const swapped = await ci({ config: CONFIG.replace('[heroku-and-dockerhub]', '[heroku-and-dockerhub, wrong]') })
    furnish(swapped.rehearsal.world.circleci, {
      contexts: [
        {
          id: randomUUID(),
          name: 'wrong',
          organization: idOf(swapped.rehearsal.world.circleci, ACME),
          variables: [wrong],
        },
      ],
    })
    expect((await ended(swapped)).jobs.push_docker_hub).toBe('failed')
    const set = CONFIG.replace('docker:29-git }]', 'docker:29-git }]\n    environment: { DOCKERHUB_PASS: wrong }')
    expect((await ended(await ci({ config: set }))).jobs.push_docker_hub).toBe('failed')
  })

  test('an image that is named by a secret shows none in the output', async () => {
    const config = CONFIG.replace('/tmp/persist/docker-hub-deploy.sh', '\'docker push "other/$DOCKERHUB_PASS"\'')
    const place = await ci({ config })
    const { workflow } = await ended(place)
    const output = await outputOf(place, workflow, 'push_docker_hub')
    expect(output).toContain('[other/********************]')
    expect(output).not.toContain('canary')
  })

  describe('Google lets in without a key', () => {
    const POOL = `projects/${NUMBER}/locations/global/workloadIdentityPools/circleci-app`
    const decode = `printf '%s\\n' "\${GCLOUD_AUTH_ENCODED}" | base64 --decode > "\${HOME}/key.json"`
    const activate = `gcloud auth activate-service-account --key-file \${HOME}/key.json`
    const [token = '', ...login] = keylessLines({ provider: `${POOL}/providers/circleci`, account: E }).map(shown)
    const config = CONFIG.replace(decode, () => token).replace(activate, () => login.join('\n            '))

    /** The account may be spoken as by the project; `origin` is the repository that the provider takes. */
    const letIn = (origin: string) => (world: World) => {
      const [project, organization] = [world.circleci.projects[0]?.id ?? '', idOf(world.circleci, ACME)]
      const provider = newProvider({
        id: 'circleci',
        issuer: `https://oidc.circleci.com/org/${organization}`,
        audiences: [organization],
        mapping: { 'google.subject': "assertion['oidc.circleci.com/project-id']" },
        condition: `assertion['oidc.circleci.com/vcs-origin'] == '${origin}'`,
      })
      world.google.identityPools.push(newPool({ project: P, id: 'circleci-app', providers: [provider] }))
      for (const { policy } of world.google.accounts) {
        const members = [`principal://iam.googleapis.com/${POOL}/subject/${project}`]
        policy.bindings.push({ role: 'roles/iam.workloadIdentityUser', members })
      }
    }
    const pushOf = async (change?: (world: World) => void, text = config) =>
      (await ended(await ci({ config: text, ...(change && { change }) }))).jobs.push_gce_registry

    test('whom a provider takes, by the token that CircleCI signs', async () => {
      expect(config).not.toContain('GCLOUD_AUTH_ENCODED')
      expect(await pushOf(letIn('github.com/acme/app'))).toBe('success')
    })

    test('by which job of which workflow of which pipeline it is', async () => {
      const tried = async (of: (ids: { pipeline: string; workflow: string; job: string }) => object) => {
        const place = await ci({ config, change: letIn('github.com/acme/app') })
        const path = await place.trigger()
        const { world } = place.rehearsal
        const [pipeline] = world.circleci.pipelines
        const [workflow] = pipeline?.workflows ?? []
        const job = workflow?.jobs.find(({ name }) => name === 'push_gce_registry')
        const ids = of({ pipeline: pipeline?.id ?? '', workflow: workflow?.id ?? '', job: job?.id ?? '' })
        const condition = Object.entries(ids).map(([of, id]) => `assertion['oidc.circleci.com/${of}-id'] == '${id}'`)
        const provider = world.google.identityPools[0]?.providers[0]
        if (provider) provider.condition = condition.join(' && ')
        place.pass(120)
        return (await statuses(place.circle, await workflowPath(place.circle, path))).push_gce_registry
      }
      expect(await tried(ids => ids)).toBe('success')
      expect(await tried(ids => ({ ...ids, job: ids.workflow }))).toBe('failed')
    })

    test('without an account, where the repository’s policy names it', async () => {
      const direct = config.replace(` --service-account=${E}`, '')
      expect(direct).not.toContain(E)
      const sharing = (world: World) => {
        letIn('github.com/acme/app')(world)
        const members = [`principalSet://iam.googleapis.com/${POOL}/*`]
        const policy = { bindings: [{ role: 'roles/artifactregistry.writer', members }] }
        furnishGoogle(world.google, { repositories: [{ project: P, location: 'us', id: 'us.gcr.io', policy }] })
      }
      expect(await pushOf(sharing, direct)).toBe('success')
      expect(await pushOf(letIn('github.com/acme/app'), direct)).toBe('failed')
    })

    test('and nobody else', async () => {
      expect(await pushOf(letIn('github.com/mallory/app'))).toBe('failed')
      expect(await pushOf()).toBe('failed')
      expect(await pushOf(letIn('github.com/acme/app'), config.replace(token, ':'))).toBe('failed')
      expect(
        await pushOf(
          undefined,
          CONFIG.replace(activate, () => 'gcloud auth list'),
        ),
      ).toBe('failed')
      expect(
        await pushOf(
          undefined,
          CONFIG.replace(activate, () => 'gcloud auth login --cred-file=x.json'),
        ),
      ).toBe('failed')
    })

    test.each([
      [false, 'github.com/acme/app', 'failed'],
      [true, 'github.com/acme/app', 'failed'],
      [false, 'github.com/mallory/app', 'failed'],
      [true, 'github.com/mallory/app', 'success'],
    ])(
      'and a fork’s build, where forks get secrets (%s), if that is whom it takes (%s): %s',
      async (forks_receive_secret_env_vars, origin, comes) => {
        const place = await ci({
          config,
          change: world => {
            letIn(origin)(world)
            const settings = world.circleci.projects[0]?.settings.advanced
            Object.assign(settings ?? {}, { forks_receive_secret_env_vars })
          },
        })
        const pipeline = await place.trigger('main')
        for (const one of place.rehearsal.world.circleci.pipelines) one.fork = 'mallory/app'
        place.pass(120)
        const jobs = await statuses(place.circle, await workflowPath(place.circle, pipeline))
        expect(jobs.push_gce_registry).toBe(comes)
      },
    )
  })

  describe('A fork’s build', () => {
    const built = async (forks_receive_secret_env_vars: boolean, given: Given = {}) => {
      const place = await ci(given)
      Object.assign(place.rehearsal.world.circleci.projects[0]?.settings.advanced ?? {}, {
        forks_receive_secret_env_vars,
      })
      const pipeline = await place.trigger('main')
      for (const one of place.rehearsal.world.circleci.pipelines) one.fork = 'mallory/app'
      place.pass(120)
      const jobs = itemsOf((await place.circle('GET', `${await workflowPath(place.circle, pipeline)}/job`)).body)
      const contexts = async (job: string) => {
        const number = jobs.find(({ name }) => name === job)?.job_number
        return at((await place.circle('GET', `${PROJECT}/job/${number}`)).body, 'contexts')
      }
      const [ran] = place.rehearsal.world.circleci.pipelines[0]?.workflows ?? []
      return {
        contexts,
        lines: (job: string) => ran?.jobs.find(({ name }) => name === job)?.steps.flatMap(({ lines }) => lines),
        jobs: Object.fromEntries(jobs.map(({ name, status }) => [name, status])),
      }
    }

    test('gets no context, and runs without', async () => {
      const { jobs, contexts } = await built(false)
      expect(jobs).toMatchObject({ deploy_heroku: 'failed', push_docker_hub: 'failed', push_gce_registry: 'failed' })
      expect(await contexts('push_docker_hub')).toEqual([])
    })

    test('gets none of the project’s variables', async () => {
      const config = CONFIG.replaceAll(/ *context: .*\n/g, '')
      const change = (world: World) => {
        const { contexts, projects } = world.circleci
        const all = contexts.flatMap(({ variables }) => variables)
        projects[0]?.envvars.push(...all.map(({ name, value, createdAt }) => ({ name, value, createdAt })))
      }
      expect((await built(true, { config, change })).jobs.push_docker_hub).toBe('success')
      expect((await built(false, { config, change })).jobs.push_docker_hub).toBe('failed')
    })

    test('does not even miss a context that is not there', async () => {
      const config = CONFIG.replace('[heroku-and-dockerhub]', '[nothing]')
      const change = ({ circleci }: World) => {
        circleci.rules.missingContext = 'failed'
      }
      const missed = "Context 'nothing' not found."
      expect((await built(true, { config, change })).lines('push_docker_hub')).toContain(missed)
      expect((await built(false, { config, change })).lines('push_docker_hub')).not.toContain(missed)
    })

    test('gets all where the project hands its secrets to forks', async () => {
      const { jobs, contexts } = await built(true)
      expect(jobs).toMatchObject({ deploy_heroku: 'success', push_docker_hub: 'success', push_gce_registry: 'success' })
      expect(await contexts('push_docker_hub')).toEqual([{ name: 'heroku-and-dockerhub' }])
    })
  })

  test('a push to Google makes the repository where the account may, and leaves the tag there', async () => {
    const place = await ci()
    expect((await ended(place)).jobs.push_gce_registry).toBe('success')
    expect(place.rehearsal.world.google.repositories).toMatchObject([
      {
        project: P,
        location: 'us',
        id: 'us.gcr.io',
        images: [{ name: 'dummyapp', tags: ['b'.repeat(12)], pushedBy: PUSHER.replace('serviceAccount:', '') }],
      },
    ])
  })

  test('the config wins over the library in what the image at Google is called', async () => {
    const names = 'environment: { DOCKER_PROJECT: yourname/dummyapp, GCR_HOST: eu.gcr.io, GCR_IMAGE_NAME: other }'
    const place = await ci({ config: CONFIG.replace('environment: { DOCKER_PROJECT: yourname/dummyapp }', names) })
    expect((await ended(place)).jobs.push_gce_registry).toBe('success')
    expect(place.rehearsal.world.google.repositories).toMatchObject([
      { location: 'europe', id: 'eu.gcr.io', images: [{ name: 'other' }] },
    ])
  })

  test.each([
    `docker login -u _json_key_base64 -p "$GCLOUD_AUTH_ENCODED" us.gcr.io`,
    `echo "$GCLOUD_AUTH_ENCODED" | base64 --decode | docker login -u _json_key --password-stdin https://us.gcr.io`,
  ])('a login to Google is understood as %j', async command => {
    const given = `gcloud auth activate-service-account --key-file \${HOME}/key.json`
    const config = CONFIG.replace(given, () => command)
    expect((await ended(await ci({ config }))).jobs.push_gce_registry).toBe('success')
    const refused = await ci({ config, change: ({ google }) => google.accounts.splice(0) })
    const { workflow, jobs } = await ended(refused)
    expect(jobs.push_gce_registry).toBe('failed')
    expect(await outputOf(refused, workflow, 'push_gce_registry')).toContain('unauthorized: authentication failed')
  })

  describe('CI at Google', () => {
    const revoke = async ({ rehearsal }: Awaited<ReturnType<typeof ci>>) =>
      regrant(googleClient(rehearsal), `/v1/projects/${P}`, all => all.filter(({ role }) => role === 'roles/owner'))
    const writer = (google: World['google'], role = 'roles/artifactregistry.writer') =>
      furnishGoogle(google, {
        repositories: [
          { project: P, location: 'us', id: 'us.gcr.io', policy: { bindings: [{ role, members: [PUSHER] }] } },
        ],
      })

    test('pushes with the right on the repository alone', async () => {
      const place = await ci({ change: ({ google }) => writer(google) })
      await revoke(place)
      expect((await ended(place)).jobs.push_gce_registry).toBe('success')
      expect((await ended(place)).jobs.push_gce_registry).toBe('success')
    })

    test('still pushes for a while with a right that was taken away, and not longer', async () => {
      const place = await ci({
        change: ({ google }) => {
          google.rules.propagationMs = 300_000
        },
      })
      await revoke(place)
      expect((await ended(place)).jobs.push_gce_registry).toBe('success')
      place.pass(300)
      const { workflow, jobs } = await ended(place)
      expect(jobs.push_gce_registry).toBe('failed')
      expect(await outputOf(place, workflow, 'push_gce_registry')).toContain(
        `denied: Permission "artifactregistry.repositories.uploadArtifacts" denied on resource "projects/${P}/locations/us/repositories/us.gcr.io"`,
      )
    })

    test.each<[string, (world: World) => unknown, string]>([
      [
        'the key was deleted',
        ({ google }) => google.accounts[0]?.keys.splice(0),
        "activate-service-account) There was a problem refreshing your current auth tokens: ('invalid_grant",
      ],
      [
        'the key was disabled',
        ({ google }) => Object.assign(google.accounts[0]?.keys[0] ?? {}, { disabled: true }),
        'invalid_grant',
      ],
      [
        'the account was disabled',
        ({ google }) => Object.assign(google.accounts[0] ?? {}, { disabled: true }),
        'invalid_grant',
      ],
      ['the account is gone', ({ google }) => google.accounts.splice(0), 'account not found'],
      [
        'the key is another’s',
        ({ google }) => Object.assign(google, { privateKey: 'another' }),
        'Invalid JWT Signature',
      ],
      [
        'the variable holds no key',
        ({ circleci }) => {
          for (const one of circleci.contexts) for (const variable of one.variables) variable.value = 'bm8ga2V5'
        },
        'Could not read json file',
      ],
      [
        'it may write, but not make the repository',
        ({ google }) =>
          Object.assign(google.projects[0]?.policy ?? {}, {
            bindings: [{ ...MAY_CREATE, role: 'roles/artifactregistry.writer' }],
          }),
        'gcr.io repo does not exist',
      ],
      [
        'it has the roles of the old registry',
        ({ google }) =>
          Object.assign(google.projects[0]?.policy ?? {}, {
            bindings: [{ ...MAY_CREATE, role: 'roles/storage.admin' }],
          }),
        'createOnPush',
      ],
      [
        'it may only read the repository',
        ({ google }) => {
          Object.assign(google.projects[0]?.policy ?? {}, { bindings: [] })
          writer(google, 'roles/artifactregistry.reader')
        },
        'uploadArtifacts',
      ],
      [
        'the API is not enabled',
        ({ google }) => Object.assign(google.projects[0] ?? {}, { services: [] }),
        'Artifact Registry API has not been used',
      ],
      [
        'the project was never moved from the old registry',
        ({ google }) => Object.assign(google.projects[0] ?? {}, { redirection: 'REDIRECTION_FROM_GCR_IO_DISABLED' }),
        'Container Registry is deprecated and shutting down',
      ],
      [
        'the project is pending deletion',
        ({ google }) => Object.assign(google.projects[0] ?? {}, { deletedAt: '2026-11-21T10:00:00Z' }),
        'account not found',
      ],
    ])('does not push where %s, and says why without a secret', async (_, change, words) => {
      const place = await ci({ change })
      const key = place.rehearsal.world.circleci.contexts[1]?.variables[0]?.value ?? ''
      const { workflow, jobs } = await ended(place)
      expect(jobs.push_gce_registry).toBe('failed')
      const output = await outputOf(place, workflow, 'push_gce_registry')
      expect(output).toContain(words)
      expect(key.length).toBeGreaterThan(5)
      expect(output).not.toContain(key)
      expect(output).not.toContain('PRIVATE KEY')
      expect(place.rehearsal.world.google.repositories.flatMap(({ images }) => images)).toEqual([])
    })

    test('pushes a tag once where tags are immutable', async () => {
      const place = await ci({
        change: ({ google }) => {
          writer(google)
          Object.assign(google.repositories[0] ?? {}, { immutableTags: true })
        },
      })
      expect((await ended(place)).jobs.push_gce_registry).toBe('success')
      const { workflow, jobs } = await ended(place)
      expect(jobs.push_gce_registry).toBe('failed')
      expect(await outputOf(place, workflow, 'push_gce_registry')).toContain(
        'The repository has enabled tag immutability',
      )
    })
  })

  test('a variable of the project serves where no context has it', async () => {
    const place = await ci({ config: CONFIG.replace('          context: [heroku-and-dockerhub]\n', '') })
    await place.circle('POST', `${PROJECT}/envvar`, { name: 'DOCKERHUB_USER', value: 'yourname' })
    await place.circle('POST', `${PROJECT}/envvar`, { name: 'DOCKERHUB_PASS', value: SECRETS.hub })
    expect((await ended(place)).jobs.push_docker_hub).toBe('success')
  })
})

describe('a job is carried out as the config says', () => {
  const COMMANDS = `version: 2.1
orbs: { docker: circleci/docker@2.8.2, other: acme/other@1, own: { commands: { login: { steps: [{ run: docker login -u $DOCKERHUB_USER -p $DOCKERHUB_PASS }] } } } }
parameters: { from: { type: string, default: yourname } }
executors: { e: { parameters: { to: { type: string, default: nobody } }, docker: [{ image: docker:29-git }], environment: { TO: << parameters.to >> } } }
commands:
  login:
    parameters: { pass: { type: env_var_name, default: DOCKERHUB_PASS } }
    steps: [{ run: docker login -u $DOCKERHUB_USER -p $<< parameters.pass >> }]
  send:
    parameters: { tag: { type: string, default: none }, first: { type: steps, default: [] } }
    steps: [login, { steps: << parameters.first >> }, { run: docker push << pipeline.parameters.from >>/app:<< parameters.tag >> }]
`
  const job = (steps: string, more = '') =>
    `jobs: { j: { executor: e, parameters: { on: { type: boolean, default: true }, tag: { type: string, default: t } }${more}, steps: ${steps} } }\n`
  const CONTEXT = 'context: heroku-and-dockerhub'
  const USED = `workflows: { w: { jobs: [{ j: { ${CONTEXT} } }] } }`

  /** The tags that a run of the config leaves, and how its jobs end. */
  async function run(config: string) {
    const place = await ci({ config: COMMANDS + config })
    const { jobs, workflow } = await ended(place)
    const tags = place.rehearsal.world.dockerHub.repositories
      .filter(({ namespace, name }) => namespace === 'yourname' && name === 'app')
      .flatMap(one => one.tags.map(({ name }) => name))
    return { jobs, tags, output: (name: string) => outputOf(place, workflow, name) }
  }

  test.each([
    ['commands of commands', job('[{ send: { tag: deep } }]') + USED, ['deep']],
    [
      'steps that are an argument',
      job('[{ send: { first: [{ run: docker push yourname/app:before }] } }]') + USED,
      ['before', 'none'],
    ],
    [
      'a condition that holds',
      job(
        '[login, { when: { condition: << parameters.on >>, steps: [{ run: docker push yourname/app:a }] } }, { unless: { condition: << parameters.on >>, steps: [{ run: docker push yourname/app:b }] } }]',
      ) + USED,
      ['a'],
    ],
    [
      'one by the branch',
      job(
        '[login, { when: { condition: { and: [{ equal: [main, << pipeline.git.branch >>] }, { not: { equal: [a, b] } }] }, steps: [{ run: docker push yourname/app:a }] } }, { when: { condition: { matches: { pattern: "v.*", value: << pipeline.git.branch >> } }, steps: [{ run: docker push yourname/app:b }] } }]',
      ) + USED,
      ['a'],
    ],
    [
      'a matrix, and a name made of it',
      `${job('[{ send: { tag: << parameters.tag >> } }]')}workflows: { w: { jobs: [{ j: { name: j-<< matrix.tag >>, matrix: { parameters: { tag: [a, b, c] }, exclude: [{ tag: b }] }, ${CONTEXT} } }] } }`,
      ['a', 'c'],
    ],
    [
      'steps before and after',
      `${job('[checkout]')}workflows: { w: { jobs: [{ j: { pre-steps: [login], post-steps: [{ run: docker push yourname/app:after }], ${CONTEXT} } }] } }`,
      ['after'],
    ],
    [
      'an executor with arguments',
      job('[login, { run: docker push yourname/app:$TO }]').replace('executor: e,', 'executor: { name: e, to: x },') +
        USED,
      ['x'],
    ],
    ['an orb that is written in it', job('[own/login, { run: docker push yourname/app:inline }]') + USED, ['inline']],
    [
      'an orb’s job with its arguments',
      `workflows: { w: { jobs: [{ docker/publish: { image: yourname/app, tag: "one,two", docker-username: DOCKERHUB_USER, docker-password: DOCKERHUB_PASS, ${CONTEXT} } }] } }`,
      ['one', 'two'],
    ],
  ])('%s', async (_, config, expected) => {
    const { jobs, tags } = await run(config)
    expect(new Set(Object.values(jobs))).toEqual(new Set(['success']))
    expect(tags).toEqual(expected)
  })

  test('the variables that an orb’s job reads must be there', async () => {
    const { jobs } = await run(`workflows: { w: { jobs: [{ docker/publish: { image: yourname/app, ${CONTEXT} } }] } }`)
    expect(jobs).toEqual({ 'docker/publish': 'failed' })
  })

  test('what requires a matrix waits for each of its jobs', async () => {
    const two =
      'jobs: { j: { parameters: { x: { type: string } }, docker: [{ image: a }], steps: [checkout] }, last: { docker: [{ image: a }], steps: [checkout] } }'
    const { jobs } = await run(
      `${two}\nworkflows: { w: { jobs: [{ j: { matrix: { parameters: { x: [a, b] } } } }, { last: { requires: [j] } }] } }`,
    )
    expect(jobs).toEqual({ 'j-a': 'success', 'j-b': 'success', last: 'success' })
  })

  test.each([
    ['an orb that may push', '[other/push]', 'push of the orb acme/other@1'],
    [
      'a condition by what is not known',
      '[{ when: { condition: << pipeline.trigger_source >>, steps: [login] } }]',
      'its condition',
    ],
  ])('%s is not passed over: it is said that it cannot be known', async (_, steps, said) => {
    const { jobs, output } = await run(job(steps) + USED)
    expect(jobs).toEqual({ j: 'failed' })
    expect(await output('j')).toContain(said)
  })

  test('an orb that only tells somebody is taken for done, in words', async () => {
    const { jobs, output } = await run(job('[other/notify]') + USED)
    expect(jobs).toEqual({ j: 'success' })
    expect(await output('j')).toContain('taken for done')
  })

  test('a workflow whose condition is not true does not run', async () => {
    const place = await ci({
      config: `${COMMANDS}${job('[checkout]')}workflows: { no: { when: { equal: [x, << pipeline.git.branch >>] }, jobs: [j] }, w: { unless: false, jobs: [j] } }`,
    })
    const pipeline = await place.trigger()
    place.pass(120)
    expect(itemsOf((await place.circle('GET', `${pipeline}/workflow`)).body).map(({ name }) => name)).toEqual(['w'])
  })

  test('the key is the one that the job’s own variable holds', async () => {
    const config = CONFIG.replaceAll('GCLOUD_AUTH_ENCODED', 'OTHER_KEY')
    const rename = (world: World) => {
      const context = world.circleci.contexts.find(({ name }) => name === 'google-dummyapp')
      for (const one of context?.variables ?? []) one.name = 'OTHER_KEY'
    }
    expect((await ended(await ci({ config, change: rename }))).jobs).toMatchObject({ push_gce_registry: 'success' })
    expect((await ended(await ci({ config }))).jobs).toMatchObject({ push_gce_registry: 'failed' })
  })

  test('the heroku command takes its own variable', async () => {
    const config = CONFIG.replace(
      /docker login -u _ -p "\$\{HEROKU_API_KEY\}" registry.heroku.com/,
      'heroku container:login',
    )
    expect(config).not.toBe(CONFIG)
    expect((await ended(await ci({ config, heroku: false }))).jobs).toMatchObject({ deploy_heroku: 'failed' })
  })
})

describe('a context is used', () => {
  const restrict = (place: Awaited<ReturnType<typeof ci>>, type: 'project' | 'expression', value: string) =>
    place.rehearsal.world.circleci.contexts[0]?.restrictions.push({ id: randomUUID(), type, value, name: null })

  test('by its project, and no other: job and workflow are unauthorized', async () => {
    const place = await ci()
    restrict(place, 'project', randomUUID())
    const refused = await ended(place)
    expect(refused).toMatchObject({
      status: 'unauthorized',
      jobs: { build: 'success', push_docker_hub: 'unauthorized', push_gce_registry: 'success' },
    })
    expect((await place.circle('GET', `${PROJECT}/job/3`)).body).toMatchObject({ status: 'unauthorized', contexts: [] })
    restrict(place, 'project', idOf(place.rehearsal.world.circleci, APP))
    expect((await ended(place)).status).toBe('success')
  })

  test('where its expressions hold', async () => {
    const place = await ci()
    restrict(place, 'expression', 'pipeline.git.branch == "main" and not job.ssh.enabled')
    expect((await ended(place, 'main')).status).toBe('success')
    expect((await ended(place, 'topic')).jobs.push_docker_hub).toBe('unauthorized')
    restrict(place, 'expression', 'no.such.variable == "main"')
    expect((await ended(place, 'main')).jobs.push_docker_hub).toBe('unauthorized')
  })

  test('by admins only, without the restriction it was born with', async () => {
    const place = await ci()
    const [context] = place.rehearsal.world.circleci.contexts
    if (context) context.restrictions = []
    expect((await ended(place)).status).toBe('success')
    const token = admit(place.rehearsal.world, 'other', 'contributor')
    const { body } = await circleClient(place.rehearsal, token)('POST', `${PROJECT}/pipeline`, { branch: 'main' })
    place.pass(120)
    const workflow = await workflowPath(place.circle, `/api/v2/pipeline/${textAt(body, 'id')}`)
    expect(await status(place.circle, workflow)).toBe('unauthorized')
  })

  test('not by a bot or an outsider, whose push starts the pipeline all the same', async () => {
    const place = await ci()
    const commit = { slug: APP, branch: 'topic', revision: REVISION, config: CONFIG, skipCi: false, by: 'renovate' }
    push(place.rehearsal.world, commit, place.now())
    place.pass(120)
    const pipeline = itemsOf((await place.circle('GET', `${PROJECT}/pipeline`)).body)[0]
    expect(pipeline).toMatchObject({ trigger: { actor: { login: 'renovate' } } })
    const workflow = await workflowPath(place.circle, `/api/v2/pipeline/${pipeline?.id}`)
    expect(await statuses(place.circle, workflow)).toMatchObject({
      build: 'success',
      push_docker_hub: 'unauthorized',
      push_gce_registry: 'unauthorized',
    })
  })

  test.each(['unauthorized', 'failed'] as const)('not where it is not there: %s', async is => {
    const place = await ci({
      change: ({ circleci }) => {
        circleci.rules.missingContext = is
        circleci.contexts.shift()
      },
    })
    expect(await ended(place)).toMatchObject({ status: is, jobs: { push_docker_hub: is } })
  })
})

describe('a rerun', () => {
  /** Ended with the push to Docker Hub failed, which is mended. */
  async function broken() {
    const place = await ci({ hub: false })
    const run = await ended(place)
    const [user] = place.rehearsal.world.dockerHub.users
    if (user) user.password = SECRETS.hub
    const jobs = itemsOf((await place.circle('GET', `${run.workflow}/job`)).body)
    const idsOf = (...names: string[]) =>
      jobs.filter(({ name }) => names.includes(String(name))).map(({ id }) => id ?? '')
    const rerun = (body: Json) => place.circle('POST', `${run.workflow}/rerun`, body)
    const started = async (body: Json) => {
      const answer = await rerun(body)
      expect(answer.status).toBe(202)
      return `/api/v2/workflow/${textAt(answer.body, 'workflow_id')}`
    }
    return { ...place, ...run, idsOf, rerun, started }
  }

  test.each<[string, Json, readonly string[]]>([
    ['everything', {}, ['build', 'deploy_heroku', 'push_docker_hub', 'push_gce_registry']],
    ['what failed', { from_failed: true }, ['push_docker_hub']],
    // The name that v3 has for it is ignored here, as v3 ignores this one.
    [
      'everything, of an unknown wish',
      { is_from_failed: true },
      ['build', 'deploy_heroku', 'push_docker_hub', 'push_gce_registry'],
    ],
  ])('of %s', async (_, body, names) => {
    const { started, circle, pass } = await broken()
    const workflow = await started(body)
    const before = await statuses(circle, workflow)
    expect(names.every(name => before[name] !== 'success')).toBe(true)
    expect(Object.values(before).filter(one => one === 'success')).toHaveLength(4 - names.length)
    pass(120)
    expect(await status(circle, workflow)).toBe('success')
  })

  test('of one job reruns what it requires, unless the tree is sparse', async () => {
    const { started, circle, pass, idsOf, now } = await broken()
    const jobs = idsOf('push_docker_hub')
    const whole = await started({ jobs })
    expect(await statuses(circle, whole)).toMatchObject({ build: 'running', push_docker_hub: 'blocked' })
    pass(120)
    expect(await statuses(circle, whole)).toMatchObject({ build: 'success', push_docker_hub: 'success' })
    const sparse = await started({ jobs, sparse_tree: true })
    expect(await statuses(circle, sparse)).toMatchObject({ build: 'success', push_docker_hub: 'running' })
    const startedAt = itemsOf((await circle('GET', `${sparse}/job`)).body)[2]?.started_at
    expect(startedAt).toBe(now().toISOString())
  })

  test('is refused where it says two things, or nothing sensible', async () => {
    const { rerun, idsOf, started } = await broken()
    const jobs = idsOf('push_docker_hub')
    for (const body of [
      { jobs, from_failed: true },
      { jobs: [randomUUID()] },
      { jobs: [] },
      { enable_ssh: true },
      { sparse_tree: true },
    ]) {
      expect((await rerun(body)).status).toBe(400)
    }
    await started({ from_failed: true })
  })

  test('is refused while it runs, from nothing that failed, and after a hundred', async () => {
    const place = await ci()
    const pipeline = await place.trigger()
    place.pass(5)
    const workflow = await workflowPath(place.circle, pipeline)
    const rerun = async (body: Json) => (await place.circle('POST', `${workflow}/rerun`, body)).status
    expect(await rerun({})).toBe(400)
    place.pass(120)
    expect(await rerun({ from_failed: true })).toBe(400)
    const [made] = place.rehearsal.world.circleci.pipelines
    const [first] = made?.workflows ?? []
    if (made && first) made.workflows.push(...Array.from({ length: 99 }, () => ({ ...first, id: randomUUID() })))
    expect(await rerun({})).toBe(202)
    expect(await rerun({})).toBe(400)
  })

  test('with SSH is seen by expressions, and not had where the project forbids it', async () => {
    const { started, rerun, idsOf, circle, rehearsal, pass } = await broken()
    rehearsal.world.circleci.contexts[0]?.restrictions.push({
      id: randomUUID(),
      type: 'expression',
      value: 'not job.ssh.enabled',
      name: null,
    })
    const jobs = idsOf('push_docker_hub')
    const workflow = await started({ jobs, sparse_tree: true, enable_ssh: true })
    expect((await statuses(circle, workflow)).push_docker_hub).toBe('unauthorized')
    pass(60)
    await circle('PATCH', `${PROJECT}/settings`, { advanced: { disable_ssh: true } })
    expect((await rerun({ jobs, enable_ssh: true })).status).toBe(400)
  })

  test('counts for whoever asked for it', async () => {
    const { circle, rehearsal, workflow, pass } = await broken()
    const [context] = rehearsal.world.circleci.contexts
    if (context) context.restrictions = []
    const viewer = circleClient(rehearsal, admit(rehearsal.world, 'viewer', 'viewer'))
    expect((await viewer('POST', `${workflow}/rerun`, {})).status).toBe(403)
    const other = circleClient(rehearsal, admit(rehearsal.world, 'other', 'contributor'))
    const { body } = await other('POST', `${workflow}/rerun`, { from_failed: true })
    pass(60)
    expect(await status(circle, `/api/v2/workflow/${textAt(body, 'workflow_id')}`)).toBe('unauthorized')
  })
})

describe('a cancellation', () => {
  test('stops what has not ended, and nothing else', async () => {
    const place = await ci()
    const pipeline = await place.trigger()
    place.pass(23)
    const workflow = await workflowPath(place.circle, pipeline)
    expect((await place.circle('POST', `${workflow}/cancel`)).status).toBe(202)
    place.pass(60)
    expect(await statuses(place.circle, workflow)).toMatchObject({ build: 'success', push_docker_hub: 'canceled' })
    expect(await status(place.circle, workflow)).toBe('canceled')
    expect((await place.circle('POST', `${workflow}/cancel`)).status).toBe(202)
    expect(place.rehearsal.log.filter(({ path }) => path.endsWith('/cancel')).map(({ effect }) => effect)).toEqual([
      true,
      false,
    ])
    expect(place.rehearsal.world.dockerHub.repositories.some(({ namespace }) => namespace === 'yourname')).toBe(false)
  })
})

describe('the output of a job', () => {
  test('is had from v1.1 with a token of the project, and of no other', async () => {
    const place = await ci()
    await ended(place)
    const { world } = place.rehearsal
    const own = admit(world, 'bot', undefined, { kind: 'project', project: APP })
    const other = admit(world, 'bot2', undefined, { kind: 'project', project: 'gh/acme/other' })
    const get = (token: string) => circleClient(place.rehearsal, token)('GET', `/api/v1.1/project/${APP}/1`)
    expect(await get(own)).toMatchObject({
      status: 200,
      body: { build_num: 1, status: 'success', lifecycle: 'finished' },
    })
    expect((await get(other)).status).toBe(404)
  })

  test('of nothing is not there', async () => {
    const { rehearsal } = await ci()
    expect((await circleClient(rehearsal, null)('GET', `/output/${randomUUID()}/0`)).status).toBe(404)
  })
})
