import { type IPty, spawn } from '@lydell/node-pty'
import xterm from '@xterm/headless'
import { onTestFinished } from 'vitest'
import { VERSION } from '../../src/version.ts'
import { bareEnvironment, CLI } from './cli.ts'

const KEYS = {
  enter: '\r',
  up: '\u001b[A',
  down: '\u001b[B',
  backspace: '\u007f',
  'ctrl-c': '\u0003',
  'ctrl-d': '\u0004',
  'ctrl-t': '\u0014',
  'ctrl-u': '\u0015',
} as const
type Key = keyof typeof KEYS

/** How long a text may take to appear, in milliseconds: far longer than it ever takes, far shorter than a test may. */
const PATIENCE = 20_000

export interface Terminal {
  /** The screen, as soon as it shows the text; rejects with what it shows instead when the program ends or takes too long. */
  until(text: string | RegExp): Promise<string>
  /** Waits for an open question that begins so, sends the keys, waits until it stands there as answered. */
  answer(question: string, ...keys: readonly (Key | { readonly text: string })[]): Promise<string>
  /** The same for a list: moves down to the choice that begins so, and takes it. */
  choose(question: string, choice: string): Promise<string>
  /** The same for --plain, where nothing marks what is answered: waits until it is asked once more, sends a line. */
  reply(question: string, text: string): Promise<void>
  type(text: string): void
  press(...keys: readonly Key[]): void
  /** What stands on it now, with what has scrolled away; without blanks at the ends of lines and without blank last lines. */
  screen(): string
  /** Everything that was written, with its control sequences. */
  raw(): string
  /** The exit code, once all that was written is on the screen; 128 and the signal's number where one ended it. */
  readonly exit: Promise<number>
  kill(signal: NodeJS.Signals): void
  /** Closes it, as a connection that drops does. */
  hangUp(): void
  resize(cols: number, rows: number): void
}

export interface TerminalOptions {
  readonly cwd: string
  readonly home: string
  readonly env?: Readonly<Record<string, string>>
  readonly cols?: number
  readonly rows?: number
}

/** Runs the program in a terminal of its own, as a person would; it is killed when the test is over. */
export function openTerminal(argv: readonly string[], options: TerminalOptions): Terminal {
  const { cwd, home, env = {}, cols = 80, rows = 24 } = options
  const screen = new xterm.Terminal({ cols, rows, scrollback: 10_000, allowProposedApi: true })
  const pty = spawn(process.execPath, [CLI, ...argv], {
    cwd,
    env: { ...bareEnvironment(home), TERM: 'xterm-256color', ...env },
    name: env.TERM ?? 'xterm-256color',
    cols,
    rows,
  })
  // Programs ask a terminal where its cursor is, and the like.
  screen.onData(answer => pty.write(answer))
  const watch = watchOutput(pty, screen)
  let ended = false
  onTestFinished(() => {
    if (!ended) pty.kill('SIGKILL')
  })
  let code = 0
  pty.onExit(({ exitCode, signal }) => {
    ended = true
    code = signal ? 128 + signal : exitCode
    watch.drained()
  })
  const press = (...keys: readonly Key[]) => pty.write(keys.map(key => KEYS[key]).join(''))

  const answer: Terminal['answer'] = async (question, ...keys) => {
    const answered = (shown: string) => shown.split(`✔ ${question}`).length
    const before = answered(await watch.until(shown => shown.includes(`? ${question}`), `? ${question}`))
    for (const key of keys) typeof key === 'string' ? press(key) : pty.write(key.text)
    return watch.until(shown => answered(shown) > before, `✔ ${question}`)
  }

  const asked = new Map<string, number>()
  const reply: Terminal['reply'] = async (question, text) => {
    const times = (shown: string) => shown.split(`? ${question}`).length - 1
    const before = asked.get(question) ?? 0
    await watch.until(shown => times(shown) > before, `? ${question}`)
    asked.set(question, before + 1)
    pty.write(`${text}${KEYS.enter}`)
  }

  return {
    reply,
    until: text => watch.until(shown => matches(shown, text), String(text)),
    answer,
    async choose(question, choice) {
      const isOpen = (shown: string) => shown.includes(`? ${question}`) && cursorOf(shown) !== undefined
      let at = cursorOf(await watch.until(isOpen, `? ${question}`))
      while (!at?.startsWith(`❯ ${choice}`)) {
        const before = at
        press('down')
        at = cursorOf(await watch.until(shown => isOpen(shown) && cursorOf(shown) !== before, `❯ ${choice}`))
      }
      return answer(question, 'enter')
    },
    type: text => pty.write(text),
    press,
    screen: () => textOf(screen),
    raw: watch.raw,
    get exit() {
      return watch.end().then(() => code)
    },
    kill: signal => pty.kill(signal),
    hangUp: () => (pty as IPty & { destroy(): void }).destroy(),
    resize(cols, rows) {
      screen.resize(cols, rows)
      pty.resize(cols, rows)
    },
  }
}

