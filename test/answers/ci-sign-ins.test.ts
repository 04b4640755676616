import { describe, expect, test } from 'vitest'
import { ciJobs } from '../../src/answers/forms/ci-jobs.ts'
import { jobsThatNeed, signInsOf } from '../../src/answers/forms/ci-sign-ins.ts'

const CONFIG = `
executors:
  private:
    docker: [{image: acme/own, auth: {username: $HUB_USER, password: $HUB_PASS}}]
commands:
  sign_in: {steps: [{run: 'echo "\${KEY:?}"'}]}
shared: &shared
  steps: [{run: echo $KEY}]
jobs:
  plain: {steps: [checkout, {run: echo $KEYS $NO_KEY KEY}]}
  says: {steps: [{run: {command: "printf %s $KEY"}}]}
  by_command: {steps: [sign_in]}
  by_merge: {<<: *shared}
  by_orb: {steps: [{hub/login: {token: KEY}}]}
  by_executor: {executor: private, steps: [checkout]}
  by_executor_with_options: {executor: {name: private}, steps: [checkout]}
  not_at_all: {steps: [sign_out]}
`

test('The jobs that read a variable are found, run by a workflow or not', () => {
  expect(jobsThatNeed(CONFIG, ['KEY'])).toEqual(['says', 'by_command', 'by_merge', 'by_orb'])
  expect(jobsThatNeed(CONFIG, ['HUB_PASS', 'NONE'])).toEqual(['by_executor', 'by_executor_with_options'])
})

test('There are none in what cannot be read', () => {
  expect(jobsThatNeed('jobs: [', ['KEY'])).toEqual([])
})

/** What the jobs of a config sign in to: job → registry, user, secret, form. */
const signIns = (text: string) =>
  ciJobs(text).flatMap(job =>
    signInsOf(job).map(({ registry, user, secret, form }) =>
      [job.job, registry, user, secret, form].filter(one => one !== undefined).join(' '),
    ),
  )

const ofScript = (script: string) =>
  signIns(`jobs:\n  j:\n    steps:\n      - run: |\n${script.replace(/^/gm, '          ')}\n`)

describe('What a script signs in to', () => {
  test.each([
    ['docker login -u "$U" -p "$P"', ['j docker-hub U P']],
    ['docker login --username=$U --password $P docker.io', ['j docker-hub U P']],
    [`echo "$P" | docker login -u "$U" --password-stdin`, ['j docker-hub U P']],
    [
      `printf '%s' "\${P:?}" | sudo docker login --username "$U" --password-stdin https://index.docker.io/v1/`,
      ['j docker-hub U P'],
    ],
    ['docker login -u $U --password-stdin <<< "$P"', ['j docker-hub U P']],
    ['docker login \\\n  -u acmebot \\\n  -p $P', ['j docker-hub P']],
    ['if ! docker login -e $MAIL -u $U -p $P; then exit 1; fi', ['j docker-hub U P']],
    ['export NAME=$U\ndocker login -u $NAME -p $P', ['j docker-hub U P']],
    ['crane auth login index.docker.io -u $U -p $P', ['j docker-hub U P']],
    ['docker login -u $U -p $P quay.io', []],
    ['docker login -u $U -p $P ghcr.io/acme', []],
    ['aws ecr get-login-password | docker login --username AWS --password-stdin $HOST', []],
    ['# docker login -u $U -p $P', []],
    ['docker login -u _ -p "$T" registry.heroku.com', ['j heroku T']],
    ['heroku container:push web --app acme', ['j heroku HEROKU_API_KEY']],
    ['HEROKU_API_KEY="$T" heroku container:release web', ['j heroku T']],
    ['git push https://heroku:$T@git.heroku.com/acme.git HEAD:main', ['j heroku T']],
    ['curl -n https://cli-assets.heroku.com/install.sh | sh', []],
    ['echo "$K" | base64 -d > k.json\ngcloud auth activate-service-account --key-file k.json', ['j google K base64']],
    [
      `printf '%s\\n' "\${K}" | base64 --decode --ignore-garbage > "\${HOME}/k.json"\ngcloud auth activate-service-account --key-file \${HOME}/k.json`,
      ['j google K base64'],
    ],
    ['echo $K > k.json\ngcloud auth activate-service-account --key-file=k.json', ['j google K json']],
    ['echo $K | gcloud auth activate-service-account --key-file=-', ['j google K json']],
    ['gcloud auth activate-service-account --key-file=- <<< "$K"', ['j google K json']],
    ['gcloud auth activate-service-account --key-file <(echo $K | base64 -d)', ['j google K base64']],
    ['docker login -u _json_key -p "$K" https://eu.gcr.io', ['j google K json']],
    ['docker login -u _json_key -p "$(echo $K | base64 -d)" https://$HOST', ['j google K base64']],
    [
      'echo $K | base64 -d > k.json\ncat k.json | docker login -u _json_key --password-stdin https://gcr.io',
      ['j google K base64'],
    ],
    [
      'echo $K | docker login -u _json_key_base64 --password-stdin https://europe-docker.pkg.dev',
      ['j google K base64'],
    ],
    ['gcloud auth print-access-token | docker login -u oauth2accesstoken --password-stdin gcr.io', []],
    ['if x; then U=$A; P=$B; fi\nif y; then U=$C; P=$D; fi\ndocker login -u $U -p $P', ['j docker-hub A B']],
    ['docker login -u $U -p $P $HEROKU_REGISTRY', ['j heroku U P']],
    ['docker login -u $U -p $P $REGISTRY', []],
    ['echo $SIGNING | base64 -d > signing.asc\ngpg --import signing.asc', []],
  ])('%s', (script, found) => {
    expect(ofScript(script)).toEqual(found)
  })
})

