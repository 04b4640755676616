import { cut, type Definitions, dashed, oneOf, variable, words } from '../definition.ts'

/** facts/docker-hub.md 6, Names. */
const DOCKER_ID = String.raw`[a-z\d]{4,30}`

export const DOCKER_HUB = {
  dockerHubRoute: {
    // steps.md, docker-hub.bot; the default is the document's own way.
    ...oneOf('bot-team', 'org-token', 'personal'),
    why: 'How CI gets its right to push: a bot account in a team (needs a paid plan), one token of the organization (paid as well), or a bot as collaborator of a personal repository (free).',
    byDefault: 'bot-team',
  },
  dockerHubRepository: {
    // facts/docker-hub.md 6: a namespace of 4-30, a repository of 2-255.
    rule: words(new RegExp(String.raw`^${DOCKER_ID}/(?=.{2,255}$)[a-z\d]+(?:[._-][a-z\d]+)*$`)),
    mustBe:
      'NAMESPACE/REPOSITORY on Docker Hub: 4 to 30 small letters and digits, then 2 to 255 small letters and digits with single . _ or - between them',
    why: 'Where CI pushes the image on Docker Hub. The namespace is an account or an organization of yours; neither part can be renamed later.',
    suggest: nearRepository,
  },
  dockerHubVisibility: {
    // facts/docker-hub.md 5: a personal plan has one private repository; the document's images are public.
    ...oneOf('public', 'private'),
    why: 'Who may pull the image. A free plan has one private repository; public ones have no limit.',
    byDefault: 'public',
  },
  dockerHubBot: {
    // facts/docker-hub.md 6: a Docker ID, never reusable, never renamed.
    rule: words(new RegExp(`^${DOCKER_ID}$`)),
    mustBe: 'a Docker ID: 4 to 30 small letters and digits',
    why: 'The account that CI pushes as, so that a leaked token opens this repository alone. A person signs it up, once.',
    when: { key: 'dockerHubRoute', is: ['bot-team', 'personal'] },
    suggest: bad => alphanumeric(bad).slice(0, 30),
  },
  dockerHubUserVariable: {
    ...variable,
    why: 'The variable in which CI looks for the account that it pushes to Docker Hub as. It must be the one that the job in .circleci/config.yml reads.',
    byDefault: 'DOCKERHUB_USER',
    inFork: 'keep',
  },
  dockerHubTokenVariable: {
    ...variable,
    why: 'The variable in which CI looks for the token of that account. It must be the one that the job in .circleci/config.yml reads.',
    byDefault: 'DOCKERHUB_PASS',
    inFork: 'keep',
  },
  dockerHubTeam: {
    // facts/docker-hub.md 6: a team of 3-30.
    rule: words(/^[\w-]{3,30}$/),
    mustBe: '3 to 30 letters, digits, _ and -',
    why: 'The team of the organization that may write to the repository; the bot is its member.',
    when: { key: 'dockerHubRoute', is: ['bot-team'] },
    suggest: bad => cut(bad.trim().replace(/[^\w]+/g, '-'), 30),
  },
} as const satisfies Definitions

const alphanumeric = (text: string) => text.toLowerCase().replace(/[^a-z\d]+/g, '')

function nearRepository(bad: string): string {
  const [namespace = '', ...name] = bad
    .trim()
    .replace(/^https:\/\/hub\.docker\.com\/r\//, '')
    .replace(/^docker\.io\//, '')
    .split('/')
  return `${alphanumeric(namespace).slice(0, 30)}/${cut(dashed(name.join('-')), 255)}`
}
