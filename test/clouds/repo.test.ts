import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createTools } from '../../src/clouds/exec.ts'
import { assertReadable, findCheckout, readInside, replaceInside } from '../../src/clouds/repo.ts'
import { git, makeCheckout } from '../support/checkout.ts'
import { bareEnvironment } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { makePipe } from '../support/odd-files.ts'
import { refusal } from '../support/refusal.ts'

describe('The checkout is', () => {
  test('the nearest repository around a folder', () => {
    const outer = makeCheckout()
    mkdirSync(join(outer, 'sub/sub'), { recursive: true })
    const inner = makeCheckout({ folder: join(outer, 'sub') })
    expect(findCheckout(outer)).toBe(outer)
    expect(findCheckout(join(inner, 'sub'))).toBe(inner)
    expect(findCheckout(join(outer, '.git'))).toBe(outer)
  })

  test('a worktree, where one stands in one', () => {
    const tree = join(temporaryFolder(), 'tree')
    git(makeCheckout(), 'worktree', 'add', '--quiet', tree)
    expect(findCheckout(tree)).toBe(tree)
  })

  test('the real folder behind a link', () => {
    const repo = makeCheckout()
    const link = join(temporaryFolder(), 'link')
    symlinkSync(repo, link)
    expect(findCheckout(link)).toBe(repo)
  })

  test('nothing where there is no folder, no repository, or a file (exit 2)', () => {
    const folder = temporaryFolder()
    const file = join(folder, 'file')
    writeFileSync(file, '')
    expect(refusal(() => findCheckout(join(folder, 'no'))).cause.means).toBe(`There is no folder ${folder}/no.`)
    expect(refusal(() => findCheckout(file)).cause.means).toContain('is not a folder.')
    const { cause, exit } = refusal(() => findCheckout(folder))
    expect(exit).toBe(2)
    expect(cause.next).toContain('git clone https://github.com/PennockTech/dummyapp')
  })

  test('not taken where its configuration has the files elsewhere (exit 2)', async () => {
    const [repo, elsewhere] = [makeCheckout(), temporaryFolder()]
    git(repo, 'config', 'core.worktree', elsewhere)
    const outcome = await assertReadable(repo, createTools({ repo, env: bareEnvironment(repo) })).catch(error => error)
    expect(outcome).toMatchObject({ exit: 2, cause: { means: expect.stringContaining(elsewhere) } })
  })

  test('not taken where git itself does not read it: its words are told (exit 2)', async () => {
    const repo = makeCheckout()
    const tools = createTools({ repo, env: bareEnvironment(repo) })
    await assertReadable(repo, tools)
    rmSync(join(repo, '.git/HEAD'))
    const outcome = await assertReadable(repo, tools).catch((error: unknown) => error)
    expect(outcome).toMatchObject({ exit: 2, cause: { said: expect.stringContaining('not a git repository') } })
    expect(JSON.stringify(outcome)).not.toContain('pipe')
  })
})

describe('A repository that cannot be used says why (exit 2):', () => {
  test('a bare one has no work tree, nor has a folder in it', () => {
    const bare = join(temporaryFolder(), 'x.git')
    git(makeCheckout(), 'clone', '--quiet', '--bare', '--template=', '--', '.', bare)
    for (const folder of [bare, join(bare, 'refs')]) {
      const { cause, exit } = refusal(() => findCheckout(folder))
      expect(exit).toBe(2)
      expect(cause.means).toContain(`${bare} is a bare repository: it has no work tree`)
    }
  })

  test('another user’s gets git’s own cure, and nothing else', async () => {
    const repo = join(temporaryFolder(), "it's")
    mkdirSync(repo)
    makeCheckout({ folder: repo })
    // git's own switch for its tests: it takes every owner for another one.
    const owned = createTools({ repo, env: bareEnvironment(repo) })
    const run: typeof owned.run = command =>
      owned.run({ ...command, env: { ...command.env, GIT_TEST_ASSUME_DIFFERENT_OWNER: 'true' } })
    const outcome = await assertReadable(repo, { ...owned, run }).catch((error: unknown) => error)
    expect(outcome).toMatchObject({
      exit: 2,
      cause: {
        said: expect.stringContaining('dubious ownership'),
        means: expect.stringContaining('another user owns it'),
        next: expect.stringContaining(`git config --global --add safe.directory '${repo.replace("'", "'\\''")}'`),
      },
    })
    expect(JSON.stringify(outcome)).not.toContain('pipe')
  })
})

describe('Where git keeps its files outside of the checkout, that is', () => {
  const read = (repo: string) => assertReadable(repo, createTools({ repo, env: bareEnvironment(repo), timeoutMs: 500 }))

  test('taken for a worktree that the repository knows', async () => {
    const tree = join(temporaryFolder(), 'tree')
    git(makeCheckout(), 'worktree', 'add', '--quiet', tree)
    await read(tree)
  })

  test('not taken where the repository does not know of it: both are named, with the ways out (exit 2)', async () => {
    const [other, folder] = [makeCheckout(), temporaryFolder()]
    writeFileSync(join(folder, '.git'), `gitdir: ${other}/.git\n`)
    const outcome = await read(folder).catch((error: unknown) => error)
    const said = (text: string) => expect.stringContaining(text)
    expect(outcome).toMatchObject({
      exit: 2,
      cause: { means: said(`${folder} leads to the repository ${other}/.git`) },
    })
    git(join(other, '.git'), 'config', 'core.worktree', folder)
    await read(folder)
  })

  test('not waited for where a pipe stands in the place of a file: the command that finds it is told (exit 2)', async () => {
    const repo = makeCheckout()
    rmSync(join(repo, '.git/config'))
    makePipe(join(repo, '.git/config'))
    const outcome = await read(repo).catch((error: unknown) => error)
    expect(outcome).toMatchObject({ exit: 2, cause: { next: expect.stringContaining('find .git -type p') } })
  })
})

