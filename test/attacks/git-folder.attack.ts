import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { git, makeCheckout } from '../support/checkout.ts'
import { temporaryFolder } from '../support/folder.ts'
import { makePipe, makeSocket } from '../support/odd-files.ts'
import { filesIn, setStage } from '../support/stage.ts'
import { executedIn, setTraps, watching } from '../support/traps.ts'

/** Rewrites git's configuration, and nothing else. */
const RUN = ['--yes']
const REMOTE = 'https://git.heroku.com/pt-dummy-app.git'

/** A checkout whose `.git` leads to another repository of the person's, or part of it does. */
const ASTRAY: Readonly<Record<string, (checkout: string, other: string) => void>> = {
  'a file that leads to another repository': (checkout, other) => {
    rmSync(join(checkout, '.git'), { recursive: true })
    writeFileSync(join(checkout, '.git'), `gitdir: ${other}/.git\n`)
  },
  'a link to another repository': (checkout, other) => {
    rmSync(join(checkout, '.git'), { recursive: true })
    symlinkSync(join(other, '.git'), join(checkout, '.git'))
  },
  'a file that leads to the worktree of another repository': (checkout, other) => {
    git(other, 'worktree', 'add', '--quiet', join(other, '.git/tree'))
    rmSync(join(checkout, '.git'), { recursive: true })
    writeFileSync(join(checkout, '.git'), `gitdir: ${other}/.git/worktrees/tree\n`)
  },
  'a folder that shares the files of another repository': (checkout, other) =>
    writeFileSync(join(checkout, '.git/commondir'), `${other}/.git\n`),
  'a folder that says to be a worktree of another repository': (checkout, other) => {
    writeFileSync(join(checkout, '.git/commondir'), `${other}/.git\n`)
    writeFileSync(join(checkout, '.git/gitdir'), `${checkout}/.git\n`)
  },
  'a folder that says to have its files here': (checkout, other) => {
    git(checkout, 'config', 'core.worktree', checkout)
    writeFileSync(join(checkout, '.git/commondir'), `${other}/.git\n`)
  },
  'a configuration that is a link to another one': (checkout, other) => {
    rmSync(join(checkout, '.git/config'))
    symlinkSync(join(other, '.git/config'), join(checkout, '.git/config'))
  },
  'a configuration that is a link to nowhere': (checkout, other) => {
    rmSync(join(checkout, '.git/config'))
    symlinkSync(join(other, 'new'), join(checkout, '.git/config'))
  },
}

describe('Where the .git of a checkout is not its own, that is told, and nothing is written or asked:', () => {
  test.each(Object.entries(ASTRAY))('%s', async (_, lead) => {
    const stage = await setStage()
    const other = makeCheckout({ origin: 'https://github.com/person/private.git' })
    lead(stage.checkout, other)
    const before = filesIn(other)
    for (const argv of [RUN, ['--dry-run'], ['rehearse', '--repo', stage.checkout]]) {
      const { code, all } = await stage.run(argv, { allowed: argv === RUN })
      expect(code, all).toBe(2)
      expect(all.replace(/\s+/g, ' ')).toMatch(/which does not know of it|leads out of the repository/)
      expect(all).toMatch(/run\s+again/)
      expect(all).not.toContain('person/private')
    }
    expect(stage.rehearsal.log).toEqual([])
    expect(filesIn(other)).toEqual(before)
  })
})

/** Layouts that git itself makes, each with its top folder and where its configuration is. */
const LAYOUTS: Readonly<Record<string, (checkout: string) => { readonly top: string; readonly config: string }>> = {
  'a worktree': checkout => {
    const top = join(temporaryFolder(), 'tree')
    git(checkout, 'worktree', 'add', '--quiet', '-b', 'other', top)
    return { top, config: join(checkout, '.git/config') }
  },
  'a worktree that was moved and repaired': checkout => {
    const folder = temporaryFolder()
    const [before, top] = [join(folder, 'before'), join(folder, 'after')]
    git(checkout, 'worktree', 'add', '--quiet', '-b', 'other', before)
    renameSync(before, top)
    git(top, 'worktree', 'repair')
    return { top, config: join(checkout, '.git/config') }
  },
  'a worktree of a bare repository': checkout => {
    const folder = temporaryFolder()
    const top = join(folder, 'tree')
    git(folder, 'clone', '--quiet', '--bare', '--', checkout, '.bare')
    git(join(folder, '.bare'), 'worktree', 'add', '--quiet', '-b', 'other', top)
    git(top, 'remote', 'set-url', 'origin', 'https://github.com/PennockTech/dummyapp.git')
    return { top, config: join(folder, '.bare/config') }
  },
  'a repository that is kept apart, and knows its files': checkout => {
    const apart = join(temporaryFolder(), 'apart')
    git(checkout, 'init', '--quiet', '--separate-git-dir', apart)
    git(apart, 'config', 'core.worktree', checkout)
    return { top: checkout, config: join(apart, 'config') }
  },
  'a repository behind a link in the checkout': checkout => {
    renameSync(join(checkout, '.git'), join(checkout, '.real'))
    symlinkSync('.real', join(checkout, '.git'))
    return { top: checkout, config: join(checkout, '.real/config') }
  },
  'a submodule': checkout => {
    const outer = makeCheckout({ files: {} })
    submodule(outer, 'add', '--', checkout, 'inner')
    const top = join(outer, 'inner')
    git(top, 'remote', 'set-url', 'origin', 'https://github.com/PennockTech/dummyapp.git')
    return { top, config: join(outer, '.git/modules/inner/config') }
  },
}

