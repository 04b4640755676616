import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa, execaSync } from 'execa'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { startRehearsal } from '../../src/rehearsal/server.ts'
import { emptyWorld, type World } from '../../src/rehearsal/world.ts'
import { E, furnish, furnishAcme, ME, P, PUSHER } from '../rehearsal/google-client.ts'
import { gcloudEnv } from './gcloud.ts'

const home = mkdtempSync(join(tmpdir(), 'gcloud-home-'))
afterAll(() => rmSync(home, { recursive: true }))

// Nobody installs it for a test: it is some hundred megabytes large.
const isThere = execaSync('gcloud', ['--version'], { reject: false }).exitCode === 0

/** The simulated Google and the real command in front of it; nothing is slow but gcloud. */
async function gcloud(change?: (world: World) => void) {
  const world = emptyWorld()
  Object.assign(world.google.rules, { propagationMs: 0, newAccountMs: 0, activationMs: 0, operationMs: 0 })
  change?.(world)
  const rehearsal = await startRehearsal({ world })
  onTestFinished(() => rehearsal.close())
  const run = async (...args: string[]) => {
    const token = world.google.users[0]?.tokens[0]?.token ?? ''
    const env = gcloudEnv(rehearsal.origins.google, home, token)
    const { exitCode, stdout, stderr } = await execa('gcloud', args, {
      env,
      extendEnv: false,
      stdin: 'ignore',
      reject: false,
    })
    return { exitCode, stdout, stderr, json: () => JSON.parse(stdout) as unknown }
  }
  return { rehearsal, run, google: () => rehearsal.world.google }
}

const says = (words: string) => ({ exitCode: 1, stderr: expect.stringContaining(words) })
const JSON_FORMAT = '--format=json'

