import type { Candidate } from './candidate.ts'
import { cut, dashed } from './definition.ts'
import { projectId } from './definitions/google.ts'
import type { AnswerKey } from './schema.ts'

type Names = Readonly<Partial<Record<AnswerKey, string>>>

/**
 * Names for a project of GitHub's, after its owner; each keeps its rule, whatever the owner and the repository are called.
 * @param taken names that are somebody else's
 */
export function proposals(project: string, taken: ReadonlySet<string>): readonly Candidate[] {
  const [owner = '', name = ''] = project.split('/')
  const first = namesOf(owner, name)
  // An owner pt with a repository dummy-app would be offered upstream's own name.
  const second = namesOf(owner, `my-${name}`)
  const keys = Object.keys(first) as AnswerKey[]
  return keys.flatMap(key => {
    const value = [first[key], second[key]].find(one => one !== undefined && !taken.has(one))
    return value === undefined ? [] : [{ key, value, from: `proposed, after ${project}`, proposed: 'by-us' }]
  })
}

function namesOf(owner: string, name: string): Names {
  const full = letterFirst(dashed(`${owner}-${name}`))
  return {
    herokuApp: atLeast(cut(full, 30), 3),
    dockerHubRepository: `${dockerId(owner, '')}/${atLeast(cut(dashed(name), 100), 2)}`,
    dockerHubBot: dockerId(owner, 'cibot'),
    dockerHubTeam: `${cut(full, 22)}-pushers`,
    // Contexts are each organization's own: the document's name for the first tells what is in it, no more.
    herokuContext: 'heroku-and-dockerhub',
    googleContext: atLeast(`google-${dashed(name)}`, 8),
    googleProject: atLeast(projectId(full), 6),
    googleServiceAccountName: `${cut(full, 60)}-image-builder`,
    imageName: cut(full, 60),
  }
}

const letterFirst = (text: string) => (/^[a-z]/.test(text) ? text : cut(`app-${text}`, 200))

/** What is too short gets the program's name behind it. */
const atLeast = (text: string, shortest: number) => (text.length >= shortest ? text : dashed(`${text}-dummyapp`))

/** A Docker ID: small letters and digits alone, 4 to 30 (facts/docker-hub.md 6). */
function dockerId(owner: string, ending: string): string {
  const id = owner.toLowerCase().replace(/[^a-z\d]+/g, '')
  const begin = id.length + ending.length < 4 ? `${id}dummyapp` : id
  return begin.slice(0, 30 - ending.length) + ending
}
