import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { withHerokuJob } from '../../../../steps/circleci/config/heroku-job.ts'
import { removed } from './removed.ts'

const WANTED = {
  job: 'deploy_heroku',
  context: 'keys',
  branch: 'trunk',
  app: 'some-app',
  tokenVariable: 'HEROKU_API_KEY',
}

/** A config with the job, some workflows, and what the job does last. */
const config = (workflows: string, last = '      - run: /tmp/out/push.sh # away\n') => `version: 2.1
jobs:
  build:
    docker: [{image: "cimg/go:1.24"}]
    steps:
      - checkout
      - persist_to_workspace: {root: /tmp/out, paths: [.]}
  deploy_heroku:
    docker: [{image: "docker:18.06.0-ce-git"}]
    steps:
      - attach_workspace: {at: /tmp/out}
${last}
  # the other one
  push:
    docker: [{image: "cimg/base:current"}]
    steps: [checkout]

workflows:
${workflows}`

/** It releases already, so that the entry is all there is to do. */
const RELEASES = '      - run: heroku container:release web --app some-app\n'

const entryIn = (workflows: string, more: object = {}) => {
  const before = config(workflows, RELEASES)
  const edited = withHerokuJob(before, { ...WANTED, ...more })
  expect(removed(edited)).toBe(before)
  expect(edited.open).toEqual([])
  return edited.text.slice(edited.text.indexOf('workflows:\n') + 'workflows:\n'.length)
}

describe('The entry comes back', () => {
  test('after the job that it was waiting for, in the list’s style, and the comment stays', () => {
    const before = `  all:
    jobs:
      - check
      - build # first
#     - deploy_heroku:
#         context: keys
#         requires:
#           - build
#         filters:
#           branches:
#             only:
#               - master
      - push:
          requires:
            - build
`
    const entry = `      - deploy_heroku:
          context: keys
          requires:
            - build
          filters:
            branches:
              only:
                - trunk
`
    expect(entryIn(before)).toBe(before.replace('# first\n', `# first\n${entry}`))
  })

  test('with lists that stand no deeper than their keys, by three', () => {
    const before = `  all:
    jobs:
    - build
    - push:
         requires:
         - build
    # - deploy_heroku`
    expect(entryIn(before)).toBe(
      before.replace(
        '- build\n',
        `- build
    - deploy_heroku:
         context: keys
         requires:
         - build
         filters:
            branches:
               only:
               - trunk
`,
      ),
    )
  })

  test('in a list on one line', () => {
    expect(entryIn('  all:\n    jobs: [build, push]\n')).toBe(
      '  all:\n    jobs: [build, {deploy_heroku: {context: keys, requires: [build], filters: {branches: {only: [trunk]}}}}, push]\n',
    )
  })

  test('as the last line, without a line end as before', () => {
    expect(entryIn('  all:\n    jobs:\n      - build')).toMatch(/ {16}- trunk$/)
  })

  test('behind everything it waited for, by the names of the entries', () => {
    const after = parse(
      entryIn(`  all:
    jobs:
      - build:
          name: made
      - check:
          requires: [made]
      - push
      # - deploy_heroku:
      #     requires: [made, check]
`),
    )
    expect(after.all.jobs.map((item: object) => (typeof item === 'string' ? item : Object.keys(item)[0]))).toEqual([
      'build',
      'check',
      'deploy_heroku',
      'push',
    ])
    expect(after.all.jobs[2].deploy_heroku.requires).toEqual(['made', 'check'])
  })

  test('where the comment stands, of several workflows', () => {
    const after = parse(
      entryIn(
        '  one:\n    jobs: [build]\n  two:\n    jobs:\n      - build\n      # - deploy_heroku\n  three:\n    jobs: [build]\n',
      ),
    )
    expect(Object.values(after).map(one => (one as { jobs: unknown[] }).jobs.length)).toEqual([1, 2, 1])
  })

  test('after the job that leaves something in the workspace, where none is called build', () => {
    const text = config('  all:\n    jobs: [push, make]\n', RELEASES).replace('  build:\n', '  make:\n')
    expect(parse(withHerokuJob(text, WANTED).text).workflows.all.jobs[2].deploy_heroku.requires).toEqual(['make'])
  })

  test('after what is asked for', () => {
    const after = parse(entryIn('  all:\n    jobs: [build, push]\n', { requires: ['push'] }))
    expect(after.all.jobs[2].deploy_heroku.requires).toEqual(['push'])
  })

  test('not where it runs already', () => {
    const text = config('  all:\n    jobs: [build, {deploy_heroku: {context: mine}}]\n', RELEASES)
    expect(withHerokuJob(text, WANTED)).toEqual({ text, insertions: [], open: [] })
  })

  test.each([
    [
      'it is not defined',
      'version: 2.1\njobs: {build: {steps: [checkout]}}\nworkflows: {all: {jobs: [build]}}\n',
      'not defined',
    ],
    ['nothing that it could wait for runs', config('  all:\n    jobs: [push]\n', RELEASES), 'no workflow runs a job'],
    ['it is no YAML', '\t- [', 'cannot be read as YAML'],
  ])('nor where %s, which is said', (_, text, why) => {
    expect(withHerokuJob(text, WANTED)).toEqual({
      text,
      insertions: [],
      open: [{ job: 'deploy_heroku', why: expect.stringContaining(why) }],
    })
  })
})

