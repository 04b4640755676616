/** The scripts beside the library: what builds, what leaves the commands that push, and what tells the version. */
export const SCRIPTS = {
  'build/build.with-docker.sh': `#!/usr/bin/env bash
# An array holds the arguments for docker, so this is bash.

progname=\${0##*/}
progdir=\${0%/*}
# shellcheck source=build/common.lib.sh disable=SC2034
. "$progdir/common.lib.sh" "$@"

check_tag "$DOCKER_TAG"

# The modules come into the context from here, so that no stage of the build
# needs the network for them.
"$GO_CMD" mod vendor

# Some checkouts leave git's packs readable by their owner alone, and the build
# is another user.  The folder keeps its own permissions.
[ ! -d .git ] || chmod -R go+rX .git

# What the Go build is to be tagged with is read from a file, since the arguments
# of docker are part of its cache's key.
if [ "$BUILD_TAGS" = "" ]; then
  rm -f "$TAGS_FILE"
else
  mkdir -p "\${TAGS_FILE%/*}"
  echo "$BUILD_TAGS" >"$TAGS_FILE"
fi

# CI names its own image as the builder; a label of that image says which Go is
# in it.  One without the other is a mistake, and no reason to stop.
case "\${DOCKER_BUILDER_IMAGE:+image}+\${EXTRACT_GO_VERSION_FROM_LABEL:+label}" in
image+label)
  # The loop below passes it on, as BUILDER_GOLANG_VERSION.
  # shellcheck disable=SC2034
  DOCKER_BUILDER_GOLANG_VERSION=$(label_of "$DOCKER_BUILDER_IMAGE" "$EXTRACT_GO_VERSION_FROM_LABEL")
  ;;
image+) complain "the version of Go in $DOCKER_BUILDER_IMAGE is not known: no label is named" ;;
+label) complain "the label $EXTRACT_GO_VERSION_FROM_LABEL is of no image" ;;
esac

options=( --file "$DOCKERFILE" --tag "$IMAGE" )
options+=( --build-arg "GO_BUILD_TAGS=$BUILD_TAGS" --build-arg "APP_VERSION=$REPO_VERSION" )
[ -z "\${STAGE:-}" ] || options+=( --target "$STAGE" )

# An argument FOO of the Dockerfile is set by the variable DOCKER_FOO.
while read -r name; do
  variable=DOCKER_$name
  [ -z "\${!variable:-}" ] || options+=( --build-arg "$name=\${!variable}" )
done < <(dockerfile_arguments)

# Several words may be in EXTRA_DOCKER_BUILD_ARGS.
# shellcheck disable=SC2086
loudly "$DOCKER_CMD" build "\${options[@]}" \${EXTRA_DOCKER_BUILD_ARGS:-} .

rm -f "$TAGS_FILE"

# Another job has an engine of its own, so it gets the image as a file.
if [ -n "\${DIND_PERSIST_FILE:-}" ]; then
  mkdir -p "\${DIND_PERSIST_FILE%/*}"
  loudly "$DOCKER_CMD" save --output "$DIND_PERSIST_FILE" "$IMAGE"
  ls -l "$DIND_PERSIST_FILE"
fi
`,
  'build/create-persist-commands.sh': `#!/bin/sh -eu

progname=\${0##*/}
progdir=\${0%/*}
# shellcheck source=build/common.lib.sh disable=SC2034
. "$progdir/common.lib.sh" "$@"

: "\${PERSIST_DIR:?names the folder for the scripts}"
mkdir -p "$PERSIST_DIR"

# write NAME: standard input becomes a script of that name.  Where it will run,
# docker is docker, whatever it is called here.
write() {
  { echo '#!/bin/sh -eu'; cat; } >"$PERSIST_DIR/$1"
  chmod +x "$PERSIST_DIR/$1"
  tell "wrote $PERSIST_DIR/$1"
}

# The lines that tag the image and push it.
tag_and_push() {
  printf 'docker tag "%s" "%s"\\n' "$IMAGE" "$1"
  printf 'docker push "%s"\\n' "$1"
}

# One tag more, where one is asked for.
also() {
  if [ -n "\${RETAG:-}" ]; then tag_and_push "$1:$RETAG"; fi
}

tag_and_push "$HEROKU_IMAGE" | write heroku-deploy.sh

{ printf 'docker push "%s"\\n' "$IMAGE"; also "$DOCKER_PROJECT"; } | write docker-hub-deploy.sh

write gcloud-login.sh <<END
gcloud config set project "$GCR_PROJECT"
gcloud auth configure-docker --quiet
END

{ tag_and_push "$GOOGLE_IMAGE"; also "$GOOGLE_IMAGE"; } | write gcr-deploy.sh
`,
  'build/version': `#!/bin/sh
# The version of what is checked out, and the branch where it is not the main one.
git=\${GIT_CMD:-git}
version=$($git describe --tags --always --dirty)
case $($git symbolic-ref --quiet --short HEAD || echo '(none)') in
main | master) echo "$version" ;;
'(none)') echo "$version,detached" ;;
*) echo "$version,$($git symbolic-ref --short HEAD)" ;;
esac
`,
}
