import { type Str, shown, t } from '../../../src/engine/text.ts'
import { type Keyless, keylessLines } from './login.ts'
import { type Release, releaseStep } from './release.ts'
import { scalar } from './scalar.ts'
import { flat } from './script.ts'

/** A service that is left out has no job. */
export interface NewConfig {
  /** An image with Go, git, bash and the docker command. */
  readonly builderImage: string
  /** Also where nothing is pushed there: it is what the image is called. */
  readonly dockerHubRepository: string
  readonly dockerHub?: { readonly context: string; readonly userVariable: string; readonly tokenVariable: string }
  readonly heroku?: Omit<Release, 'hasCurl'> & { readonly context: string; readonly branch: string }
  readonly google?: {
    /** By the key of a context, or without one. */
    readonly signIn: { readonly context: string; readonly keyVariable: string } | Keyless
    readonly registryHost: string
    readonly project: string
    readonly imageName: string
  }
}

/** The document's pipeline for a checkout that has no config: its own scripts build, and leave the commands that push. */
export function newConfig(config: NewConfig): Str {
  const deploys = [heroku(config), dockerHub(config), google(config)].filter(deploy => deploy !== undefined)
  const lines: readonly Str[] = [
    'version: 2.1',
    '',
    '# The image is built once and left in the workspace with the commands that push it, so that a deploy that failed',
    '# can be run again on its own. Credentials are in the contexts, which the workflow gives to the jobs.',
    '',
    'jobs:',
    ...build(config, Object.assign({}, ...deploys.map(({ names }) => names))),
    ...deploys.flatMap(deploy => ['', ...deployJob(deploy)]),
    '',
    'workflows:',
    '  build_and_deploy:',
    '    jobs:',
    '      - build',
    ...deploys.flatMap(({ job, context, branches }) => [
      `      - ${job}:`,
      ...(context === undefined ? [] : [`          context: ${scalar(context)}`]),
      '          requires:',
      '            - build',
      '          filters:',
      '            branches:',
      `              ${branches}`,
    ]),
  ]
  return flat(lines.reduce((all, line) => t`${all}${line}\n`, ''))
}

function build(config: NewConfig, names: Readonly<Record<string, string>>): readonly Str[] {
  return [
    '  build:',
    '    docker:',
    `      - image: ${scalar(config.builderImage)}`,
    '    environment:',
    '      # They win over the names in build/common.lib.sh.',
    `      DOCKER_PROJECT: ${scalar(config.dockerHubRepository)}`,
    ...Object.entries(names).map(([variable, name]) => `      ${variable}: ${scalar(name)}`),
    '      BUILD_TAGS: heroku zerolog',
    '      BUILDER_SYSTEM: circleci',
    '    steps:',
    '      - checkout',
    ...REMOTE_DOCKER,
    ...run('Build the image', ['./build/build.with-docker.sh'], { DIND_PERSIST_FILE: IMAGE }),
    ...run('Leave the commands that push it', ['./build/create-persist-commands.sh'], {
      PERSIST_DIR: WORKSPACE,
      RETAG: 'heroku',
    }),
    '      - persist_to_workspace:',
    `          root: ${WORKSPACE}`,
    '          paths:',
    '            - .',
  ]
}

const deployJob = ({ job, image, steps }: Deploy): readonly Str[] => [
  `  ${job}:`,
  '    docker:',
  `      - image: ${image}`,
  '    steps:',
  ...REMOTE_DOCKER,
  '      - attach_workspace:',
  `          at: ${WORKSPACE}`,
  ...run('Load the image', [`docker load --input ${IMAGE}`]),
  ...steps,
]

const WORKSPACE = '/tmp/persist'
const IMAGE = `${WORKSPACE}/docker-layers.tar`

/** facts/circleci.md 10: a version by number is retired sooner or later. */
const REMOTE_DOCKER = ['      - setup_remote_docker:', '          version: default']

/** One of the document's deploys, and on which branches it runs (facts/circleci.md 0). */
interface Deploy {
  readonly job: string
  readonly image: string
  readonly context: string | undefined
  readonly branches: string
  /** What the repository's scripts call the names that it needs. */
  readonly names: Readonly<Record<string, string>>
  readonly steps: readonly Str[]
}

const heroku = ({ heroku: wanted }: NewConfig): Deploy | undefined =>
  wanted && {
    job: 'deploy_heroku',
    image: 'cimg/base:current',
    context: wanted.context,
    branches: `only: ${scalar(wanted.branch)}`,
    names: { HEROKU_APP: wanted.app },
    steps: [
      ...run('Sign in to the registry of Heroku', [
        `printf '%s' "$${wanted.tokenVariable}" | docker login --username _ --password-stdin registry.heroku.com`,
      ]),
      ...run('Push the image to Heroku', [`${WORKSPACE}/heroku-deploy.sh`]),
      ...releaseStep({ ...wanted, hasCurl: true }, 6, 2),
    ],
  }

const dockerHub = ({ dockerHub: wanted }: NewConfig): Deploy | undefined =>
  wanted && {
    job: 'push_docker_hub',
    image: 'cimg/base:current',
    context: wanted.context,
    branches: 'ignore: /.*nohub.*/',
    names: {},
    steps: [
      ...run('Sign in to Docker Hub', [
        `printf '%s' "$${wanted.tokenVariable}" | docker login --username "$${wanted.userVariable}" --password-stdin`,
      ]),
      ...run('Push the image to Docker Hub', [`${WORKSPACE}/docker-hub-deploy.sh`]),
    ],
  }

const google = ({ google: wanted }: NewConfig): Deploy | undefined =>
  wanted && {
    job: 'push_gce_registry',
    // :slim and :alpine have no docker command.
    image: 'google/cloud-sdk:latest',
    context: 'context' in wanted.signIn ? wanted.signIn.context : undefined,
    branches: 'ignore: /.*nogcloud.*/',
    names: { GCR_HOST: wanted.registryHost, GCR_PROJECT: wanted.project, GCR_IMAGE_NAME: wanted.imageName },
    steps: [
      ...run('Sign in to Google', [
        'umask 077',
        ...('context' in wanted.signIn ? keyLines(wanted.signIn.keyVariable) : keylessLines(wanted.signIn)),
        `${WORKSPACE}/gcloud-login.sh`,
      ]),
      ...run('Push the image to Google', [`${WORKSPACE}/gcr-deploy.sh`]),
    ],
  }

const keyLines = (variable: string) => [
  `printf '%s' "$${variable}" | base64 --decode --ignore-garbage >"$HOME/key.json"`,
  'gcloud auth activate-service-account --key-file="$HOME/key.json"',
  'rm "$HOME/key.json"',
]

function run(name: string, commands: readonly Str[], environment: Readonly<Record<string, string>> = {}) {
  const variables = Object.entries(environment).map(([variable, is]) => `            ${variable}: ${is}`)
  return [
    '      - run:',
    `          name: ${name}`,
    ...(commands.length === 1 && /^[\w./ -]+$/.test(shown(commands[0] ?? ''))
      ? [t`          command: ${commands[0] ?? ''}`]
      : ['          command: |', ...commands.map(command => t`            ${command}`)]),
    ...(variables.length > 0 ? ['          environment:', ...variables] : []),
  ]
}