/** Puts what the program writes on the screen, and tells those who wait for something. */
function watchOutput(pty: IPty, screen: xterm.Terminal) {
  const changes = new EventTarget()
  let raw = ''
  let over = false
  const changed = () => changes.dispatchEvent(new Event('change'))
  pty.onData(data => {
    raw += data
    screen.write(data, changed)
  })

  const wait = (wanted: string, isThere: () => boolean) =>
    new Promise<string>((resolve, reject) => {
      const end = (settle: () => void) => {
        clearTimeout(timer)
        changes.removeEventListener('change', look)
        settle()
      }
      const fail = (why: string) => end(() => reject(new Error(`${why} without ${wanted}:\n${textOf(screen)}`)))
      const look = () => {
        if (isThere()) end(() => resolve(textOf(screen)))
        else if (over) fail('the program ended')
      }
      const timer = setTimeout(() => fail(`${PATIENCE / 1000} s`), PATIENCE)
      changes.addEventListener('change', look)
      look()
    })

  return {
    raw: () => raw,
    until: (shows: (screen: string) => boolean, wanted: string) => wait(wanted, () => shows(textOf(screen))),
    end: () => wait('an end', () => over),
    /** Nothing more will come; what came is drawn before those who wait are told. */
    drained: () =>
      screen.write('', () => {
        over = true
        changed()
      }),
  }
}

/** The choice that the cursor stands on. */
const cursorOf = (shown: string): string | undefined => shown.match(/^❯ .*$/gm)?.at(-1)

const matches = (shown: string, text: string | RegExp) =>
  typeof text === 'string' ? shown.includes(text) : text.test(shown)

function textOf({ buffer: { active } }: xterm.Terminal): string {
  const rows = Array.from({ length: active.length }, (_, at) => active.getLine(at)?.translateToString(true) ?? '')
  return rows.join('\n').trimEnd()
}

/** An address of this machine, broken at the edge of the screen too; and its port. */
const LOCAL = /(1\n?2\n?7\n?\.\n?0\n?\.\n?0\n?\.\n?1\n?:\n?)((?:\d\n?){4}\d)/g

/** Where a plan is saved: it breaks with the length of the folder for temporary files, in the file's name too. */
const SAVED = new RegExp(
  `(Saved:|There is one already:)[\\s\\S]*?${[...'dummyapp-setup-plan.json'].join('\\n?').replace('.', '\\.')}`,
  'g',
)

/** A screen with nothing in it that differs from run to run. As wide as before, so that its lines break where they did. */
export const normalized = (screen: string): string =>
  `${screen
    .replaceAll(VERSION, VERSION.replace(/\d/g, '0'))
    .replace(SAVED, '$1 FILE')
    .replace(/(Progress, with no secret in it:)[\s\S]*?(?=\nGo on:|$)/, '$1 FILE')
    .replace(LOCAL, (_, host: string, port: string) => host + port.replace(/\d/g, '5'))
    .replace(/\d+\.\d s\b/g, '0.0 s')}\n`