describe('The release', () => {
  const RUNS = '  all:\n    jobs: [build, deploy_heroku]\n'

  test('is the job’s last step', () => {
    const before = config(RUNS)
    const edited = withHerokuJob(before, WANTED)
    expect(removed(edited)).toBe(before)
    const steps = parse(edited.text).jobs.deploy_heroku.steps
    expect(steps.slice(0, 2)).toEqual([{ attach_workspace: { at: '/tmp/out' } }, { run: '/tmp/out/push.sh' }])
    expect(steps[2].run.command).toContain('https://api.heroku.com/apps/some-app/formation')
    expect(steps).toHaveLength(3)
    expect(edited.text).toContain('push.sh # away\n      # Since May 2018')
    expect(edited.text).toContain('echo "Released $image"\n\n  # the other one\n')
  })

  test('comes behind a block of commands, with Windows’ line ends', () => {
    const before = config(RUNS, '      - run: |\n          docker load\n          push\n').replaceAll('\n', '\r\n')
    const edited = withHerokuJob(before, WANTED)
    expect(edited.open).toEqual([])
    expect(removed(edited)).toBe(before)
    expect(edited.text).not.toMatch(/[^\r]\n/)
  })

  test('comes behind the comments of the step before, which would else be part of its script', () => {
    const before = config(RUNS, '      - run: /tmp/out/push.sh\n                # away\n')
    const edited = withHerokuJob(before, WANTED)
    expect(edited.open).toEqual([])
    expect(edited.text).toContain('# away\n      # Since May 2018')
  })

  test.each([
    ['the heroku command', RELEASES],
    ['the API', '      - run: curl -X PATCH https://api.heroku.com/apps/x/formation\n'],
  ])('is not added where %s makes it', (_, last) => {
    const text = config(RUNS, last)
    expect(withHerokuJob(text, WANTED).text).toBe(text)
  })

  test('nor where a command that the steps name makes it', () => {
    const text = `commands: {out: {steps: [{run: "heroku container:release web"}]}}\n${config(RUNS, '      - out\n')}`
    expect(withHerokuJob(text, WANTED).text).toBe(text)
  })

  test.each([
    [
      'steps on one line',
      (text: string) => text.replace(/steps:\n {6}- attach.*\n.*\n/, 'steps: [checkout]\n'),
      'no list with one step on a line',
    ],
    [
      'steps that another job has too',
      (text: string) =>
        text
          .replace(/steps:\n {6}- attach/, 'steps: &same\n      - attach')
          .replace('steps: [checkout]', 'steps: *same'),
      'shared',
    ],
  ])('is left open for %s', (_, change, why) => {
    const text = change(config(RUNS))
    expect(text).not.toBe(config(RUNS))
    expect(withHerokuJob(text, WANTED)).toEqual({
      text,
      insertions: [],
      open: [{ job: 'deploy_heroku', why: expect.stringContaining(why) }],
    })
  })
})

test.each([
  ['an orb that pushes by git', '      - heroku/deploy-via-git\n'],
  ['git', '      - run: git push https://heroku:$HEROKU_API_KEY@git.heroku.com/some-app.git HEAD:main\n'],
])('What %s pushes is released by Heroku itself: no step is added', (_, last) => {
  const before = config('  all: { jobs: [build, deploy_heroku] }\n', last).replace(
    'jobs:',
    'orbs: { heroku: circleci/heroku@2.0 }\njobs:',
  )
  expect(withHerokuJob(before, WANTED).text).toBe(before)
})
