import type { Candidate } from '../candidate.ts'
import { CI_CONFIG, entriesOf, isLiteral, readCiConfig, textKeys, valuesOf } from '../forms/ci-config.ts'
import { type CiJob, ciJobs } from '../forms/ci-jobs.ts'
import type { Registry } from '../forms/ci-orbs.ts'
import { GOOGLE, signInsOf } from '../forms/ci-sign-ins.ts'
import { type AnswerKey, faultOf } from '../schema.ts'

/** What CircleCI's config says: what runs, with which contexts and variables. One that cannot be read says nothing. */
export function fromCiConfig(text: string): readonly Candidate[] {
  const config = readCiConfig(text)
  const jobs = ciJobs(text)
  // Defined is meant, run or not: the document's own config has deploy_heroku commented out of its workflow.
  const names = [...textKeys(entriesOf(config.get('jobs'))), ...jobs.map(({ job }) => job)]
  const contexts = jobs.flatMap(purposes)
  const environments = [...valuesOf(config.get('executors')), ...valuesOf(config.get('jobs'))].map(one =>
    entriesOf(one).get('environment'),
  )
  const signIns = jobs.flatMap(job => signInsOf(job).map(signIn => ({ ...signIn, job: job.job })))
  const at = (registry: Registry) => signIns.filter(one => one.registry === registry)
  const given = (key: 'user' | 'secret', registry: Registry) => at(registry).flatMap(one => one[key] ?? [])
  return [
    ...from('herokuTokenVariable', given('secret', 'heroku')),
    ...from('dockerHubRepository', environments.map(one => entriesOf(one).get('DOCKER_PROJECT')).filter(isLiteral)),
    ...from('dockerHubUserVariable', given('user', 'docker-hub')),
    ...from('dockerHubTokenVariable', given('secret', 'docker-hub')),
    ...from('googleKeyVariable', given('secret', 'google')),
    ...listed('circleJobs', names),
    ...listed(
      'herokuJobs',
      at('heroku').map(({ job }) => job),
    ),
    ...listed(
      'dockerHubJobs',
      at('docker-hub').map(({ job }) => job),
    ),
    ...listed(
      'googleJobs',
      at('google').map(({ job }) => job),
    ),
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

/** One list of all; a name that a list cannot hold is left out of it. */
function listed(key: AnswerKey, names: readonly string[]): Candidate[] {
  const good = [...new Set(names)].filter(name => faultOf(key, name) === undefined && !name.includes(','))
  return good.length > 0 ? from(key, [good.join(',')]) : []
}

const HEROKU_OR_HUB = /heroku|docker[-_]?hub/i

/** What each context of a job is for: by its own name where that tells, else by what the job does. */
function purposes(job: CiJob) {
  const says = [job.job, ...job.orbs.map(({ orb, name }) => `${orb}/${name}`)]
  const does = new Set(signInsOf(job).map(({ registry }) => registry))
  const may = (pattern: RegExp) => does.size === 0 && says.some(text => pattern.test(text))
  const isHub = does.has('heroku') || does.has('docker-hub') || may(HEROKU_OR_HUB)
  const isGoogle = does.has('google') || may(GOOGLE)
  return job.contexts.filter(isLiteral).flatMap((name): { key: AnswerKey; name: string }[] => {
    if (!isHub && !isGoogle) return []
    const isForHub = HEROKU_OR_HUB.test(name)
    const isForGoogle = isForHub === GOOGLE.test(name) ? isGoogle && !isHub : !isForHub
    return [{ key: isForGoogle ? 'googleContext' : 'herokuContext', name }]
  })
}
