import { expect, test } from 'vitest'
import { neededImages, onDockerHub } from '../../src/answers/forms/images.ts'

const CONFIG = `version: 2.1
parameters: { tools: { type: string, default: cimg/base:stable } }
executors:
  go:
    parameters: { version: { type: string, default: '1.24' } }
    docker: [{ image: 'cimg/go:<< parameters.version >>' }, { image: 'acme/db@sha256:${'a'.repeat(64)}' }]
  unused: { docker: [{ image: acme/nobody:1 }] }
jobs:
  test: { executor: { name: go, version: '1.26' }, steps: [checkout] }
  other: { executor: go, steps: [checkout] }
  pack: { docker: [{ image: ghcr.io/acme/tools:1 }, { image: << pipeline.parameters.tools >> }], steps: [checkout] }
  push: { parameters: { tag: { type: string } }, docker: [{ image: 'docker:<< parameters.tag >>' }], steps: [checkout] }
workflows:
  all: { jobs: [test, other, pack, { push: { matrix: { parameters: { tag: [stable-git, latest] } } } }] }
`

test('The images of CI’s jobs are those that its executors and parameters come to, and of no executor that none uses', () => {
  expect(neededImages({ config: CONFIG }, undefined).map(({ image }) => image)).toEqual([
    'cimg/go:1.26',
    `acme/db@sha256:${'a'.repeat(64)}`,
    'cimg/go:1.24',
    'ghcr.io/acme/tools:1',
    'cimg/base:stable',
    'docker:stable-git',
    'docker:latest',
  ])
})

test.each([
  ['golang:1.14.6', { namespace: 'library', name: 'golang', tag: '1.14.6' }],
  ['docker.io/acme/it', { namespace: 'acme', name: 'it', tag: 'latest' }],
  ['registry-1.docker.io/acme/it:2', { namespace: 'acme', name: 'it', tag: '2' }],
  ['ghcr.io/acme/tools:1', undefined],
  ['us-docker.pkg.dev/acme/ci/tools:latest', undefined],
  ['localhost:5000/it', undefined],
  ['acme/it@sha256:0', undefined],
  ['acme/it:$TAG', undefined],
])('%s is looked for on Docker Hub where it is there', (image, at) => {
  expect(onDockerHub(image)).toEqual(at)
})
