import { type Definitions, line, list, oneOf, words } from '../definition.ts'

/** facts/circleci.md 5, limits: 200 at most, no outer whitespace. */
const context = { forms: [...line().forms, /^\S(?:.*\S)?$/], longest: 200 }
const CONTEXT = 'a context’s name: 1 to 200 characters, no blank at its ends'

/** facts/circleci.md 5, restrictions: what an expression is made of; other variables are taken but never true. */
const TOKEN = /\s+|"[^"]*"|[!=]=|[<>]=?|[()]|[\w.-]+/y
const WORD =
  /^(?:and|or|not|true|false|starts-with|-?\d+|(?:pipeline(?!\.parameters(?:\.|$))|job)(?:\.[A-Za-z_][\w-]*)+)$/

/** The facts have no rule for a job's name: what a list with commas can hold. */
const jobs = {
  rule: { ...words(/^\w(?:[\w ./-]*\w)?(?:,\w(?:[\w ./-]*\w)?)*$/), longest: 9_000 },
  mustBe: 'a comma list of job names without blanks around them',
  suggest: list,
  readAgain: true,
} as const

export const CIRCLECI = {
  circleOrg: {
    // facts/circleci.md 4: gh/ORG, bb/ORG, or circleci/ID of an organization that stands alone; case matters.
    rule: words(/^(?:(?:gh|bb)\/\w[\w.-]{0,99}|circleci\/[A-Za-z\d-]{1,100})$/),
    mustBe: 'gh/OWNER, bb/OWNER or circleci/ID, as in the address of its page',
    why: 'The CircleCI organization that the contexts belong to.',
    suggest: slug,
  },
  circleProject: {
    // facts/circleci.md 4, slugs
    rule: words(
      /^(?:(?:gh|bb)\/\w[\w.-]{0,99}\/(?!\.{1,2}$)[\w.-]{1,100}|circleci\/[A-Za-z\d-]{1,100}\/[A-Za-z\d-]{1,100})$/,
    ),
    mustBe: 'gh/OWNER/REPOSITORY, bb/OWNER/REPOSITORY or circleci/ID/ID, as in the address of its page',
    why: 'The CircleCI project: contexts are opened to it and to no other.',
    suggest: slug,
  },
  circleJobs: {
    // The document's four jobs (facts/circleci.md 0).
    ...jobs,
    why: 'The jobs that CI runs: only what one of them needs is put into a context.',
    byDefault: 'build,deploy_heroku,push_docker_hub,push_gce_registry',
    inFork: 'keep',
  },
  herokuJobs: {
    ...jobs,
    why: 'Those of them that need the Heroku token: known by what they read and do. Without one, CI gets no Heroku token.',
    optional: true,
    area: 'heroku',
    inFork: 'keep',
  },
  dockerHubJobs: {
    ...jobs,
    why: 'Those of them that sign in to Docker Hub: known by what they read and do. Without one, Docker Hub is left out.',
    optional: true,
    area: 'docker-hub',
    inFork: 'keep',
  },
  googleJobs: {
    ...jobs,
    why: 'Those of them that sign in to Google: known by what they read and do. Without one, Google is left out.',
    optional: true,
    area: 'google',
    inFork: 'keep',
  },
  herokuContext: {
    rule: context,
    mustBe: CONTEXT,
    why: 'The CircleCI context that holds the Heroku and the Docker Hub credentials.',
    inFork: 'propose',
    suggest: trimmed,
  },
  googleContext: {
    rule: context,
    mustBe: CONTEXT,
    why: 'The CircleCI context that holds the Google credential.',
    inFork: 'propose',
    suggest: trimmed,
  },
  contextExpression: {
    rule: { ...line(), longest: 1_000, also: isExpression },
    mustBe:
      'a CircleCI restriction such as pipeline.git.branch == "main": texts in double quotes, no pipeline parameters',
    why: 'A further condition for using the Heroku context, for example one branch only. CircleCI refuses every job for which it is not true.',
    optional: true,
    suggest: bad => bad.trim().replaceAll("'", '"').replaceAll('&&', 'and').replaceAll('||', 'or'),
  },
  secretsUntilRestricted: {
    // facts/circleci.md 5: whoever may make a context may not always close it; 6: a project's own variables need no admin.
    ...oneOf('wait', 'project-variables', 'write-anyway'),
    why: 'What becomes of the credentials where only an admin of the organization may close the contexts to other projects: they wait for the admin; or go into the project’s own variables, which every job of every branch sees; or into the open contexts, which every project of the organization can read.',
    byDefault: 'wait',
  },
} as const satisfies Definitions

function trimmed(text: string): string {
  return text.trim().slice(0, 200).trimEnd()
}

/** The long forms of CircleCI's own addresses. */
function slug(bad: string): string {
  return bad
    .trim()
    .replace(/^https:\/\/app\.circleci\.com\/(?:pipelines\/|settings\/organization\/|home\/)?/, '')
    .replace(/^github\//, 'gh/')
    .replace(/^bitbucket\//, 'bb/')
    .replace(/\/$/, '')
}

/** Known words alone and as many closing parentheses as opening ones; the rest of the grammar is CircleCI's to judge. */
function isExpression(text: string): boolean {
  let open = 0
  let at = 0
  let says = false
  while (at < text.length) {
    TOKEN.lastIndex = at
    const token = TOKEN.exec(text)?.[0]
    if (token === undefined || (/^[\w.-]/.test(token) && !WORD.test(token))) return false
    open += token === '(' ? 1 : token === ')' ? -1 : 0
    if (open < 0) return false
    says ||= /^(?:pipeline|job)\./.test(token)
    at += token.length
  }
  return open === 0 && says
}
