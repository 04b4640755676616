/** Arrows go one way: cli → commands → engine → clouds; a step knows the engine's types, the answers' types and its vendor's client. */
const only = (name, from, to, comment) => ({ name, severity: 'error', comment, from, to })

module.exports = {
  forbidden: [
    only('no-cycles', {}, { circular: true }, 'A cycle has no bottom to start reading from.'),
    only(
      'cli-knows-commands',
      { path: '^src/cli.ts$' },
      { path: '^(src|steps)/', pathNot: '^src/(commands/|version.ts$|flags.ts$|clouds/cause.ts$|answers/nearest.ts$)' },
      'It only lists commands and options.',
    ),
    only(
      'start-is-light',
      { path: '^src/(start|help|flags|version).ts$' },
      {
        path: '^(src|steps)/|node_modules/',
        dependencyTypesNot: ['dynamic-import', 'type-only'],
        pathNot: '^src/(help|flags|not-written|version).ts$',
      },
      'Whatever it imports is loaded for --version.',
    ),
    only(
      'engine-looks-down',
      { path: '^src/engine/' },
      { path: '^(src/(commands|output|rehearsal|cli)|steps/)' },
      'The engine draws nothing and knows no step.',
    ),
    only(
      'engine-knows-no-vendor',
      { path: '^src/engine/' },
      { path: '^src/clouds/(heroku|google|circleci|docker-hub)' },
      'The engine knows no vendor by name.',
    ),
    only(
      'clouds-are-the-ground',
      { path: '^src/clouds/' },
      { path: '^(src/(?!clouds/)|steps/)' },
      'Clouds know nothing above them.',
    ),
    only(
      'answers-know-types',
      { path: '^src/answers/' },
      { path: '^(src/(commands|output|rehearsal|cli)|steps/)' },
      'Answers are below the commands.',
    ),
    only(
      'output-shows',
      { path: '^src/output/' },
      { path: '^(src/(commands|rehearsal|cli)|steps/)' },
      'Output is told what to show.',
    ),
    only(
      'rehearsal-stands-apart',
      { path: '^src/rehearsal/' },
      { path: '^(src/(engine|commands|output|answers)|steps/)' },
      'A simulated vendor does not know who asks.',
    ),
    only(
      'nothing-knows-the-rehearsal',
      { path: '^(src|steps)/', pathNot: '^src/(rehearsal/|commands/(rehearse|rehearsed-images|simulation).ts$)' },
      { path: '^src/rehearsal/' },
      'The code is the same on real clouds.',
    ),
    only(
      'steps-are-data',
      { path: '^steps/', pathNot: '^steps/index.ts$' },
      {
        path: '^src/',
        pathNot:
          '^src/(engine/(step|text|tries).ts|answers/(schema|upstream|forms/[\\w-]+).ts|clouds/(cause|json|needed|letters|remote|vendor|heroku|circleci|circleci-runs|docker-hub|google|google-[\\w-]+|policy).ts)$',
      },
      'A step never prints, prompts, spawns or sends. A form of a file and what upstream has in it are read by answers and written back by steps: one place knows each.',
    ),
    only(
      'steps-apart',
      { path: '^steps/([^/]+)/' },
      { path: '^steps/', pathNot: '^steps/($1/|(?!index\\.)[\\w-]+\\.ts$)' },
      'Steps meet in the table of contents, and in what lies beside it: how a credential reaches CI, what CI ran and pushed.',
    ),
    only(
      'one-place-to-ask',
      { path: '^(src|steps)/', pathNot: '^src/answers/inquirer.ts$' },
      { path: 'node_modules/@inquirer/' },
      'A forgotten prompt hangs a script.',
    ),
    only(
      'one-place-to-draw',
      { path: '^(src|steps)/', pathNot: '^src/output/list.ts$' },
      { path: 'node_modules/listr2/' },
    ),
    only(
      'one-place-to-spawn',
      { path: '^(src|steps)/', pathNot: '^src/clouds/execa.ts$' },
      { path: 'node_modules/execa/' },
      'Children get an allow-list of the environment.',
    ),
    only(
      'one-place-to-send',
      { path: '^(src|steps)/', pathNot: '^src/clouds/(http|exchange|connect|trouble|retry).ts$' },
      { path: 'node_modules/undici/' },
      'A secret goes to its own host only.',
    ),
    only(
      'one-place-to-save',
      { path: '^(src|steps)/', pathNot: '^src/engine/progress.ts$' },
      { path: 'node_modules/conf/' },
      'conf is constructed on checked files only.',
    ),
    only('no-orphans', { orphan: true, path: '^(src|steps)/', pathNot: '[.]d[.]ts$' }, {}, 'Nobody uses it.'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
