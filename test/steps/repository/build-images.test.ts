import { describe, expect, test } from 'vitest'
import { buildImages } from '../../../steps/repository/build-images.ts'
import { rehearse } from '../../rehearsal/client.ts'
import { makeCheckout } from '../../support/checkout.ts'
import { lookAt, makeEngine, walk } from '../../support/engine.ts'

const DOCKERFILE = `ARG BUILDER_GOLANG_VERSION=1.14.3
ARG BUILDER_IMAGE="golang:\${BUILDER_GOLANG_VERSION}"
ARG POETRY_IMAGE="philpennock/poetry"
FROM \${BUILDER_IMAGE} AS builder
RUN build/inside
FROM \${POETRY_IMAGE} AS poetry
FROM scratch
COPY --from=builder /tmp/dummyapp /
COPY --from=poetry / /poetry/
`

const CONFIG = `version: 2.1
executors:
  main-builder:
    docker:
      - image: &basic_image pennocktech/ci:purple
    environment:
      DOCKER_BUILDER_IMAGE: *basic_image
  deploy-to-docker:
    docker:
      - image: docker:18.06.0-ce-git
  deploy-to-gcloud:
    docker:
      - image: google/cloud-sdk:latest
jobs:
  build:
    executor: main-builder
  push:
    executor: deploy-to-docker
  push-to-google:
    executor: { name: deploy-to-gcloud }
`

interface Files {
  readonly dockerfile?: string
  readonly config?: string
}

/** A look at the files, the simulated Docker Hub having all but the images named. */
async function look({ dockerfile = DOCKERFILE, config = CONFIG }: Files = {}, gone: readonly string[] = []) {
  const rehearsal = await rehearse(({ dockerHub }) => {
    for (const one of dockerHub.repositories) {
      one.tags = one.tags.filter(({ name }) => !gone.includes(`${one.namespace}/${one.name}:${name}`))
    }
  })
  const files = {
    ...(dockerfile && { 'build/Dockerfile': dockerfile }),
    ...(config && { '.circleci/config.yml': config }),
  }
  const engine = makeEngine({ rehearsal, repo: makeCheckout({ files }) })
  // It needs no sign-in.
  engine.clouds.credentials.clear()
  const asked = () => rehearsal.log.map(({ method, path, who }) => `${method} ${path} ${who}`)
  return { rehearsal, engine, asked, seen: () => lookAt(buildImages, engine) }
}

const tag = (path: string) => {
  const [, namespace, name, version] = /^(.*)\/(.*):(.*)$/.exec(path) ?? []
  return `GET /v2/namespaces/${namespace}/repositories/${name}/tags/${version}`
}

describe('The images of the documented repository', () => {
  test('are each asked for once, by nobody in particular, and are all there', async () => {
    const { seen, asked } = await look()
    expect(await seen()).toEqual({ is: 'present', state: undefined, notes: [] })
    const paths = asked().map(line => line.replace(/ (\S+)$/, ''))
    expect(paths.toSorted()).toEqual(
      [
        'google/cloud-sdk:latest',
        'library/docker:18.06.0-ce-git',
        'library/golang:1.14.3',
        'pennocktech/ci:purple',
        'philpennock/poetry:latest',
      ].map(tag),
    )
    expect(new Set(asked().map(line => line.split(' ').at(-1)))).toEqual(new Set(['undefined']))
  })

  test.each([
    ['library/docker:18.06.0-ce-git', 'docker:18.06.0-ce-git (.circleci/config.yml)'],
    ['pennocktech/ci:purple', 'pennocktech/ci:purple (.circleci/config.yml)'],
    ['philpennock/poetry:latest', 'philpennock/poetry (build/Dockerfile)'],
  ])('fail the run before CI is tried where CI pulls one that is gone: %s', async (image, name) => {
    const { engine } = await look({}, [image])
    const { outcomes } = await walk([buildImages], engine)
    expect(outcomes.get('repository.build-images')).toMatchObject({
      is: 'failed',
      cause: {
        code: 'image-gone',
        asked: expect.stringContaining(tag(image).replace('GET ', '')),
        said: expect.stringContaining('404'),
        means: expect.stringContaining(name),
      },
    })
  })

  test('only get a note where a build on this machine alone needs the one that is gone', async () => {
    const { seen } = await look({}, ['library/golang:1.14.3'])
    const notes = [expect.stringContaining('golang:1.14.3 (build/Dockerfile): CI uses another')]
    expect(await seen()).toMatchObject({ is: 'present', notes })
  })

  test('do not go without their builder where CI puts no other in its place', async () => {
    const config = CONFIG.replace('DOCKER_BUILDER_IMAGE', 'ANOTHER_IMAGE')
    const { seen } = await look({ config }, ['library/golang:1.14.3'])
    expect(await seen()).toMatchObject({ is: 'unknown', cause: { means: expect.stringContaining('golang:1.14.3') } })
  })

  test('are those of the Dockerfile where there is no config', async () => {
    const { seen, asked } = await look({ config: '' })
    expect(await seen()).toMatchObject({ is: 'present' })
    expect(asked()).toHaveLength(2)
  })
})