describe('A file of the checkout', () => {
  const LARGEST = 2 ** 20

  function checkout() {
    const [repo, outside] = [temporaryFolder(), temporaryFolder()]
    mkdirSync(join(repo, 'build'))
    writeFileSync(join(repo, 'build/file'), 'inside')
    writeFileSync(join(outside, 'file'), 'outside')
    return { repo, outside }
  }

  test('is read, also through a link that stays inside', () => {
    const { repo } = checkout()
    symlinkSync('build/file', join(repo, 'link'))
    expect(readInside(repo, 'build/file')).toBe('inside')
    expect(readInside(repo, 'link')).toBe('inside')
  })

  test('is not read where a link or a path leads out', () => {
    const { repo, outside } = checkout()
    symlinkSync(join(outside, 'file'), join(repo, 'link'))
    symlinkSync(outside, join(repo, 'folder'))
    symlinkSync('/nowhere', join(repo, 'dangling'))
    for (const name of ['link', 'folder/file', 'dangling', '../' + outside.split('/').at(-1) + '/file', '..'])
      expect(readInside(repo, name)).toBeUndefined()
  })

  test('is not read in a folder whose name only begins like the checkout’s', () => {
    const { repo } = checkout()
    mkdirSync(`${repo}-more`)
    writeFileSync(join(`${repo}-more`, 'file'), 'outside')
    symlinkSync(join(`${repo}-more`, 'file'), join(repo, 'link'))
    expect(readInside(repo, 'link')).toBeUndefined()
    rmSync(`${repo}-more`, { recursive: true })
  })

  test('is not read where it is too large', () => {
    const { repo } = checkout()
    const file = join(repo, 'large')
    writeFileSync(file, '')
    truncateSync(file, LARGEST)
    expect(readInside(repo, 'large')).toHaveLength(LARGEST)
    truncateSync(file, LARGEST + 1)
    expect(readInside(repo, 'large')).toBeUndefined()
  })

  test('is not read where it is a folder, a pipe, or not there', () => {
    const { repo } = checkout()
    makePipe(join(repo, 'pipe'))
    for (const name of ['build', 'pipe', 'no']) expect(readInside(repo, name)).toBeUndefined()
  })

  test('is replaced in one go; its rights stay and no draft is left', () => {
    const { repo } = checkout()
    chmodSync(join(repo, 'build/file'), 0o750)
    replaceInside(repo, 'build/file', 'inside', 'changed')
    expect(readFileSync(join(repo, 'build/file'), 'utf8')).toBe('changed')
    expect(statSync(join(repo, 'build/file')).mode & 0o777).toBe(0o750)
    expect(readdirSync(join(repo, 'build'))).toEqual(['file'])
  })

  test('is left alone where somebody changed it meanwhile, or a link leads out', () => {
    const { repo, outside } = checkout()
    symlinkSync(join(outside, 'file'), join(repo, 'link'))
    expect(refusal(() => replaceInside(repo, 'build/file', 'another', 'changed')).cause.code).toBe('changed-file')
    expect(refusal(() => replaceInside(repo, 'link', 'outside', 'changed')).cause.code).toBe('changed-file')
    expect(readFileSync(join(repo, 'build/file'), 'utf8')).toBe('inside')
    expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('outside')
  })

  test('is made where there is none, with its folders', () => {
    const { repo } = checkout()
    replaceInside(repo, 'a/b/new', '', 'text')
    expect(readInside(repo, 'a/b/new')).toBe('text')
    expect(readdirSync(join(repo, 'a/b'))).toEqual(['new'])
  })

  test('is not made where a link leads out or nowhere, and no folder is made there either', () => {
    const { repo, outside } = checkout()
    symlinkSync(outside, join(repo, 'folder'))
    symlinkSync(join(outside, 'no'), join(repo, 'dangling'))
    for (const name of ['folder/new', 'folder/deeper/new', 'dangling/new', 'dangling/deeper/new']) {
      expect(refusal(() => replaceInside(repo, name, '', 'text')).cause.code).toBe('outside')
    }
    expect(readdirSync(outside)).toEqual(['file'])
  })

  test('is not made over what cannot be read', () => {
    const { repo, outside } = checkout()
    symlinkSync(join(outside, 'file'), join(repo, 'link'))
    symlinkSync(join(outside, 'no'), join(repo, 'dangling'))
    writeFileSync(join(repo, 'binary'), Buffer.from([0xff, 0xfe]))
    for (const name of ['link', 'dangling', 'binary', 'build']) {
      expect(refusal(() => replaceInside(repo, name, '', 'text')).cause.code).toBe('unreadable-file')
    }
    expect(refusal(() => replaceInside(repo, 'build/file/new', '', 'text')).cause.code).toBe('unwritable-file')
    expect(readdirSync(outside)).toEqual(['file'])
    expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('outside')
  })
})