const submodule = (outer: string, ...argv: readonly string[]) =>
  git(outer, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', ...argv)

describe('A layout that git makes is worked in:', () => {
  test.each(Object.entries(LAYOUTS))('%s', async (_, make) => {
    const stage = await setStage()
    const { top, config } = make(stage.checkout)
    const persons = join(temporaryFolder(), 'gitconfig')
    const { code, all } = await stage.run(RUN, { cwd: top, env: { GIT_CONFIG_GLOBAL: persons } })
    expect(code, all).toBe(0)
    expect(git(top, 'config', '--file', config, 'remote.heroku.url')).toBe(`${REMOTE}\n`)
  })
})

test('In a worktree on a branch of its own the whole walk can be rehearsed', async () => {
  const stage = await setStage()
  const { top, config } = LAYOUTS['a worktree']?.(stage.checkout) ?? { top: '', config: '' }
  const before = readFileSync(config, 'utf8')
  for (const lanes of [[], ['--only', 'heroku,git']]) {
    const { code, all } = await stage.run(['rehearse', ...lanes], { cwd: top, allowed: false })
    expect(code, all).toBe(0)
  }
  expect(readFileSync(config, 'utf8')).toBe(before)
})

test('Submodules run nothing and are not fetched, whatever their names, addresses and updates say', async () => {
  const stage = await setStage({ lanes: [] })
  const { checkout } = stage
  const traps = setTraps(checkout)
  const trap = traps.trap('submodule')
  const inner = join(checkout, 'inner')
  mkdirSync(inner)
  makeCheckout({ folder: inner, files: { a: '' } })
  git(checkout, 'add', '--', 'inner')
  // What git itself would run in it.
  git(inner, 'config', 'core.fsmonitor', traps.trap('fsmonitor'))
  traps.trap('hook', join(inner, '.git/hooks/post-index-change'))
  const outside = temporaryFolder()
  writeFileSync(
    join(checkout, '.gitmodules'),
    ['inner', '../../outside', `-u${trap}`, 'a;touch made', '../../../../hooks']
      .map((name, at) => {
        const path = at === 0 ? 'inner' : `sub${at}`
        return `[submodule "${name}"]\n\tpath = ${path}\n\turl = "ext::${trap} %S"\n\tupdate = !${trap}\n`
      })
      .join('') + `[submodule "x"]\n\tpath = ${outside}\n\turl = "-u${trap}"\n`,
  )
  for (const [key, value] of [
    ['submodule.recurse', 'true'],
    ['fetch.recurseSubmodules', 'true'],
    ['push.recurseSubmodules', 'on-demand'],
    ['status.submoduleSummary', 'true'],
    ['diff.submodule', 'log'],
    ['protocol.allow', 'always'],
    ['submodule.inner.update', `!${trap}`],
    ['submodule.inner.url', `ext::${trap} %S`],
    ['submodule.inner.active', 'true'],
  ] as const)
    git(checkout, 'config', '--local', key, value)
  for (const argv of [['--dry-run'], ['plan', '--yes', '--set', 'dockerHubRoute=org-token'], ['rehearse']]) {
    const log = temporaryFolder()
    const { code, all } = await stage.run(argv, { under: watching(log), allowed: argv[0] === 'plan' })
    expect(code, all).toBe(0)
    expect(executedIn(checkout, log)).toEqual([])
  }
  expect(traps.sprung()).toEqual([])
  expect(filesIn(outside).size).toBe(0)
})

describe('What is no file, in the place of one of git’s, is told and not waited for:', () => {
  test.each([
    ['.git', makePipe],
    ['.git', makeSocket],
    ['.git/config', makePipe],
    ['.git/config', makeSocket],
    ['.git/HEAD', makePipe],
    ['.git/commondir', makePipe],
  ])('%s', async (name, make) => {
    const stage = await setStage()
    rmSync(join(stage.checkout, name), { recursive: true, force: true })
    make(join(stage.checkout, name))
    const { code, all } = await stage.run(RUN, { under: ['timeout', '-s', 'KILL', '40'] })
    expect(code, all).toBe(2)
    expect(all).toMatch(/git cannot read the repository|is not in a git repository/)
    expect(stage.rehearsal.log).toEqual([])
  })
})
