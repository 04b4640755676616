import type { Candidate } from '../candidate.ts'
import {
  CI_CONFIG,
  type Entries,
  entriesOf,
  isLiteral,
  itemsOf,
  jobTexts,
  readCiConfig,
  textKeys,
  valuesOf,
} from '../forms/ci-config.ts'
import type { AnswerKey } from '../schema.ts'

/** What CircleCI's config says: what runs, with which contexts and variables. One that cannot be read says nothing. */
export function fromCiConfig(text: string): readonly Candidate[] {
  const config = readCiConfig(text)
  const jobs = entriesOf(config.get('jobs'))
  const uses = usesOf(entriesOf(config.get('workflows')))
  const textsOf = (name: string) => jobTexts(entriesOf(jobs.get(name)), entriesOf(config.get('commands')))
  // Defined is meant, run or not: the document's own config has deploy_heroku commented out of its workflow.
  const names = [...textKeys(jobs), ...uses.map(({ job }) => job)]
  const contexts = uses.flatMap(use => purposes(use, textsOf(use.job)))
  const variables = textKeys(jobs).flatMap(name => textsOf(name).flatMap(herokuVariables))
  const environments = [...valuesOf(config.get('executors')), ...jobs.values()].map(one =>
    entriesOf(one).get('environment'),
  )
  return [
    ...from('herokuTokenVariable', variables),
    ...from('dockerHubRepository', environments.map(one => entriesOf(one).get('DOCKER_PROJECT')).filter(isLiteral)),
    ...from('circleJobs', names.length > 0 ? [[...new Set(names)].join(',')] : []),
    ...from(
      'herokuContext',
      contexts.filter(({ key }) => key === 'herokuContext').map(({ name }) => name),
    ),
    ...from(
      'googleContext',
      contexts.filter(({ key }) => key === 'googleContext').map(({ name }) => name),
    ),
  ]
}

const from = (key: AnswerKey, values: readonly string[]): Candidate[] =>
  [...new Set(values)].map(value => ({ key, value, from: CI_CONFIG }))

interface Use {
  readonly job: string
  readonly contexts: readonly string[]
}

/** The jobs that workflows run; one that is commented out is not there, and an approval is no job. */
function usesOf(workflows: Entries): readonly Use[] {
  const listed = [...workflows.values()].flatMap(workflow => itemsOf(entriesOf(workflow).get('jobs')))
  return listed.flatMap(item => {
    if (typeof item === 'string') return [{ job: item, contexts: [] }]
    const [job] = textKeys(entriesOf(item))
    const options = entriesOf(entriesOf(item).get(job))
    if (job === undefined || options.get('type') === 'approval') return []
    const context = options.get('context')
    return [{ job, contexts: (Array.isArray(context) ? context : [context]).filter(isLiteral) }]
  })
}

const HEROKU_OR_HUB = /heroku|docker_?hub/i
const GOOGLE = /gcloud|google|(?:^|[^a-z])(?:gcr|gce|gcp)(?:[^a-z]|$)/i

/** What each context of a job is for: by what the job does, and by the context's own name where it does both. */
function purposes({ job, contexts }: Use, texts: readonly string[]) {
  const says = [job, ...texts]
  const isHub = says.some(text => HEROKU_OR_HUB.test(text))
  const isGoogle = says.some(text => GOOGLE.test(text))
  return contexts.flatMap((name): { key: AnswerKey; name: string }[] => {
    const key = isHub && isGoogle ? GOOGLE.test(name) : isGoogle
    return isHub || isGoogle ? [{ key: key ? 'googleContext' : 'herokuContext', name }] : []
  })
}

/** The variables with a Heroku token that a command reads. */
const herokuVariables = (text: string): readonly string[] =>
  [...text.matchAll(/\$\{?(HEROKU_(?:API_KEY|API_TOKEN|TOKEN))\b/g)].map(([, name = '']) => name)
