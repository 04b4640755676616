import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { EXIT, type Exit } from './clouds/cause.ts'
import { assertCurrentFolder } from './commands/current-folder.ts'
import { FORMATS, type Format, formatOf } from './commands/formats.ts'
import { AREAS, assertAnyArea, readAreas } from './commands/known.ts'
import type { Options } from './commands/options.ts'
import { expectShortRun } from './commands/short-run.ts'
import { HELP_FLAGS, VERSION_FLAGS } from './flags.ts'

import { VERSION } from './version.ts'

/** An empty value is what a variable gives that is not set: never the current folder, or a file without a name. */
const named = (value: string): string => {
  if (value.trim() === '') throw new InvalidArgumentError('It is empty.')
  return value
}
const collect = (value: string, before: readonly string[]) => [...before, value]

/** What a command without the option goes by. */
const NONE: Options = {
  set: [],
  only: [],
  skip: [],
  yes: false,
  adopt: [],
  replace: [],
  allowHost: [],
  input: true,
  plain: false,
  json: false,
  verbose: false,
  live: false,
}

/** Every option; a command takes those that make sense for it. */
const OPTIONS = {
  repo: new Option('--repo <dir>', 'the checkout (default: the git repository one stands in)').argParser(named),
  answers: new Option('--answers <file>', 'answers as JSON or YAML, - for standard input').argParser(named),
  set: new Option('--set <key=value>', 'one answer; may be repeated').argParser(collect).default([]),
  only: new Option('--only <areas>', `only these areas, comma-separated: ${AREAS.join(', ')}`)
    .argParser(readAreas)
    .default([]),
  skip: new Option('--skip <areas>', 'leave these areas out').argParser(readAreas).default([]),
  yes: new Option('-y, --yes', 'accept the answers and the plan, ask nothing').default(false),
  adopt: new Option('--adopt <step>', 'with --yes: use what is there already; may be repeated')
    .argParser(collect)
    .default([]),
  replace: new Option('--replace <step>', 'with --yes: overwrite what differs (STEP/KEY: that alone); may be repeated')
    .argParser(collect)
    .default([]),
  stateDir: new Option('--state-dir <dir>', 'where progress is kept').argParser(named),
  takeOver: new Option(
    '--take-over <file>',
    'go on with a set-up that was handed over, - for standard input; nothing of it is believed',
  ).argParser(named),
  allowHost: new Option('--allow-host <host>', 'let a vendor be asked at this address, not its own; may be repeated')
    .argParser(collect)
    .default([]),
  world: new Option(
    '--world <file>',
    'where the simulated clouds are kept (default: in the folder of --state-dir, else nowhere)',
  ).argParser(named),
  noInput: new Option('--no-input', 'never ask, even in a terminal'),
  noColor: new Option('--no-color', 'no colors (as does NO_COLOR=1)'),
  plain: new Option('--plain', 'lines only, nothing is redrawn').default(false),
  json: new Option(
    '--json',
    'JSON on standard output: one event per line, or the document of the command; never ask',
  ).default(false),
  verbose: new Option('--verbose', 'show the requests beside the commands').default(false),
  out: new Option('--out <file>', 'save the plan as JSON; with --yes over a file that is there').argParser(named),
  live: new Option('--live', 'ask reality, too').default(false),
  format: new Option('--format <format>', 'of the checklist').choices(FORMATS),
} as const

const take = (command: Command, ...names: readonly (keyof typeof OPTIONS)[]): Command => {
  for (const name of names) command.addOption(OPTIONS[name])
  return command
}

const WALK = [
  'repo',
  'answers',
  'set',
  'only',
  'skip',
  'yes',
  'adopt',
  'replace',
  'stateDir',
  'noInput',
  'plain',
  'noColor',
  'json',
  'verbose',
] as const

/** Defaults are said where they say something. */
function optionDescription({ description, argChoices }: Option): string {
  return argChoices ? `${description}: ${argChoices.join(', ')}` : description
}

/** A command's options; those before its name count too. */
function optionsOf<More extends object>(command: Command): Options & More {
  const given = Object.entries(program.opts()).filter(
    ([key]) => program.getOptionValueSource(key) === 'cli' && command.getOptionValueSource(key) !== 'cli',
  )
  return { ...NONE, ...command.opts(), ...Object.fromEntries(given) } as Options & More
}

let exit: Exit = EXIT.done

/** What the command that was run came to, once `program` has been parsed. */
export const exitCode = (): Exit => exit

async function checklist(options: Options & { format?: Format }): Promise<Exit> {
  expectShortRun()
  return (await import('./commands/checklist.ts')).checklist(options, formatOf(options))
}