describe('What a job signs in to is found', () => {
  const login = 'docker login -u << parameters.user >> -p $<< parameters.pass >>'
  const commands = `commands:
  deep:
    parameters: { user: { type: string }, pass: { type: env_var_name, default: P } }
    steps: [{ run: '${login}' }]
  shallow:
    parameters: { pass: { type: env_var_name, default: Q }, after: { type: steps, default: [] } }
    steps: [{ deep: { user: $U, pass: << parameters.pass >> } }, { steps: << parameters.after >> }]
`
  test.each([
    ['in a command of a command, with the arguments put in', `jobs: { j: { steps: [shallow] } }`, ['j docker-hub U Q']],
    ['by the argument of the outer one', `jobs: { j: { steps: [{ shallow: { pass: R } }] } }`, ['j docker-hub U R']],
    [
      'in steps that are an argument',
      `jobs: { j: { steps: [{ shallow: { after: [{ run: heroku container:push web }] } }] } }`,
      ['j docker-hub U Q', 'j heroku HEROKU_API_KEY'],
    ],
    [
      'under a condition of either kind',
      `jobs: { j: { steps: [{ when: { condition: true, steps: [{ deep: { user: $A } }] } }, { unless: { condition: true, steps: [{ deep: { user: $B } }] } }] } }`,
      ['j docker-hub A P', 'j docker-hub B P'],
    ],
    [
      'by the parameters of a job and of each of its uses',
      `jobs: { j: { parameters: { pass: { type: env_var_name } }, steps: [{ deep: { user: $U, pass: << parameters.pass >> } }] } }
workflows: { w: { jobs: [{ j: { name: one, pass: A } }, { j: { name: two, pass: B } }] } }`,
      ['j docker-hub U A', 'j docker-hub U B'],
    ],
    [
      'for every value of a matrix',
      `jobs: { j: { parameters: { pass: { type: env_var_name } }, steps: [{ deep: { user: $U, pass: << parameters.pass >> } }] } }
workflows: { w: { jobs: [{ j: { matrix: { parameters: { pass: [A, B] } } } }] } }`,
      ['j docker-hub U A', 'j docker-hub U B'],
    ],
    [
      'before and after the steps of a job',
      `jobs: { j: { steps: [checkout] } }
workflows: { w: { jobs: [{ j: { pre-steps: [{ deep: { user: $A } }], post-steps: [{ deep: { user: $B } }] } }] } }`,
      ['j docker-hub A P', 'j docker-hub B P'],
    ],
    [
      'by a parameter of the pipeline',
      `parameters: { who: { type: string, default: $W } }\njobs: { j: { steps: [{ deep: { user: << pipeline.parameters.who >> } }] } }`,
      ['j docker-hub W P'],
    ],
    [
      'by what an executor sets, or the step, under another name',
      `executors: { e: { docker: [{ image: x }], environment: { REGISTRY: registry.heroku.com } } }
jobs: { j: { executor: e, steps: [{ run: { command: 'docker login -u _ -p "\${!NAME}" $REGISTRY', environment: { NAME: TOKEN } } }] } }`,
      ['j heroku TOKEN'],
    ],
    [
      'in the jobs of several workflows',
      `jobs: { a: { steps: [{ deep: { user: $A } }] }, b: { steps: [{ deep: { user: $B } }] } }
workflows: { v: { jobs: [a] }, w: { jobs: [b] } }`,
      ['a docker-hub A P', 'b docker-hub B P'],
    ],
    [
      'in the arguments of an orb’s job',
      `orbs: { hub: acme/hub@1 }\nworkflows: { w: { jobs: [{ hub/push: { docker-username: A, docker-password: B } }] } }`,
      ['hub/push docker-hub A B'],
    ],
    [
      'in an orb’s own defaults',
      `orbs: { d: circleci/docker@2.8.2, h: circleci/heroku@2.0.0 }\njobs: { j: { steps: [d/check, h/deploy-via-git] } }`,
      ['j docker-hub DOCKER_LOGIN DOCKER_PASSWORD', 'j heroku HEROKU_API_KEY'],
    ],
    [
      'in an orb that is told another registry: not at Docker Hub',
      `orbs: { d: circleci/docker@2.8.2 }\njobs: { j: { steps: [{ d/check: { registry: quay.io, docker-username: A } }] } }`,
      [],
    ],
    [
      'in a step of the old name, with an environment that is a list',
      'jobs: { j: { environment: [{ NAME: $A }, "OTHER=x"], steps: [{ deploy: { command: docker login -u $NAME -p $B } }] } }',
      ['j docker-hub A B'],
    ],
    [
      'in an orb’s sign-in without a key',
      'orbs: { g: circleci/gcp-cli@3.2.0 }\njobs: { j: { steps: [{ g/setup: { use_oidc: true } }, g/install] } }',
      ['j google'],
    ],
    [
      'in an orb that is written in the config',
      `orbs: { own: { commands: { in: { steps: [{ run: docker login -u $A -p $B }] } }, jobs: { push: { docker: [{ image: x }], steps: [in] } } } }
workflows: { w: { jobs: [own/push] } }`,
      ['own/push docker-hub A B'],
    ],
  ])('%s', (_, config, found) => {
    expect(signIns(`version: 2.1\n${commands}${config}`)).toEqual(found)
  })

  test('but not where a command calls itself', () => {
    expect(signIns('commands: { a: { steps: [b] }, b: { steps: [a] } }\njobs: { j: { steps: [a] } }')).toEqual([])
  })
})

test('A job is known by the names that its workflows give it', () => {
  const config = `jobs: { j: { steps: [checkout] }, k: { steps: [checkout] } }
workflows: { w: { jobs: [j, { j: { name: again } }, { j: { matrix: { parameters: { on: [a, b] } } } }, { wait: { type: approval } }] } }`
  expect(ciJobs(config).map(({ job, name, workflow }) => [job, name, workflow])).toEqual([
    ['j', 'j', 'w'],
    ['j', 'again', 'w'],
    ['j', 'j-a', 'w'],
    ['j', 'j-b', 'w'],
    ['k', 'k', undefined],
  ])
})
