import { relative } from 'node:path'
import ts from 'typescript'
import { EXIT } from '../../src/clouds/cause.ts'

/** A message that a person meets when something does not work, as its source has it; `‹…›` stands for what is filled in. */
export interface Message {
  readonly area: string
  /** `src/clouds/heroku.ts:66` */
  readonly at: string
  readonly code: string | undefined
  /** Where the message itself says with what the run ends. */
  readonly exit: number | undefined
  readonly said: string | undefined
  /** Every wording: one for each way its conditions can go. */
  readonly means: readonly string[]
  readonly next: readonly string[]
}

const AREAS: readonly (readonly [RegExp, string])[] = [
  [/^steps\//, 'steps'],
  [/^src\/clouds\/(heroku|docker-hub|circleci|google)/, 'vendor'],
  [/^src\/clouds\/(trouble|http|exchange|connect|proxy|clouds)\.ts/, 'transport'],
  [/^src\/clouds\/(repo|git-folder|origin|remote|exec)\.ts/, 'repository and tools'],
  [/^src\/clouds\//, 'sign-in and addresses'],
  [/^src\/answers\//, 'answers'],
  [/^src\/engine\/(progress|saved|lock)\.ts/, 'progress'],
  [/^src\/engine\//, 'run'],
  [/^src\/commands\//, 'commands'],
  [/^src\/rehearsal\//, 'rehearsal'],
]

/** What a function's parameters stand for where it is called. */
type Given = ReadonlyMap<ts.Symbol, ts.Expression>

/** Texts by way: more than one where a condition chooses. */
type Texts = readonly string[]

/** So that a function that calls itself ends. */
const DEEPEST = 16

/**
 * Every object literal of the sources that says both what something means and what goes on next, or takes the latter
 * from another. Where it is made of a function's parameters, there is one message for each call.
 * @throws Error where a source has no area
 */
export function collectMessages(): readonly Message[] {
  const root = process.cwd()
  const { config } = ts.readConfigFile('tsconfig.json', file => ts.sys.readFile(file))
  const { fileNames, options } = ts.parseJsonConfigFileContent({ ...config, include: ['src', 'steps'] }, ts.sys, root)
  const program = ts.createProgram(fileNames, options)
  const checker = program.getTypeChecker()
  const sources = program.getSourceFiles().filter(({ fileName }) => fileNames.includes(fileName))
  const literals = sources.flatMap(source => nodesIn(source, ts.isObjectLiteralExpression))
  const calls = sources.flatMap(source => nodesIn(source, ts.isCallExpression))

  const messages = literals.flatMap(literal => {
    const means = property(literal, 'means')
    const next = property(literal, 'next') ?? literal.properties.find(ts.isSpreadAssignment)?.expression
    if (means === undefined || next === undefined) return []
    const places = [means, next].some(isParameter) ? callsOf(literal) : [{ node: literal, given: new Map() }]
    return places.flatMap(({ node, given }): Message[] => {
      const message = {
        code: property(literal, 'code') ?? keyOf(literal),
        said: property(literal, 'said'),
        means: textsOf(means, given),
        next: textsOf(next, given),
      }
      // What hands another message on has no words of its own.
      if (![...message.means, ...message.next].some(hasWords)) return []
      const at = positionOf(node)
      const code = typeof message.code === 'object' ? textsOf(message.code, given)[0] : message.code
      const said = message.said && textsOf(message.said, given).join(' | ')
      return [{ ...message, code, said, area: areaOf(at), at, exit: exitOf(literal) }]
    })
  })
  const order = AREAS.map(([, area]) => area)
  return messages.toSorted((one, other) => order.indexOf(one.area) - order.indexOf(other.area))

  /** The calls of the function that a literal is made in, with what they give. */
  function callsOf(literal: ts.Node): readonly { readonly node: ts.Node; readonly given: Given }[] {
    const made = ts.findAncestor(literal, isFunction)
    return calls
      .filter(call => functionCalled(call) === made)
      .map(call => ({ node: call, given: new Map(argumentsOf(call, made)) }))
  }

  function argumentsOf(call: ts.CallExpression, made: Function | undefined): readonly [ts.Symbol, ts.Expression][] {
    return (made?.parameters ?? []).flatMap(({ name }, index) => {
      const symbol = checker.getSymbolAtLocation(name)
      const argument = call.arguments[index]
      return symbol && argument ? [[symbol, argument]] : []
    })
  }

  function functionCalled({ expression }: ts.CallExpression): Function | undefined {
    return ts.isIdentifier(expression) ? functionOf(expression) : undefined
  }

  function functionOf(name: ts.Identifier): Function | undefined {
    const symbol = symbolOf(name)
    const value = initializerOf(symbol) ?? symbol?.valueDeclaration
    return value && isFunction(value) ? value : undefined
  }

  function symbolOf(name: ts.Identifier): ts.Symbol | undefined {
    const symbol = ts.isShorthandPropertyAssignment(name.parent)
      ? checker.getShorthandAssignmentValueSymbol(name.parent)
      : checker.getSymbolAtLocation(name)
    return symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  }

  function isParameter(node: ts.Node): boolean {
    const declared = ts.isIdentifier(node) ? symbolOf(node)?.valueDeclaration : undefined
    return declared !== undefined && ts.isParameter(declared) && ts.isIdentifier(declared.name)
  }

  /** What an expression reads as; a part that is known only in a run as `‹its source›`. */
  function textsOf(node: ts.Node, given: Given, depth = 0): Texts {
    const inner = depth < DEEPEST ? known(node, given, depth + 1) : undefined
    return inner?.some(hasWords) ? inner : [placeholder(node)]
  }

  function known(node: ts.Node, given: Given, depth: number): Texts | undefined {
    const texts = (part: ts.Node) => textsOf(part, given, depth)
    if (ts.isStringLiteralLike(node)) return [node.text]
    if (ts.isTemplateExpression(node)) {
      const spans = node.templateSpans.map(span => joined([texts(span.expression), [span.literal.text]]))
      return joined([[node.head.text], ...spans])
    }
    if (ts.isParenthesizedExpression(node)) return texts(node.expression)
    if (ts.isConditionalExpression(node)) return [node.whenTrue, node.whenFalse].flatMap(ways)
    if (ts.isArrayLiteralExpression(node)) return node.elements.flatMap(ways)
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
      return joined([texts(node.left), texts(node.right)])
    }
    if (isFunction(node)) return returned(node).flatMap(texts)
    if (ts.isCallExpression(node)) return called(node, texts)
    if (!ts.isIdentifier(node)) return undefined
    const symbol = symbolOf(node)
    const argument = symbol && given.get(symbol)
    const value = argument ?? functionOf(node) ?? initializerOf(symbol)
    return value && texts(value)

    /** An empty text is one way to go; nothing at all is none. */
    function ways(part: ts.Expression): Texts {
      if (ts.isStringLiteralLike(part)) return [part.text]
      const says = ts.isConditionalExpression(part) ? known(part, given, depth + 1) : undefined
      return says ?? (/^(undefined|\[\])$/.test(part.getText()) ? [] : texts(part))
    }
  }

  /** `list.map(line).join('\n')` reads as one of its lines, a function of ours as what it returns. */
  function called(call: ts.CallExpression, texts: (part: ts.Node) => Texts): Texts | undefined {
    const { expression } = call
    if (ts.isPropertyAccessExpression(expression)) {
      const [argument] = call.arguments
      if (expression.name.text === 'join') return texts(expression.expression)
      return /^(flatM|m)ap$/.test(expression.name.text) && argument ? texts(argument) : undefined
    }
    const made = functionCalled(call)
    return made && texts(made)
  }

  function exitOf(literal: ts.Expression): number | undefined {
    const user = literal.parent
    if (ts.isNewExpression(user)) return exitGiven(user)
    const made = ts.isCallExpression(user) ? functionCalled(user) : undefined
    return made && nodesIn(made, ts.isNewExpression).map(exitGiven)[0]
  }
}

/** With what a `new SetupError(cause, exit)` ends the run; a failure where it does not say. */
function exitGiven({
  expression,
  arguments: [, exit] = ts.factory.createNodeArray(),
}: ts.NewExpression): number | undefined {
  if (expression.getText() !== 'SetupError') return undefined
  const name = exit?.getText().replace('EXIT.', '') ?? 'failed'
  return Object.entries(EXIT).find(([one]) => one === name)?.[1]
}

type Function = ts.FunctionDeclaration | ts.ArrowFunction | ts.FunctionExpression | ts.MethodDeclaration

const initializerOf = (symbol: ts.Symbol | undefined): ts.Expression | undefined => {
  const declared = symbol?.valueDeclaration
  return declared && ts.isVariableDeclaration(declared) ? declared.initializer : undefined
}

const isFunction = (node: ts.Node): node is Function =>
  ts.isFunctionDeclaration(node) ||
  ts.isArrowFunction(node) ||
  ts.isFunctionExpression(node) ||
  ts.isMethodDeclaration(node)

/** What a function returns, those inside it aside. */
function returned({ body }: Function): readonly ts.Expression[] {
  if (body === undefined) return []
  if (!ts.isBlock(body)) return [body]
  const ownReturns = (node: ts.Node): readonly ts.Expression[] => {
    if (isFunction(node)) return []
    if (ts.isReturnStatement(node)) return node.expression ? [node.expression] : []
    return childrenOf(node).flatMap(ownReturns)
  }
  return ownReturns(body)
}

/** The value of a property, whether it is assigned, a shorthand or a method. */
function property(literal: ts.ObjectLiteralExpression, name: string): ts.Node | undefined {
  const found = literal.properties.find(one => one.name?.getText() === name)
  if (found === undefined) return undefined
  if (ts.isPropertyAssignment(found)) return found.initializer
  return ts.isShorthandPropertyAssignment(found) ? found.name : found
}

/** The key under which a table holds the literal, or the function that makes it. */
function keyOf(literal: ts.ObjectLiteralExpression): string | undefined {
  const { parent } = literal
  const name = ts.isPropertyAssignment(parent) ? parent.name : ts.findAncestor(literal, ts.isFunctionDeclaration)?.name
  return name?.getText().replaceAll("'", '')
}

function nodesIn<Node extends ts.Node>(node: ts.Node, is: (node: ts.Node) => node is Node): readonly Node[] {
  return [...(is(node) ? [node] : []), ...childrenOf(node).flatMap(child => nodesIn(child, is))]
}

function childrenOf(node: ts.Node): readonly ts.Node[] {
  const children: ts.Node[] = []
  node.forEachChild(child => void children.push(child))
  return children
}

const placeholder = (node: ts.Node): string => `‹${node.getText().replaceAll(/\s+/g, ' ')}›`

/** Is there more than placeholders? */
const hasWords = (text: string): boolean => /\p{L}/u.test(text.replaceAll(/‹[^›]*›/g, ''))

/** Every way to go through the parts. */
const joined = (parts: readonly Texts[]): Texts =>
  parts.reduce<Texts>((befores, ways) => befores.flatMap(before => ways.map(way => before + way)), [''])

function positionOf(node: ts.Node): string {
  const source = node.getSourceFile()
  const { line } = source.getLineAndCharacterOfPosition(node.getStart())
  return `${relative(process.cwd(), source.fileName)}:${line + 1}`
}

function areaOf(at: string): string {
  const area = AREAS.find(([files]) => files.test(at))?.[1]
  if (area === undefined) throw new Error(`${at} is in no area of messages`)
  return area
}