describe.skipIf(!isThere)('gcloud', () => {
  test('makes a project, links it, enables its APIs, and deletes it', async () => {
    const { run, google } = await gcloud()
    const create = ['projects', 'create', P, '--name=Acme images', '--no-enable-cloud-apis', JSON_FORMAT]
    expect(await run('projects', 'describe', P)).toMatchObject(says('(or it may not exist)'))
    expect((await run(...create)).json()).toMatchObject({ projectId: P, name: 'Acme images' })
    expect(await run(...create)).toMatchObject(says('is already in use by another project'))
    const enable = ['services', 'enable', 'iam.googleapis.com', 'artifactregistry.googleapis.com', `--project=${P}`]
    expect(await run(...enable)).toMatchObject(says('UREQ_PROJECT_BILLING_NOT_FOUND'))
    const [account] = (await run('billing', 'accounts', 'list', '--filter=open=true', JSON_FORMAT)).json() as {
      name: string
    }[]
    const link = (id: string) => run('billing', 'projects', 'link', P, `--billing-account=${id}`, JSON_FORMAT)
    expect(await link('000000-000000-000000')).toMatchObject(says(`projects instance [${P}]`))
    expect((await link(account?.name.split('/')[1] ?? '')).json()).toMatchObject({ billingEnabled: true })
    expect((await run(...enable)).exitCode).toBe(0)
    const enabled = await run('services', 'list', '--enabled', `--project=${P}`, '--format=value(config.name)')
    expect(enabled.stdout.split('\n').sort()).toEqual(['artifactregistry.googleapis.com', 'iam.googleapis.com'])
    expect((await run('projects', 'delete', P)).exitCode).toBe(0)
    expect((await run('projects', 'describe', P, '--format=value(lifecycleState)')).stdout).toBe('DELETE_REQUESTED')
    expect(google().projects).toHaveLength(1)
  })

  test('makes an account and its keys, and gives them back', async () => {
    const { run, google } = await gcloud(furnishAcme)
    const accounts = (...args: string[]) => run('iam', 'service-accounts', ...args)
    const of = `--iam-account=${E}`
    expect(await accounts('create', 'ci-pusher', `--project=${P}`)).toMatchObject(
      says(`Service account ID already exists within project projects/${P}.`),
    )
    expect(await accounts('create', 'circleci-dummyapp-image-builder', `--project=${P}`)).toMatchObject(
      says('INVALID_ARGUMENT'),
    )
    const key = await accounts('keys', 'create', '-', of, '--format=none')
    expect(key.json()).toMatchObject({ type: 'service_account', client_email: E })
    const list = await accounts('keys', 'list', of, '--managed-by=user', '--format=value(name.basename())')
    expect(list.stdout.split('\n')).toEqual(google().accounts[0]?.keys.map(({ id }) => id))
    expect((await accounts('keys', 'delete', 'a'.repeat(40), of)).exitCode).toBe(0)
    expect(google().accounts[0]?.keys).toHaveLength(1)
    expect(await run('auth', 'print-access-token', `--impersonate-service-account=${E}`)).toMatchObject(
      says('roles/iam.serviceAccountTokenCreator'),
    )
    const creator = ['--role=roles/iam.serviceAccountTokenCreator', `--member=${ME}`, '--condition=None']
    expect((await accounts('add-iam-policy-binding', E, `--project=${P}`, ...creator)).exitCode).toBe(0)
    const token = await run('auth', 'print-access-token', `--impersonate-service-account=${E}`)
    expect(token).toMatchObject({ exitCode: 0 })
    expect(token.stdout).toMatch(/^ya29\.c\./)
    expect((await accounts('delete', E)).exitCode).toBe(0)
    expect((await accounts('list', `--project=${P}`, `--filter=email=${E}`, JSON_FORMAT)).json()).toEqual([])
    expect(await accounts('describe', E)).toMatchObject(says("PERMISSION_DENIED: Permission 'iam.serviceAccounts.get'"))
    expect((await accounts('undelete', '100000000000000000001')).exitCode).toBe(0)
  })

  test('is told why a key may not be made', async () => {
    const { run } = await gcloud(world => {
      furnishAcme(world)
      furnish(world.google, { organizations: [{ id: '111', domain: 'example.com' }] })
      for (const project of world.google.projects) project.parent = 'organizations/111'
    })
    const constraint = 'iam.disableServiceAccountKeyCreation'
    const looked = await run(
      'resource-manager',
      'org-policies',
      'describe',
      constraint,
      '--effective',
      `--project=${P}`,
      JSON_FORMAT,
    )
    expect(looked.json()).toMatchObject({ booleanPolicy: { enforced: true } })
    expect(await run('iam', 'service-accounts', 'keys', 'create', '-', `--iam-account=${E}`)).toMatchObject(
      says(`type: constraints/${constraint}`),
    )
  })

  test('grants for a time, and takes it back', async () => {
    const { run, google } = await gcloud(furnishAcme)
    const role = ['--role=roles/artifactregistry.createOnPushWriter', `--member=${PUSHER}`]
    const condition = '--condition=title=until,expression=request.time < timestamp("2099-01-01T00:00:00Z")'
    expect((await run('projects', 'add-iam-policy-binding', P, ...role, condition)).exitCode).toBe(0)
    expect(google().projects[0]?.policy.bindings[1]).toMatchObject({ members: [PUSHER], condition: { title: 'until' } })
    expect((await run('projects', 'get-iam-policy', P, JSON_FORMAT)).json()).toMatchObject({ version: 3 })
    const strip = () => run('projects', 'remove-iam-policy-binding', P, ...role, '--all')
    expect((await strip()).exitCode).toBe(0)
    expect(google().projects[0]?.policy.bindings).toHaveLength(1)
    expect(await strip()).toMatchObject(says('not found!'))
    const nobody = `--member=serviceAccount:nobody@${P}.iam.gserviceaccount.com`
    expect(
      await run('projects', 'add-iam-policy-binding', P, '--role=roles/viewer', nobody, '--condition=None'),
    ).toMatchObject(says('does not exist.'))
  })

  test('makes the repository of us.gcr.io and grants on it', async () => {
    const { run, google } = await gcloud(furnishAcme)
    const repositories = (verb: string, ...args: string[]) =>
      run('artifacts', 'repositories', verb, 'us.gcr.io', '--location=us', `--project=${P}`, ...args)
    expect(await repositories('describe')).toMatchObject(says('NOT_FOUND'))
    const create = () => repositories('create', '--repository-format=docker', '--immutable-tags')
    expect((await create()).exitCode).toBe(0)
    expect(await create()).toMatchObject(says('ALREADY_EXISTS'))
    expect((await repositories('describe', JSON_FORMAT)).json()).toMatchObject({
      registryUri: `us.gcr.io/${P}`,
      dockerConfig: { immutableTags: true },
    })
    expect((await repositories('get-iam-policy', JSON_FORMAT)).json()).toEqual({ etag: 'ACAB' })
    const role = ['--role=roles/artifactregistry.writer', `--member=${PUSHER}`]
    expect((await repositories('add-iam-policy-binding', ...role, '--condition=None')).exitCode).toBe(0)
    expect(google().repositories[0]?.policy.bindings).toEqual([
      { role: 'roles/artifactregistry.writer', members: [PUSHER] },
    ])
    expect((await repositories('remove-iam-policy-binding', ...role, '--all')).exitCode).toBe(0)
    expect((await repositories('delete')).exitCode).toBe(0)
    expect(google().repositories).toEqual([])
  })
})
