import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { DOCUMENTED, type StandIn, TODAY } from '../../src/rehearsal/stand-in/checkouts.ts'
import { GIT_ENVIRONMENT, makeCheckout } from '../support/checkout.ts'

/** What the real files have, and a simpler stand-in once lacked: each of these has hidden a fault. */
const FORMS: readonly (readonly [file: string, what: string, form: RegExp])[] = [
  ['.circleci/config.yml', 'a value on the line below its anchor', /: &remote_docker_version\n +18\.06\.0-ce\n/],
  ['.circleci/config.yml', 'an image that is anchored in its list', /- image: &basic_image pennocktech\/ci:purple\n/],
  ['.circleci/config.yml', 'a variable that is an alias', /DOCKER_BUILDER_IMAGE: \*basic_image\n/],
  ['.circleci/config.yml', 'a job that is commented out in column 0', /^# {5}- deploy_heroku:\n# {9}context: /m],
  ['.circleci/config.yml', 'a context on the job for Google', /- push_gce_registry:\n +context: google-dummyapp\n/],
  ['.circleci/config.yml', 'a line for an editor at the end', /\n# vim: sw=2 :\n$/],
  ['build/Dockerfile', 'an image that is put together', /^ARG BUILDER_IMAGE="\$\{BUILDER_IMAGE_BASE\}:/m],
  ['build/Dockerfile', 'the stage of the data', /^FROM \$\{POETRY_IMAGE\} AS poetry$/m],
  ['build/common.lib.sh', 'a variable that may be empty', /^: "\$\{BUILD_TAGS=heroku zerolog\}"$/m],
  ['build/common.lib.sh', 'a line that is no variable to read', /^: : "\$\{/m],
]

test.each(FORMS)('%s has %s', (file, _, form) => {
  expect(DOCUMENTED.files[file]).toMatch(form)
})

test.each<[string, number]>([
  ['.circleci/config.yml', 9_523],
  ['build/Dockerfile', 6_242],
  ['build/common.lib.sh', 7_016],
])('%s is about as long as the real one, and no line of it ends in CR LF', (file, bytes) => {
  const text = DOCUMENTED.files[file] ?? ''
  expect(Buffer.byteLength(text) / bytes).toBeGreaterThan(0.7)
  expect(text).not.toContain('\r')
})

test('A third of the config is comments, and it is valid YAML', () => {
  const text = DOCUMENTED.files['.circleci/config.yml'] ?? ''
  const lines = text.split('\n')
  const comments = lines.filter(line => /^\s*#/.test(line))
  expect(comments.length / lines.length).toBeGreaterThan(0.3)
  const config = parseDocument(text)
  expect([...config.errors, ...config.warnings]).toEqual([])
})

test('Today there is no config of CircleCI’s, and GitHub’s workflows have no secret', () => {
  expect(TODAY.files).not.toHaveProperty(['.circleci/config.yml'])
  expect(JSON.stringify(TODAY.files)).not.toMatch(/secrets\.|id-token/)
})

test.each<[string, StandIn]>([
  ['today', TODAY],
  ['documented', DOCUMENTED],
])('The scripts work, and leave CI the commands that push: %s', (_, { files }) => {
  const cwd = makeCheckout({ files })
  const folder = join(cwd, '.git', 'persist')
  const env = { PATH: process.env.PATH, HOME: cwd, ...GIT_ENVIRONMENT, PERSIST_DIR: folder, RETAG: 'heroku' }
  const script = join(cwd, 'build/create-persist-commands.sh')
  execFileSync(script, ['env-DOCKER_TAG=1.0', 'env-HEROKU_APP=acme-own'], { cwd, env, stdio: 'pipe' })
  const read = (name: string) => execFileSync('cat', [join(folder, name)], { encoding: 'utf8' })
  expect(read('heroku-deploy.sh')).toContain('docker push "registry.heroku.com/acme-own/web"\n')
  expect(read('docker-hub-deploy.sh')).toContain('docker push "pennocktech/dummyapp:heroku"\n')
  expect(read('gcr-deploy.sh')).toContain('docker push "us.gcr.io/dummyapp-214121/pt-dummy-app"\n')
})
