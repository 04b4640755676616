import type { Candidate } from './candidate.ts'
import { serviceAccountId } from './definitions/google.ts'
import { type AnswerKey, faultOf } from './schema.ts'

/** Answers that follow from another one where nothing else is said. */
const DERIVED: Readonly<Partial<Record<AnswerKey, { readonly source: AnswerKey; of(value: string): string }>>> = {
  firstRunBranch: { source: 'defaultBranch', of: branch => branch },
  // facts/circleci.md 4: GitHub's projects have the same names there.
  circleOrg: { source: 'githubProject', of: project => `gh/${project.split('/')[0]}` },
  circleProject: { source: 'githubProject', of: project => `gh/${project}` },
  // facts/circleci.md 0: the document's jobs, where no file tells what its jobs do.
  herokuJobs: { source: 'circleJobs', of: jobs => named(jobs, 'deploy_heroku') },
  dockerHubJobs: { source: 'circleJobs', of: jobs => named(jobs, 'push_docker_hub') },
  googleJobs: { source: 'circleJobs', of: jobs => named(jobs, 'push_gce_registry') },
  // facts/google.md 1.1: the id is the name by default.
  googleProjectName: { source: 'googleProject', of: id => id },
  googleServiceAccountId: { source: 'googleServiceAccountName', of: serviceAccountId },
}

/** Derives an answer; one that would break its rule is none. */
export function derive(key: AnswerKey, choose: (source: AnswerKey) => Candidate | undefined): Candidate | undefined {
  const rule = DERIVED[key]
  const source = rule && choose(rule.source)
  if (rule === undefined || source === undefined || faultOf(source.key, source.value) !== undefined) return undefined
  const value = rule.of(source.value)
  if (faultOf(key, value) !== undefined) return undefined
  return source.proposed
    ? { key, value, from: `proposed, derived from ${source.key}`, proposed: source.proposed }
    : { key, value, from: `${source.key} (derived)` }
}

const named = (jobs: string, name: string) => (jobs.split(',').includes(name) ? name : '')
