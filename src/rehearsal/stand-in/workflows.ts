/** What GitHub runs for dummyapp today: tests, and a look at tags. Neither has a secret, and no image is built. */
export const WORKFLOWS = {
  '.github/workflows/pushes.yaml': `name: Actions CI
# The badge in the README shows this name.

permissions: {}

on:
  push:
    branches-ignore:
      - 'exp-*'
      - 'wip-*'
  pull_request:

jobs:
  test:
    runs-on: ubuntu-latest

    permissions:
      contents: read
      checks: write

    steps:

      - name: Checkout
        uses: actions/checkout@v4
        with:
          persist-credentials: false

      - name: Set up Go
        uses: actions/setup-go@v5
        with:
          go-version: 'stable'
          check-latest: true

      - name: Checks
        run: |
          t="$(gofmt -l .)"
          if [ -n "$t" ]; then printf 'not formatted:\\n%s\\n' "$t"; exit 1; fi
          go vet ./...

      - name: Build and test
        run: |
          go build ./...
          go test -v -coverprofile=\${{ runner.temp }}/profile.cov ./...
`,
  '.github/workflows/tags.yaml': `name: Tag Checker
# A tag for a version has to be signed.  One that is not is deleted again.

permissions: {}

on:
  push:
    tags:
      - '**'

jobs:
  tag-check:
    runs-on: ubuntu-latest

    permissions:
      contents: write

    steps:

      - name: Checkout
        uses: actions/checkout@v4
        with:
          # deleting a tag is a push
          persist-credentials: true
          fetch-depth: 0

      - name: Tag Check
        shell: bash
        run: |
          git tag -v -- "$NEW_TAG" || git push origin ":$NEW_TAG"
        env:
          NEW_TAG: \${{ github.ref_name }}
`,
}
