/** build/common.lib.sh in dummyapp's form: the names between the two lines that say EDIT THESE, with much other shell around. */
export const LIBRARY = `#!/bin/false
# Not a program: the scripts beside it read it by way of the dot command.

# The options of the shell, to be restored in the end: whoever reads this file
# decides by itself whether an error ends it.
options_before=$-
set -e -u

# Programs that are no shell read this file too.  So there is a rule: a variable
# that can be set from outside has a line of its own, which begins
# \`: "\${NAME:=\` and ends with the default.  A line that begins \`: : \${\` only uses
# a variable, or checks that it is there.

: : "\${progname:?is set by the script}" "\${progdir:?is set by the script}"

# Arguments are those of the script.  env-NAME=VALUE sets a variable, before any
# default has a say; other arguments are left alone.
for argument; do
  case $argument in
  env-?*=*) export "\${argument#env-}" ;;
  esac
done

# ============================8< EDIT THESE >8============================

: "\${GITHUB_PROJECT:=PennockTech/dummyapp}"
: "\${DOCKER_PROJECT:=pennocktech/dummyapp}"
: "\${HEROKU_APP:=pt-dummy-app}"
: "\${GO_PROJECT_PATH:=go.pennock.tech/dummyapp}"
: "\${BIN_NAME:=dummyapp}"

: "\${GCR_HOST:=us.gcr.io}"
: "\${GCR_PROJECT:=dummyapp-214121}"
: "\${GCR_IMAGE_NAME:=pt-dummy-app}"

# An empty value from outside is a value: a build without any tags.  That is why
# this one line has no colon before the equals sign.
: "\${BUILD_TAGS=heroku zerolog}"

# ============================8< EDIT THESE >8============================

# When the build began, by the clock of the machine that started it.
: "\${BUILD_TIMESTAMP:=$(date -u '+%FT%TZ')}"

# The tools, for whoever has them under other names.
: "\${GO_CMD:=go}"
: "\${GIT_CMD:=git}"
: "\${DOCKER_CMD:=docker}"

# How much to say: 0 for results and warnings, 1 for steps, 2 for commands too.
: "\${VERBOSE:=0}"

# ----- What is said -----

# say COLOR TEXT...: on standard error, with the name of the script before it.
say() {
  paint=$1
  shift
  if [ -n "\${NO_COLOR:-}" ] || [ ! -t 2 ]; then
    echo "$progname: $*" >&2
  else
    printf '\\033[%sm%s:\\033[0m %s\\n' "$paint" "$progname" "$*" >&2
  fi
}

tell() {
  [ "$VERBOSE" -lt 1 ] || say 32 "$@"
}

# Complaints are counted, so that a script can say in the end that there were any.
complaints=0
complain() {
  complaints=$((complaints + 1))
  say 33 "$@"
}

give_up() {
  say 31 "$@"
  exit 1
}

# Runs a command, and says so before it where that is wanted.
loudly() {
  [ "$VERBOSE" -lt 2 ] || say 36 "+ $*"
  "$@"
}

# The last line of a script that wants to be judged by its complaints.
finish() {
  [ "$complaints" -eq 0 ] || say 33 "$complaints complaints, see above"
  exit "\${1:-0}"
}

# ----- What follows from the settings -----

# Images of Go run as root and may have no home at all.
: "\${HOME:=/root}"

REPO_DIR=$("$GIT_CMD" rev-parse --show-toplevel)
BUILD_DIR=$("$GIT_CMD" -C "$progdir" rev-parse --show-prefix)
BUILD_DIR=\${BUILD_DIR%/}
DOCKERFILE=$BUILD_DIR/Dockerfile

# The tags of the Go build are handed over in a file.  It has to be inside the
# context of the build, and git ignores it.
: "\${TAGS_FILE:=build/.docker-go-tags}"

# What is built for: containers run Linux, whatever this machine runs.
: "\${DOCKER_GOOS:=linux}"
: "\${REPO_VERSION:=$("$REPO_DIR/$BUILD_DIR/version")}"

# A tag of docker has neither commas nor slashes in it, and a branch may.
# The tags of the build are at its end, joined by dashes.
if [ -z "\${DOCKER_TAG:-}" ]; then
  DOCKER_TAG=$(echo "$REPO_VERSION" | tr , _ | tr / _)
  for tag in $BUILD_TAGS; do
    DOCKER_TAG=$DOCKER_TAG-$tag
  done
fi

# A stage of the Dockerfile that is not the last one has a name of its own, so
# that nobody takes it for the image.
if [ -z "\${STAGE:-}" ]; then
  IMAGE=$DOCKER_PROJECT:$DOCKER_TAG
else
  IMAGE=$DOCKER_PROJECT:stage-$STAGE-$DOCKER_TAG
fi

# Where it goes: each registry names it otherwise.  Without a tag it is :latest.
HEROKU_IMAGE=registry.heroku.com/$HEROKU_APP/web
GOOGLE_IMAGE=$GCR_HOST/$GCR_PROJECT/$GCR_IMAGE_NAME

# ----- What the scripts share -----

# label_of IMAGE LABEL: what a label of an image says.  The image is fetched
# first, since only one that is here can be asked.
label_of() {
  loudly "$DOCKER_CMD" pull --quiet "$1" >&2
  "$DOCKER_CMD" inspect --format "{{ index .Config.Labels \\"$2\\" }}" "$1"
}

# The names of all arguments that the build takes: those of the Dockerfile, and
# those that every build takes without being asked, which are about proxies:
# <https://docs.docker.com/reference/dockerfile/#predefined-args>
dockerfile_arguments() {
  {
    grep '^ARG ' "$DOCKERFILE" | cut -d ' ' -f 2 | cut -d = -f 1
    for proxy in http https ftp no; do
      echo "\${proxy}_proxy"
      echo "\${proxy}_proxy" | tr '[:lower:]' '[:upper:]'
    done
  } | sort -u
}

# check_tag TAG: ends the script where docker would not take it, before time is
# spent on a build.
check_tag() {
  case $1 in
  '' | [!A-Za-z0-9_]* | *[!A-Za-z0-9_.-]*) give_up "docker takes no such tag: $1" ;;
  esac
  [ "\${#1}" -le 128 ] || give_up "a tag has at most 128 letters, and this has \${#1}: $1"
}

# What the linker writes into the program.
linker_flags() {
  module=$GO_PROJECT_PATH/internal/version
  echo "-X '$module.versionString=$REPO_VERSION' -X '$module.BuildTime=$BUILD_TIMESTAMP'"
}

# The program is left here by the stage that builds it.
program_path() {
  echo "/tmp/$BIN_NAME"
}

# For the log of CI: all that one asks when a build has failed on a machine that
# is gone by then.
describe_machine() {
  date -u
  uname -srm
  id -un
  "$GIT_CMD" --version
  "$GO_CMD" version
  "$DOCKER_CMD" version || complain 'docker does not answer'
  echo "version $REPO_VERSION of $GITHUB_PROJECT"
  "$GO_CMD" list -m all
}

cd "$REPO_DIR"

# As it was before.
for option in e u; do
  case $options_before in
  *"$option"*) ;;
  *) set "+$option" ;;
  esac
done

# vim: set sw=2 :
`
