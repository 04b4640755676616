import { expect, test } from 'vitest'
import { quickWorld } from '../../src/rehearsal/inhabit.ts'
import { peopleOf } from '../../src/rehearsal/people.ts'

test('What nobody of the rehearsal knows how to do is not played, also where the set-up has no names of Docker Hub', () => {
  expect(peopleOf(quickWorld()).play('heroku.first-deploy', 'build', {})).toBe(false)
})
