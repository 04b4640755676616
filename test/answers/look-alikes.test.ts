import { describe, expect, test } from 'vitest'
import { infer } from '../../src/answers/infer.ts'
import { faultOf } from '../../src/answers/schema.ts'
import { readRemote } from '../../src/clouds/remote.ts'
import { projectOf } from '../../src/clouds/state-folder.ts'
import { library, UPSTREAM } from '../support/checkout.ts'

/** What looks like upstream's place and is another: letters of other alphabets, full-width ones, signs that small letters are made of. */
const PLACES = [
  'https://github.com/PennоckTech/dummyapp.git',
  'https://github.com/Pennoc\u212ATech/dummyapp.git',
  'https://github.com/pennoc\u212Atech/dummyapp.git',
  'https://github.com/ＰennockTech/dummyapp.git',
  'https://github.com/PennockTech/dummyaрp.git',
  'https://github.com/PennockTech/dummyapp\u200B.git',
  'https://gіthub.com/PennockTech/dummyapp.git',
  'https://ｇithub.com/PennockTech/dummyapp.git',
  'https://github\u3002com/PennockTech/dummyapp.git',
  'git@gіthub.com:PennockTech/dummyapp.git',
  'https://github.com∕PennockTech/dummyapp.git',
]
const REAL = 'https://github.com/PennockTech/dummyapp.git'

describe('A place that looks like upstream’s is not taken for it:', () => {
  test.each(PLACES)('%s', origin => {
    expect(projectOf(origin, '/x')).not.toBe(projectOf(REAL, '/x'))
    const inferred = infer({ remotes: { origin }, library: library(UPSTREAM) })
    const values = (key: string) => inferred.filter(one => one.key === key && !one.proposed).map(({ value }) => value)
    for (const project of values('githubProject')) expect(faultOf('githubProject', project)).toMatch(/is U\+/)
    for (const key of ['herokuApp', 'dockerHubRepository', 'googleProject']) expect(values(key)).toEqual([])
  })

  test('as a remote of Heroku’s', () => {
    for (const heroku of ['https://git.hero\u212Au.com/acme.git', 'https://git.herоku.com/acme.git'])
      expect(infer({ remotes: { heroku }, library: undefined })).toEqual([])
    expect(readRemote('https://GIT.Heroku.com/acme.git')?.host).toBe('git.heroku.com')
  })
})

describe('A name that the vendor takes in ASCII alone is refused with its letters told:', () => {
  test.each([
    ['githubProject', 'PennоckTech/dummyapp', 'о is U+043E'],
    ['herokuApp', 'pt-dummy-аpp', 'а is U+0430'],
    ['herokuTeam', 'ａcme', 'ａ is U+FF41'],
    ['dockerHubRepository', 'pennocktech/dummyаpp', 'а is U+0430'],
    ['dockerHubBot', 'acmebоt', 'о is U+043E'],
    ['circleOrg', 'gh/PennоckTech', 'о is U+043E'],
    ['circleProject', 'gh/acme/dummyаpp', 'а is U+0430'],
    ['googleProject', 'dummyаpp-214121', 'а is U+0430'],
    ['imageName', 'pt-dummy-ａpp', 'ａ is U+FF41'],
    ['dataImage', 'philpennоck/poetry', 'о is U+043E'],
    ['registryHost', 'us.gcr.iо', ''],
  ] as const)('%s %s', (key, value, letters) => {
    const fault = faultOf(key, value)
    expect(fault).toContain(`${JSON.stringify(value)} is not${letters && `: ${letters}`}.`)
  })

  test('but not where something else is wrong as well, or all is well', () => {
    expect(faultOf('defaultBranch', 'grün blau')).not.toContain('U+')
    expect(faultOf('defaultBranch', 'grün')).toBeUndefined()
  })
})
