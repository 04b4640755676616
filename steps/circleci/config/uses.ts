import { type Alias, isAlias, isMap, isScalar, isSeq, type Pair, type Scalar, type YAMLSeq } from 'yaml'
import { type Config, entriesOf, resolved, textOf, valueAt } from './document.ts'

/** One entry of a workflow that runs a job. */
export interface Use {
  /** The job's key under `jobs`, or ORB/JOB. */
  readonly job: string
  /** What others require it by. */
  readonly name: string
  readonly workflow: string
  readonly list: YAMLSeq
  readonly index: number
  /** The entry as it is written: a plain name, or the pair of name and options. */
  readonly written: { readonly plain: Scalar | Alias } | { readonly pair: Pair; readonly flow: boolean }
}

/** Every entry of every workflow that runs a job; an approval runs none, and one that is commented out is not there. */
export function usesOf(config: Config): readonly Use[] {
  return entriesOf(config, valueAt(config, config.root, 'workflows')).flatMap(([workflow, body]) => {
    const list = valueAt(config, body, 'jobs')
    if (!isSeq(list)) return []
    return list.items.flatMap((item, index) => {
      const use = useOf(config, item)
      return use === undefined ? [] : [{ ...use, workflow, list, index }]
    })
  })
}

function useOf(config: Config, listed: unknown): Pick<Use, 'job' | 'name' | 'written'> | undefined {
  const plain = textOf(config, listed)
  if (plain !== undefined && (isScalar(listed) || isAlias(listed))) {
    return { job: plain, name: plain, written: { plain: listed } }
  }
  const item = resolved(config, listed)
  const [pair] = isMap(item) ? item.items : []
  const job = textOf(config, pair?.key)
  if (!isMap(item) || pair === undefined || job === undefined) return undefined
  if (textOf(config, valueAt(config, pair.value, 'type')) === 'approval') return undefined
  const name = textOf(config, valueAt(config, pair.value, 'name')) ?? job
  return { job, name, written: { pair, flow: item.flow === true } }
}
