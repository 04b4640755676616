import { describe, expect, test } from 'vitest'
import { select } from '../../src/engine/select.ts'
import { fakeStep } from '../support/engine.ts'

const STEPS = [
  fakeStep('git.remote', { uses: ['herokuApp'] }),
  fakeStep('ci.project', { uses: ['circleProject'], needs: ['circleci'] }),
  fakeStep('ci.context', { uses: ['circleOrg'], needs: ['circleci'], after: ['ci.project'] }),
  fakeStep('ci.config', { uses: ['circleJobs'], needs: ['circleci'] }),
  fakeStep('heroku.app', { uses: ['herokuApp'], needs: ['heroku'] }),
  fakeStep('heroku.token', {
    uses: ['herokuTokenVariable'],
    needs: ['heroku', 'circleci'],
    after: ['ci.context'],
    brings: ['ci.project', 'ci.context'],
  }),
]
const chosen = (only: readonly string[], skip: readonly string[] = []) => {
  const { acting, answers, vendors, steps } = select(STEPS, { only, skip })
  return { acting: [...acting], answers: [...answers], vendors: [...vendors], steps: steps.map(({ id }) => id) }
}

describe('A lane that is chosen alone', () => {
  test('acts with the steps that make what its results go into, and asks for what these need', () => {
    const { acting, answers, vendors } = chosen(['heroku'])
    expect(acting).toEqual(['ci.project', 'ci.context', 'heroku.app', 'heroku.token'])
    expect(answers.toSorted()).toEqual(['circleOrg', 'circleProject', 'herokuApp', 'herokuTokenVariable'])
    expect(vendors.toSorted()).toEqual(['circleci', 'heroku'])
  })

  test('looks at others only where that asks for nothing more', () => {
    expect(chosen(['heroku']).steps).toContain('git.remote')
    expect(chosen(['heroku']).steps).not.toContain('ci.config')
    expect(chosen(['ci']).steps).toEqual(['ci.project', 'ci.context', 'ci.config'])
  })

  test('brings nothing where it delivers nothing', () => {
    expect(chosen(['git'])).toMatchObject({ acting: ['git.remote'], vendors: [] })
    expect(chosen(['ci']).acting).toEqual(['ci.project', 'ci.context', 'ci.config'])
  })
})

describe('A lane that is left out', () => {
  test('takes with it what would be put there: what has nowhere to go is not made', () => {
    expect(chosen([], ['ci']).acting).toEqual(['git.remote', 'heroku.app'])
    expect(chosen(['heroku'], ['ci'])).toMatchObject({ acting: ['heroku.app'], vendors: ['heroku'] })
  })

  test('wins where it was chosen as well', () => {
    expect(chosen(['heroku', 'ci'], ['ci']).acting).toEqual(['heroku.app'])
  })

  test('leaves what came after it after what that came after', () => {
    const steps = [
      fakeStep('a.project', { needs: ['google'] }),
      fakeStep('ci.context', { needs: ['circleci'] }),
      fakeStep('a.key', { needs: ['google', 'circleci'], after: ['a.project', 'ci.context'], brings: ['ci.context'] }),
      fakeStep('a.role', { needs: ['google'], after: ['a.key'] }),
      fakeStep('a.strip', { needs: ['google'], after: ['a.role'] }),
    ]
    const order = select(steps, { only: [], skip: ['ci'] }).steps.map(({ id, after }) => [id, after])
    expect(order).toEqual([
      ['a.project', undefined],
      ['a.role', ['a.project']],
      ['a.strip', ['a.role']],
    ])
  })

  test('leaves the others as they are', () => {
    expect(chosen([], ['heroku']).acting).toEqual(['git.remote', 'ci.project', 'ci.context', 'ci.config'])
  })
})

describe('The jobs of an area', () => {
  const steps = [
    fakeStep('circleci.context', { uses: ['googleJobs', 'herokuJobs'], needs: ['circleci'] }),
    fakeStep('heroku.token', { uses: ['herokuJobs'], needs: ['heroku'], brings: ['circleci.context'] }),
    fakeStep('google.key', { uses: ['googleJobs'], needs: ['google'], brings: ['circleci.context'] }),
  ]
  const read = (only: readonly string[], skip: readonly string[] = []) => [...select(steps, { only, skip }).answers]

  test('are not read where it is left out: nothing is set up for them', () => {
    expect(read([], ['google'])).toEqual(['herokuJobs'])
    expect(read(['heroku'])).toEqual(['herokuJobs'])
    expect(read(['heroku', 'circleci'], ['google'])).toEqual(['herokuJobs'])
  })

  test('are read where it is not, and where CI alone is chosen', () => {
    expect(read([])).toEqual(['googleJobs', 'herokuJobs'])
    expect(read(['circleci'])).toEqual(['googleJobs', 'herokuJobs'])
    expect(read(['heroku', 'circleci'])).toEqual(['googleJobs', 'herokuJobs'])
  })
})

test('Without a choice every step acts', () => {
  expect(chosen([]).acting).toEqual(STEPS.map(({ id }) => id))
})
