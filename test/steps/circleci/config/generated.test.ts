import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { shown } from '../../../../src/engine/text.ts'
import { withContexts } from '../../../../steps/circleci/config/contexts.ts'
import { withHerokuJob } from '../../../../steps/circleci/config/heroku-job.ts'
import { releaseScript } from '../../../../steps/circleci/config/release.ts'
import { repairs, withRepairs } from '../../../../steps/circleci/config/repairs.ts'
import { inputs } from '../../../support/inputs.ts'
import { written } from './generate.ts'
import { removed } from './removed.ts'

/** A config is large: what fails is told as it is, not made smaller. */
const configs = (few: number, many: number) => ({ ...inputs(few, many), endOnFailure: true })

type Options = Record<string, unknown>
interface Read {
  readonly jobs: Record<string, { readonly steps: unknown[] }>
  readonly workflows: Record<string, { readonly jobs: (string | Record<string, Options | null>)[] }>
}

/** Nothing shared, every merge key carried out. */
const read = (text: string): Read => JSON.parse(JSON.stringify(parse(text, { merge: true })))

/** Each entry's job and contexts, approvals left out, and everything else. */
function apart(data: Read) {
  const entries = Object.entries(data.workflows).flatMap(([workflow, body]) =>
    (body.jobs ?? []).flatMap((item, index) => {
      const [job = '', options] = typeof item === 'string' ? [item, {}] : (Object.entries(item)[0] ?? [])
      const { context, ...rest } = options ?? {}
      body.jobs[index] = { [job]: rest }
      return rest.type === 'approval' ? [] : [{ workflow, job, contexts: [context ?? []].flat() }]
    }),
  )
  return { entries, rest: data }
}

test('Configs get contexts by insertions alone, and nothing else is read from them afterwards', () => {
  const names = fc.constantFrom('hub', 'new', 'cloud and more', 'a: b', 'true', '[x')
  fc.assert(
    fc.property(written, names, names, ({ text, entries }, first, second) => {
      const before = apart(read(text))
      expect(before.entries).toEqual(entries)
      const wanted = [
        { job: 'ship', context: first },
        { job: 'build', context: first },
        { job: 'build', context: second },
      ]
      const edited = withContexts(text, wanted)
      expect(edited.open).toEqual(
        entries.some(({ job }) => job === 'ship') ? [] : [{ job: 'ship', why: 'no workflow runs it' }],
      )
      expect(removed(edited)).toBe(text)
      const after = apart(read(edited.text))
      expect(after.rest).toEqual(before.rest)
      expect(after.entries).toEqual(
        entries.map(({ workflow, job, contexts }) => {
          const added = wanted.filter(one => one.job === job).map(({ context }) => context)
          return { workflow, job, contexts: [...new Set([...contexts, ...added])] }
        }),
      )
      expect(withContexts(edited.text, wanted).insertions).toEqual([])
      expect(/[^\r]\n/.test(edited.text)).toBe(/[^\r]\n/.test(text))
      expect(edited.text.endsWith('\n')).toBe(text.endsWith('\n'))
    }),
    configs(90, 2_000),
  )
})

test('Configs get the job and its release by insertions alone, and nothing else is read from them afterwards', () => {
  const wanted = { job: 'deploy_heroku', context: 'keys', branch: 'main', app: 'some-app', tokenVariable: 'TOKEN' }
  fc.assert(
    fc.property(written, ({ text }) => {
      const edited = withHerokuJob(text, wanted)
      expect(edited.open).toEqual([])
      expect(removed(edited)).toBe(text)
      const after = read(edited.text)
      expect(after.jobs.deploy_heroku?.steps.pop()).toEqual({
        run: { name: expect.any(String), command: `${releaseScript(wanted).join('\n')}\n` },
      })
      const places = Object.values(after.workflows).flatMap(({ jobs = [] }) =>
        jobs.flatMap((item, index) =>
          typeof item === 'object' && 'deploy_heroku' in item ? [{ jobs, index, item }] : [],
        ),
      )
      expect(places.map(({ item }) => item.deploy_heroku)).toEqual([
        { context: 'keys', requires: ['build'], filters: { branches: { only: ['main'] } } },
      ])
      for (const { jobs, index } of places) {
        const [required] = jobs.splice(index - 1, 2)
        jobs.splice(index - 1, 0, required ?? '')
        expect(typeof required === 'string' ? required : Object.keys(required ?? {})[0]).toBe('build')
      }
      expect(after).toEqual(read(text))
      expect(withHerokuJob(edited.text, wanted).insertions).toEqual([])
    }),
    configs(70, 1_500),
  )
})

test('Configs: each repair changes one value, in any order', () => {
  fc.assert(
    fc.property(written, ({ text, engine, project }) => {
      const found = repairs(text, { DOCKER_PROJECT: 'acme/demo' })
      expect(found.map(({ from, to }) => [from, to])).toEqual([
        [engine, 'default'],
        [project, 'acme/demo'],
      ])
      for (const repair of found) {
        const { changes, from, to } = repair
        expect(changes).toHaveLength(1)
        for (const { span, old } of changes)
          expect(withRepairs(text, [repair])).toBe(text.slice(0, span[0]) + old.replace(from, to) + text.slice(span[1]))
      }
      const all = shown(withRepairs(text, found))
      expect(withRepairs(text, found.toReversed())).toBe(all)
      expect(JSON.stringify(read(all))).toBe(
        JSON.stringify(read(text)).replaceAll(`"${engine}"`, '"default"').replaceAll(`"${project}"`, '"acme/demo"'),
      )
    }),
    configs(60, 1_000),
  )
})
