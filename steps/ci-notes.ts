import { CI_CONFIG, isSetup } from '../src/answers/forms/ci-config.ts'
import { ciJobs } from '../src/answers/forms/ci-jobs.ts'
import type { Registry } from '../src/answers/forms/ci-orbs.ts'
import { signInsOf, unclearIn } from '../src/answers/forms/ci-sign-ins.ts'
import type { Str } from '../src/engine/text.ts'
import { type Area, jobsOf } from './push-job.ts'

type Answers = { readonly circleJobs: Str } & { readonly [K in Area | Variable]?: Str }
type Variable = 'herokuTokenVariable' | 'dockerHubUserVariable' | 'dockerHubTokenVariable' | 'googleKeyVariable'

/** What is left out where no job needs it, as people are told. */
const AREAS: readonly {
  readonly area: Area
  readonly registry: Registry
  /** The answers that name what is filled. */
  readonly variables: { readonly user?: Variable; readonly secret: Variable }
  readonly out: string
  readonly without: string
}[] = [
  {
    area: 'herokuJobs',
    registry: 'heroku',
    variables: { secret: 'herokuTokenVariable' },
    out: 'CI gets no Heroku token',
    without: 'reads one or signs in to Heroku',
  },
  {
    area: 'dockerHubJobs',
    registry: 'docker-hub',
    variables: { user: 'dockerHubUserVariable', secret: 'dockerHubTokenVariable' },
    out: 'Docker Hub is left out',
    without: 'signs in to Docker Hub',
  },
  {
    area: 'googleJobs',
    registry: 'google',
    variables: { secret: 'googleKeyVariable' },
    out: 'Google is left out',
    without: 'signs in to Google',
  },
]

/**
 * What is left out of the set-up by what CI's config says, and why; and what of the config is not understood. Told before
 * anything is created.
 * @param used the answers that the chosen areas read. Of an area that a person left out, it is said which jobs run all
 *   the same where CI is run here; otherwise nothing
 * @param config the text of .circleci/config.yml; undefined where there is none, and a new one is offered
 */
export function ciNotes(answers: Answers, config: string | undefined, used: ReadonlySet<string>): readonly string[] {
  if (config === undefined || !AREAS.some(({ area }) => used.has(area))) return []
  const left = AREAS.filter(({ area }) => used.has(area) && jobsOf(answers, area).length === 0)
  const unclear = ciJobs(config).flatMap(job =>
    [...new Set(unclearIn(job))].map(what => `Not known: ${job.job} ${what}.`),
  )
  return [
    ...(isSetup(config) ? [SETUP] : []),
    ...(used.has(OF_CI_RUNS) ? AREAS.filter(({ area }) => !used.has(area)) : []).flatMap(one =>
      leftByPerson(one, config),
    ),
    ...left.map(one => `${one.out}: ${reasonFor(answers, one, config)}`),
    ...new Set([...unclear, ...unfilled(answers, config, used)]),
  ]
}

/** An answer that is read where CI is run. */
const OF_CI_RUNS = 'firstRunBranch'

/** The jobs of a config that sign in to a registry. */
const signingIn = (config: string, registry: Registry) =>
  ciJobs(config).filter(job => signInsOf(job).some(one => one.registry === registry))

/** What the jobs come to that CI runs, and whose area a person left out. */
function leftByPerson({ registry, out }: (typeof AREAS)[number], config: string): readonly string[] {
  const run = signingIn(config, registry).filter(({ workflow }) => workflow !== undefined)
  const names = [...new Set(run.map(({ job }) => job))].join(', ')
  return names === ''
    ? []
    : [`${out} by --only or --skip. CI runs ${names} all the same: it can push there only if that was set up before.`]
}

/** What the jobs of an area read to sign in and nobody fills, as where one signs in to two accounts. */
const unfilled = (answers: Answers, config: string, used: ReadonlySet<string>): readonly string[] =>
  AREAS.filter(({ area }) => used.has(area)).flatMap(({ area, registry, variables }) => {
    const names = jobsOf(answers, area)
    return ciJobs(config)
      .filter(({ job }) => names.includes(job))
      .flatMap(job => {
        const own = signInsOf(job).filter(one => one.registry === registry)
        return (['user', 'secret'] as const).flatMap(what => {
          const answer = variables[what]
          const filled = answer && answers[answer]
          const read = [...new Set(own.flatMap(one => one[what] ?? []))].filter(name => name !== filled)
          if (answer === undefined) return read.map(name => asAnybody(job.job, name))
          const is = `${String(filled)} is (${answer})`
          return typeof filled !== 'string'
            ? []
            : read.map(name => `${job.job} reads ${name}, which is not filled: ${is}.`)
        })
      })
  })

/** Heroku's registry takes any user (facts/heroku.md), so no answer names one. */
const asAnybody = (job: string, name: string) =>
  `${job} signs in to Heroku’s registry as $${name}, which is not filled: write _ there, the registry takes any name.`

const SETUP = `${CI_CONFIG} is a setup workflow: the jobs that it continues with are in another file, which is not read here. Give those jobs their contexts by hand, and name them: --set circleJobs=JOBS with --set herokuJobs=JOB, dockerHubJobs=JOB or googleJobs=JOB.`

function reasonFor(answers: Answers, { area, registry, without }: (typeof AREAS)[number], config: string): string {
  const { circleJobs, [area]: named } = answers
  if (typeof named === 'string') return `circleJobs (${String(circleJobs)}) has none of its jobs (${named}).`
  const known = [...new Set(signingIn(config, registry).map(({ job }) => job))]
  if (known.length > 0) return `no job is named as its own (${area} is empty; ${known.join(', ')} could be).`
  const jobs = [...new Set(ciJobs(config).map(({ job }) => job))]
  if (jobs.length === 0) return `${CI_CONFIG} has no job that can be read.`
  const shown =
    jobs.length > MOST_NAMED
      ? `${jobs.slice(0, MOST_NAMED).join(', ')} and ${jobs.length - MOST_NAMED} more`
      : jobs.join(', ')
  return `no job of ${CI_CONFIG} ${without} (${shown}). If one does: --set ${area}=JOB`
}

const MOST_NAMED = 12
