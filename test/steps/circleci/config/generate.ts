import * as fc from 'fast-check'

/** One way to write a config of this shape: everything that a person might do differently. */
export interface Written {
  readonly text: string
  /** Each entry in order: its workflow, its job and the contexts that it has. */
  readonly entries: readonly { readonly workflow: string; readonly job: string; readonly contexts: readonly string[] }[]
  /** The values that repairs are to change, in the text's order. */
  readonly engine: string
  readonly project: string
}

const JOBS = ['build', 'ship', 'push-it', 'check.all', 'aws/send']
const CONTEXTS = ['old', 'hub', 'cloud and more', 'odd, one', '12', 'ünder: way']
const REMARKS = ['why', '- ship', 'ship:', '"quote', "it's {", '& *x', '\ttab', 'é “ü”', '#', ': -', '<<: *no']

export const written: fc.Arbitrary<Written> = fc.gen().map(gen => {
  const chance = (percent: number) => gen(fc.integer, { min: 1, max: 100 }) > 100 - percent
  const pick = <T>(...from: readonly [T, ...T[]]): T => from[gen(fc.nat, { max: from.length - 1 })] ?? from[0]
  const count = (max: number) => gen(fc.nat, { max })
  const step = 2 + count(2)
  const deeper = chance(60) ? step : 0
  const blanks = (times: number) => ' '.repeat(times)
  const lines: string[] = []
  const put = (depth: number, line: string) => {
    for (let more = 3; more > 0 && chance(15); more -= 1)
      lines.push(pick('', `${blanks(count(12))}# ${pick(REMARKS[0] ?? '', ...REMARKS)}`))
    lines.push(`${blanks(depth)}${line}${chance(15) ? `${pick(' ', '   ')}# ${pick('', ...REMARKS)}` : ''}`)
  }
  const quoted = (text: string) => {
    const isPlain = /^[a-zé][\w é./-]*$/.test(text)
    return pick(isPlain || text === 'odd, one' ? text : `'${text}'`, `'${text}'`, JSON.stringify(text))
  }
  const inBrackets = (text: string) => {
    const form = quoted(text)
    return /^[^'"].*,/.test(form) ? JSON.stringify(text) : form
  }
  const plain = (job: string) => (chance(80) ? job : pick(`'${job}'`, `"${job}"`))
  const some = () => CONTEXTS.filter(() => chance(25))

  const engine = pick('18.06.0-ce', '20.10.24', '17.03.1-ce')
  const project = pick('other/thing', 'some/body')
  const shared = { contexts: some(), requires: chance(50) }
  if (chance(40)) put(0, '---')
  put(0, pick('version: 2.1', '"version": 2.1'))
  put(0, 'kept:')
  lines.push(`${blanks(step)}engine: &engine`)
  // The yaml package 2.9.1 takes no blank line and comment between an anchor and its value.
  lines.push(`${blanks(step * 2)}${pick(engine, `'${engine}'`, `"${engine}"`)}`)
  lines.push(`${blanks(step)}options: &options`)
  put(step * 2, 'filters: {branches: {ignore: /.*no.*/}}')
  if (shared.contexts.length > 0) put(step * 2, `context: [${shared.contexts.map(inBrackets).join(', ')}]`)
  put(step, `name: &name ${quoted('old')}`)

  put(0, 'jobs:')
  for (const job of [...JOBS.filter(name => !name.includes('/')), 'deploy_heroku']) {
    put(step, `${plain(job)}:`)
    put(step * 2, pick('docker: [{image: "cimg/base:current"}]', 'executor: main'))
    if (job === 'ship') {
      put(step * 2, 'environment:')
      put(step * 3, `DOCKER_PROJECT: ${pick(project, `'${project}'`, `"${project}"`)}`)
    }
    put(step * 2, 'steps:')
    const dash = step * 2 + deeper
    put(dash, '- checkout')
    put(dash, '- setup_remote_docker:')
    put(dash + 2 + step, 'version: *engine')
    if (chance(50)) put(dash, `- run: {name: "say", command: 'echo "${'x'.repeat(count(200))}"'}`)
    if (chance(50)) {
      // Comments would become part of the block.
      lines.push(`${blanks(dash)}- run:`, `${blanks(dash + 2 + step)}command: ${pick('|', '>', '|-')}`)
      lines.push(...['docker load', 'push # not a comment'].map(line => `${blanks(dash + 4 + step)}${line}`))
    }
  }

  const entries: { workflow: string; job: string; contexts: readonly string[] }[] = []
  const options = (depth: number, contexts: readonly string[], key: string) => {
    const [only] = contexts
    const form = chance(30) && contexts.length === 1 && only !== undefined ? 'name' : pick('brackets', 'lines')
    if (contexts.length > 0 || chance(5)) {
      if (form === 'name' && only !== undefined)
        put(depth, `${key}: ${only === 'old' && chance(40) ? '*name' : quoted(only)}`)
      else if (form === 'brackets' || contexts.length === 0)
        put(
          depth,
          `${key}: ${pick('[', '[ ')}${contexts.map(inBrackets).join(pick(', ', ',  '))}${pick('', contexts.length > 0 ? ', ' : ' ')}]`,
        )
      else {
        put(depth, `${key}:`)
        for (const context of contexts) put(depth + deeper, `- ${quoted(context)}`)
      }
    }
  }
  put(0, 'workflows:')
  if (chance(50)) put(step, 'version: 2')
  for (const workflow of ['one', 'two', 'three'].slice(0, 1 + count(2))) {
    put(step, `${workflow}:`)
    const jobs = ['build', ...JOBS.slice(1).filter(() => chance(60))]
    if (chance(15)) {
      const list = jobs.map(job => {
        const contexts = some()
        entries.push({ workflow, job, contexts })
        const inner =
          contexts.length === 0 ? pick('{}', '{requires: [x]}') : `{context: [${contexts.map(inBrackets).join(', ')}]}`
        return contexts.length === 0 && chance(60) ? plain(job) : `{${plain(job)}: ${inner}}`
      })
      put(step * 2, `jobs: [${list.join(', ')}]`)
      continue
    }
    put(step * 2, 'jobs:')
    const dash = step * 2 + deeper
    const keys = dash + 2 + step
    for (const job of jobs) {
      const contexts = some()
      switch (
        pick('plain', 'plain', 'options', 'options', 'options', 'empty', 'braces', 'alias', 'merge', 'approval')
      ) {
        case 'plain':
          entries.push({ workflow, job, contexts: [] })
          put(dash, `- ${plain(job)}`)
          break
        case 'options':
          entries.push({ workflow, job, contexts })
          put(dash, `- ${plain(job)}:`)
          if (chance(50)) put(keys, `requires: ${pick('[x]', '["x", y]')}`)
          options(keys, contexts, pick('context', '"context"'))
          put(keys, 'filters:')
          put(keys + step, `branches: {only: ${pick('main', '[main]')}}`)
          break
        case 'empty':
          entries.push({ workflow, job, contexts: [] })
          put(dash, `- ${plain(job)}:${pick('', ' {}', ' { }')}`)
          break
        case 'braces':
          entries.push({ workflow, job, contexts })
          put(
            dash,
            `- ${plain(job)}: {requires: [x]${contexts.length > 0 ? `, context: [${contexts.map(inBrackets).join(',')}]` : ''}}`,
          )
          break
        case 'alias':
          entries.push({ workflow, job, contexts: shared.contexts })
          put(dash, `- ${plain(job)}: *options`)
          break
        case 'merge':
          entries.push({ workflow, job, contexts: contexts.length > 0 ? contexts : shared.contexts })
          put(dash, `- ${plain(job)}:`)
          put(keys, '<<: *options')
          if (contexts.length > 0) options(keys, contexts, 'context')
          break
        default:
          put(dash, `- ${job}-later: {type: approval}`)
      }
      if (job === 'build' && entries.at(-1)?.job !== 'build') {
        entries.push({ workflow, job, contexts: [] })
        put(dash, `- ${plain(job)}`)
      }
      if (chance(10))
        lines.push(
          '#' + blanks(dash) + '- deploy_heroku:',
          '#' + blanks(keys) + 'requires:',
          '#' + blanks(keys) + '- build',
          // Whatever comment comes by chance behind it is no part of it.
          '# end',
        )
    }
  }
  for (let more = 3; more > 0 && chance(20); more -= 1) lines.push(pick('', '# end'))
  const feed = pick('\n', '\n', '\r\n')
  return { text: lines.join(feed) + (chance(70) ? feed : ''), entries, engine, project }
})
