import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ValidateFunction } from 'ajv'
import { Ajv2019 } from 'ajv/dist/2019.js'
import formats from 'ajv-formats'
import type { Json } from '../../src/clouds/json.ts'

/** Where the vendors' published descriptions are, which are not part of the project; its README says what each field is. */
const FOLDER = ['../shared/specs', '../../shared/specs'].find(existsSync) ?? ''
export const areHere = FOLDER !== ''
export const NOT_HERE = 'the vendors’ descriptions are not on this machine (../shared/specs)'

/** A request as it came over the wire. */
export interface Sent {
  readonly method: string
  /** As it was sent, without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly body: Json | undefined
}

export interface Answered {
  readonly status: number
  readonly body: Json | undefined
}

interface Operation {
  readonly host: string
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, object>>
  readonly requiredQuery: readonly string[]
  readonly pathParams: Readonly<Record<string, object>>
  readonly requestRequired?: boolean
  readonly request: object | null
  readonly responses: Readonly<Record<string, object>>
}

/** An operation that a vendor describes, with what checks against it. */
export interface Described {
  /** `METHOD host/path`, with the parameters by their names. */
  readonly name: string
  readonly isOf: (sent: Sent) => boolean
  /** What does not conform, each with where it is: `query page_size must be integer`. */
  readonly faultsOf: (sent: Sent) => readonly string[]
  /** The same of an answer; undefined where its status is not described. */
  readonly faultsIn: (answered: Answered) => readonly string[] | undefined
}

/** Every operation of every description. */
export const described = (): readonly Described[] =>
  readdirSync(FOLDER)
    .filter(file => file.endsWith('.json'))
    .flatMap(operationsIn)

function operationsIn(file: string): readonly Described[] {
  const { ops, definitions } = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as {
    ops: readonly Operation[]
    definitions: Readonly<Record<string, object>>
  }
  const description = {
    ops: ops.map(one => ({
      ...one,
      request: one.request && closed(one.request),
      responses: each(one.responses, closed),
    })),
    definitions: each(definitions, parts),
  }
  const validators = (coerceTypes: boolean) => {
    const ajv = new Ajv2019({ strict: false, allErrors: true, validateSchema: false, coerceTypes })
    formats.default(ajv)
    ajv.addSchema(description, file)
    const pointer = (key: string) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))
    return (...keys: readonly string[]) => ajv.compile({ $ref: `${file}#/ops/${keys.map(pointer).join('/')}` })
  }
  // A query and a path are text; a body is what it is.
  const [ofBody, ofText] = [validators(false), validators(true)]
  return ops.map((operation, index) => {
    const { host, method, path, query, requiredQuery, pathParams, request, requestRequired, responses } = operation
    const { pattern, names } = patternOf(path)
    const inPath = (sent: Sent) =>
      names.flatMap((name, at) => {
        const value = decodeURIComponent(pattern.exec(sent.path)?.[at + 1] ?? '')
        return pathParams[name] ? faults(ofText(`${index}`, 'pathParams', name), value, `path ${name}`) : []
      })
    const inQuery = (sent: Sent) =>
      [...sent.query].flatMap(([name, value]) =>
        query[name]
          ? faults(ofText(`${index}`, 'query', name), value, `query ${name}`)
          : [`query ${name} is not described`],
      )
    const inBody = ({ body }: Sent) => {
      if (request === null) return body === undefined ? [] : ['body is not described']
      if (body === undefined) return requestRequired ? ['body is missing'] : []
      return faults(ofBody(`${index}`, 'request'), body, 'body')
    }
    return {
      name: `${method} ${host}${path}`,
      isOf: sent => sent.method === method && pattern.test(sent.path),
      faultsOf: sent => [
        ...inPath(sent),
        ...inQuery(sent),
        ...requiredQuery.filter(name => !sent.query.has(name)).map(name => `query ${name} is missing`),
        ...inBody(sent),
      ],
      faultsIn: ({ status, body }) => {
        const key = [`${status}`, ...(status < 300 ? ['2xx'] : []), 'default'].find(one => responses[one])
        return key === undefined ? undefined : faults(ofBody(`${index}`, 'responses', key), body ?? null, 'answer')
      },
    }
  })
}

const faults = (validate: ValidateFunction, value: Json, where: string): readonly string[] => {
  if (validate(value)) return []
  const said = (validate.errors ?? []).map(({ instancePath, message = '', params }) => {
    const unknown = params.unevaluatedProperty ?? params.additionalProperty
    const field = `${where}${instancePath}${unknown === undefined ? '' : `/${unknown}`}`.replaceAll(
      /\/\d+(?=\/|$)/g,
      '/*',
    )
    return `${field} ${unknown === undefined ? message : 'is not described'}`
  })
  return [...new Set(said)]
}

/** A parameter is one segment, and CircleCI's project slug three; the colon of a custom method is none of it. */
function patternOf(path: string): { readonly pattern: RegExp; readonly names: readonly string[] } {
  const names: string[] = []
  const source = path.replaceAll(/[.*+?^$|()[\]]/g, '\\$&').replaceAll(/\{([^}]+)\}/g, (_, name: string) => {
    names.push(name)
    return name === 'project-slug' ? '([^/]+/[^/]+/[^/]+)' : '([^/:]+)'
  })
  return { pattern: new RegExp(`^${source}$`), names }
}

type Schema = Readonly<Record<string, unknown>>

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const each = (schemas: unknown, by: (schema: object) => unknown) =>
  Object.fromEntries(Object.entries(schemas ?? {}).map(([name, schema]) => [name, by(schema)]))

const COMBINED = ['allOf', 'anyOf', 'oneOf']

/**
 * The schema of a value, closed: a field that it does not name is a fault, in a request because vendors refuse it, in
 * an answer because the simulation would give what the vendor does not promise.
 */
function closed(schema: object): object {
  const says = ['properties', '$ref', ...COMBINED].some(key => key in schema)
  return says ? { ...parts(schema), unevaluatedProperties: false } : parts(schema)
}

/** The schema with those of its fields and items closed; those that are combined are parts of one. */
function parts(schema: object): object {
  const inside: Record<string, (value: unknown) => unknown> = {
    definitions: all => each(all, parts),
    properties: all => each(all, closed),
    patternProperties: all => each(all, closed),
    items: one => (isSchema(one) ? closed(one) : one),
    additionalProperties: one => (isSchema(one) ? closed(one) : one),
    ...Object.fromEntries(COMBINED.map(key => [key, (all: unknown) => (all as readonly object[]).map(parts)])),
  }
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, inside[key]?.(value) ?? value]))
}