test('The data image is the one that was decided on, and none where nothing is copied', async () => {
  const { engine, asked, seen } = await look()
  const decided = { ...engine, answers: { ...engine.answers, dataImage: 'acme/verses:2' } }
  expect(await lookAt(buildImages, decided)).toMatchObject({
    is: 'unknown',
    cause: { means: expect.stringContaining('acme/verses:2 (build/Dockerfile)') },
  })
  expect(asked().some(line => line.includes('poetry'))).toBe(false)
  const without = await look({ dockerfile: 'FROM golang:1.25\n' })
  await lookAt(buildImages, { ...without.engine, answers: decided.answers })
  expect(without.asked().some(line => line.includes('verses'))).toBe(false)
  expect((await seen()).is).toBe('present')
})

describe('What could not be looked up is a note, and stops nothing:', () => {
  test.each([
    ['an image of another registry', 'FROM us.gcr.io/acme/builder:1\n', 'us.gcr.io/acme/builder:1'],
    ['an image by its digest', `FROM golang@sha256:${'a'.repeat(64)}\n`, 'golang@sha256:'],
    ['a registry on this machine', 'FROM localhost/builder\n', 'localhost/builder'],
  ])('%s', async (_, dockerfile, name) => {
    const { seen, asked } = await look({ dockerfile, config: '' })
    expect(await seen()).toMatchObject({ is: 'present', notes: [expect.stringContaining(`${name}`)] })
    expect(asked()).toEqual([])
  })

  test('an image whose name CI puts together', async () => {
    const config = 'version: 2.1\njobs:\n  build:\n    docker:\n      - image: cimg/go:<< parameters.version >>\n'
    const { seen } = await look({ dockerfile: '', config })
    expect(await seen()).toMatchObject({ is: 'present', notes: [expect.stringContaining('known only when CI runs')] })
  })

  test.each([429, 403, 500])('Docker Hub’s answer %i', async status => {
    const { rehearsal, seen } = await look({ dockerfile: 'FROM golang:1.25\n', config: '' })
    rehearsal.faults.push({ path: '/tags/', do: { status, body: { message: 'No.' } } })
    expect(await seen()).toMatchObject({ is: 'present', notes: [expect.stringContaining('golang:1.25')] })
  })

  test('a Docker Hub that cannot be reached', async () => {
    const { rehearsal, seen } = await look({ dockerfile: 'FROM golang:1.25\n', config: '' })
    rehearsal.faults.push({ path: '/tags/', do: 'reset-before' })
    expect(await seen()).toMatchObject({ is: 'present', notes: [expect.stringContaining('golang:1.25')] })
  })
})

test.each(['docker.io/library/golang:1.25', 'index.docker.io/golang:1.25', 'golang:1.25', 'library/golang:1.25'])(
  '%s is looked up as docker does',
  async image => {
    const { seen, asked } = await look({ dockerfile: `FROM ${image}\n`, config: '' })
    expect(await seen()).toMatchObject({ is: 'present', notes: [] })
    expect(asked()).toEqual([`${tag('library/golang:1.25')} undefined`])
  },
)