export const program = take(new Command('dummyapp-setup'), ...WALK, 'takeOver', 'allowHost', 'format')
  .description(
    'Sets up PennockTech/dummyapp (or a fork), from git clone to images that CI pushes with the least permission possible. Run again, it goes on where it stopped.',
  )
  .configureHelp({ optionDescription })
  .usage('[command] [options]')
  .option('--dry-run', 'print the checklist; touch nothing, ask nobody')
  .version(VERSION, VERSION_FLAGS)
  .addOption(new Option('-v').hideHelp())
  .on('option:v', () => {
    process.stdout.write(`${VERSION}\n`)
    throw new CommanderError(0, 'commander.version', VERSION)
  })
  .helpOption(HELP_FLAGS, 'show this help')
  .helpCommand(false)
  .enablePositionalOptions()
  .allowExcessArguments()
  .exitOverride()
  // What stands behind the = of an option that there is not may be a token.
  .configureOutput({ outputError: (text, write) => write(text.replace(/(unknown option '[^'=]*=)[^']*/, '$1…')) })
  .hook('preAction', (_, command) => {
    refuseMisplaced(command)
    assertCurrentFolder()
    assertAnyArea(optionsOf(command))
    // Before any part that draws is loaded: each looks at it then.
    if (optionsOf<{ color?: boolean }>(command).color === false) process.env.NO_COLOR = '1'
  })
  .action(async (options: Options & { dryRun?: boolean; format?: Format }, command: Command) => {
    const [unknown] = command.args
    if (unknown !== undefined) command.error(await unknownCommand(unknown))
    if (options.dryRun) exit = await checklist(options)
    else if (options.format)
      throw (await import('./commands/format-without-dry-run.ts')).formatWithoutDryRun(process.argv.slice(2))
    else exit = await (await import('./commands/walk.ts')).walk(options)
  })

take(program.command('checklist'), 'repo', 'answers', 'set', 'only', 'skip', 'stateDir', 'format', 'json', 'verbose')
  .description('print what would be done in an empty world (the same as --dry-run)')
  .action(async (_: unknown, command: Command) => {
    exit = await checklist(optionsOf<{ format?: Format }>(command))
  })

take(program.command('plan'), ...WALK, 'takeOver', 'allowHost', 'out')
  .description('look, and print how every step stands, with every request and its command by hand; changes nothing')
  .action(async (_: unknown, command: Command) => {
    exit = await (await import('./commands/plan.ts')).plan(optionsOf(command))
  })

take(program.command('status'), ...WALK, 'allowHost', 'live')
  .description('what is done and what is open, as it was saved')
  .action(async (_: unknown, command: Command) => {
    expectShortRun()
    exit = await (await import('./commands/status.ts')).status(optionsOf(command))
  })

take(program.command('rehearse'), ...WALK, 'world')
  .description('walk through it on simulated clouds, in a temporary clone; no account, no network')
  .action(async (_: unknown, command: Command) => {
    exit = await (await import('./commands/rehearse.ts')).rehearse(optionsOf(command))
  })

take(program.command('explain <step>'), 'repo')
  .description('what a step does and why, what the document said, what is true today, how it is undone')
  .action(async (step: string, _: unknown, command: Command) => {
    exit = await (await import('./commands/explain.ts')).explain(step, optionsOf(command))
  })

program
  .command('schema')
  .description('the JSON Schema of the answers file')
  .action(async () => {
    exit = await (await import('./commands/schema.ts')).schema()
  })

take(program.command('hand-over <file>'), 'repo', 'stateDir', 'yes')
  .description(
    'write what is known of the set-up, for a colleague or another machine to go on (no secret; - prints it)',
  )
  .action(async (file: string, _: unknown, command: Command) => {
    exit = await (await import('./commands/hand-over.ts')).handOver(file, optionsOf(command))
  })

take(program.command('forget'), 'repo', 'stateDir', 'yes', 'noInput', 'plain')
  .description('drop the saved progress (never what was made in the clouds)')
  .action(async (_: unknown, command: Command) => {
    exit = await (await import('./commands/forget.ts')).forget(optionsOf(command))
  })

/** An option before the name of a command that does not take it would have no effect, where a person counts on one. */
function refuseMisplaced(command: Command): void {
  if (command === program) return
  const taken = new Set(command.options.map(option => option.attributeName()))
  const given = program.options.find(
    option => program.getOptionValueSource(option.attributeName()) === 'cli' && !taken.has(option.attributeName()),
  )
  if (given) command.error(`error: ${command.name()} does not take ${given.long}`)
}

async function unknownCommand(word: string): Promise<string> {
  const { nearest } = await import('./answers/nearest.ts')
  const known = program.commands.map(command => command.name())
  const meant = nearest(word, known)
  return `error: unknown command '${word}'${meant ? `\n(Did you mean ${meant}?)` : `\n(Known are ${known.join(', ')}.)`}`
}
