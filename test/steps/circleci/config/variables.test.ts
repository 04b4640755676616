import { expect, test } from 'vitest'
import { jobsThatRead } from '../../../../steps/circleci/config/variables.ts'

const CONFIG = `
executors:
  private:
    docker: [{image: acme/own, auth: {username: $HUB_USER, password: $HUB_PASS}}]
commands:
  sign_in: {steps: [{run: 'echo "\${KEY:?}"'}]}
shared: &shared
  steps: [{run: echo $KEY}]
jobs:
  plain: {steps: [checkout, {run: echo $KEYS $NO_KEY KEY}]}
  says: {steps: [{run: {command: "printf %s $KEY"}}]}
  by_command: {steps: [sign_in]}
  by_merge: {<<: *shared}
  by_orb: {steps: [{hub/login: {token: KEY}}]}
  by_executor: {executor: private, steps: [checkout]}
  by_executor_with_options: {executor: {name: private}, steps: [checkout]}
  not_at_all: {steps: [sign_out]}
`

test('The jobs that read a variable are found, run by a workflow or not', () => {
  expect(jobsThatRead(CONFIG, ['KEY'])).toEqual(['says', 'by_command', 'by_merge', 'by_orb'])
  expect(jobsThatRead(CONFIG, ['HUB_PASS', 'NONE'])).toEqual(['by_executor', 'by_executor_with_options'])
})

test('There are none in what cannot be read', () => {
  expect(jobsThatRead('jobs: [', ['KEY'])).toEqual([])
})
