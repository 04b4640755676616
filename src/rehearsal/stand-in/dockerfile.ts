/**
 * build/Dockerfile in dummyapp's form: every image is an ARG, and the one with the data has a stage of its own.
 * @param go the version of Go that builds
 */
export const dockerfile = (
  go: string,
): string => `# The image of dummyapp, in stages: one builds the program, one brings the data,
# the last is what runs.  All that one may want to change is an ARG, and each can
# be given to the build.

# An ARG is forgotten at the next FROM, and has to be named again in each stage
# that uses it.  Its default is remembered, if it was given before the first FROM.
# A FROM itself only knows those.  So every ARG stands here first, with what it
# is by default, and further down by its name alone.
#
# With a single base for all stages a LABEL would carry the values along.  The
# last stage begins from nothing, so there is nothing to carry them.

# The version of Go is the usual thing to change.  To build with an image of your
# own, give BUILDER_IMAGE; give BUILDER_GOLANG_VERSION too, since it is written
# into the labels of the result.
ARG BUILDER_GOLANG_VERSION=${go}
ARG BUILDER_VARIANT=""
ARG BUILDER_IMAGE_BASE="golang"
ARG BUILDER_IMAGE="\${BUILDER_IMAGE_BASE}:\${BUILDER_GOLANG_VERSION}\${BUILDER_VARIANT}"

# What these are for is said where they are used
ARG GO_BUILD_TAGS=""
ARG POETRY_DIR=/poetry
ARG POETRY_IMAGE="philpennock/poetry"
ARG PORT="8080"
ARG RUNTIME_BASE_IMAGE="scratch"

# ========================8< New Stage: Builder >8========================
FROM \${BUILDER_IMAGE} AS builder

# Tags for the Go build.  Outside of Docker they are called BUILD_TAGS, and the
# script that runs in here gets them under that name again; the longer name says
# to whoever inspects the image that they are Go's and not Docker's.
ARG GO_BUILD_TAGS

# The whole repository is the context of the build.
#
# Vendored modules are not in git.  The script outside has put them there before
# it calls docker.

# Paths are whole ones, wherever the base image stands by itself.  Without cgo the
# program is static, and runs where there is nothing else.  What the linker is told
# about the version comes from the module itself.

WORKDIR /src
COPY . .
ENV CGO_ENABLED=0
RUN go build -mod=vendor -tags "\${GO_BUILD_TAGS}" -o /out/dummyapp .

# =====================8< New Stage: Poetry Image >8======================
# COPY takes no ARG as the image that it copies from, so that all images can be
# known before the first is pulled.  FROM does take one.  So this stage has
# nothing but the image with the data, and is what is copied from.

FROM \${POETRY_IMAGE} AS poetry

# ======================8< New Stage: Final Image >8======================

ARG RUNTIME_BASE_IMAGE
FROM \${RUNTIME_BASE_IMAGE}
ARG RUNTIME_BASE_IMAGE
ARG PORT
ARG POETRY_DIR

# What changes least comes first, so that its layer is shared by many images.
# The program is the last.

# Go's standard library looks for certificates there
COPY --from=builder /etc/ssl/certs /etc/ssl/certs

# CMD with a variable in it would need a shell, and there is none in here.  What
# is variable is passed in the environment, below.
#
# Heroku runs CMD by a shell in whichever form it is written.  Only ENTRYPOINT is
# left alone there.
# ENTRYPOINT would be: ["/bin/dummyapp"]
CMD ["/bin/dummyapp"]

# The program
COPY --from=builder /out/dummyapp /bin/dummyapp
# The data
COPY --from=poetry / \${POETRY_DIR}/

# Where containers can have volumes, another collection can be mounted here.
# Heroku has none.
#
# As it follows the COPY, a new volume begins with what was copied.
VOLUME \${POETRY_DIR}

EXPOSE \${PORT}

# The program reads its defaults from these.
ENV PORT=\${PORT}
ENV POETRY_DIR=\${POETRY_DIR}

# Named once more, for the labels.  Labels of one stage become a single layer.
ARG BUILDER_GOLANG_VERSION
ARG BUILDER_VARIANT
ARG BUILDER_IMAGE_BASE
ARG BUILDER_IMAGE
ARG POETRY_IMAGE
ARG GO_BUILD_TAGS
# Only for a label:
ARG APP_VERSION="<unknown>"
#
LABEL org.opencontainers.image.title="dummyapp"
LABEL org.opencontainers.image.version="\${APP_VERSION}"
LABEL org.opencontainers.image.base.name="\${RUNTIME_BASE_IMAGE}"
LABEL com.example.dummyapp.builder="\${BUILDER_IMAGE}"
LABEL com.example.dummyapp.go="\${BUILDER_GOLANG_VERSION}"
LABEL com.example.dummyapp.tags="\${GO_BUILD_TAGS}"
LABEL com.example.dummyapp.port="\${PORT}"
LABEL com.example.dummyapp.poetry="\${POETRY_IMAGE}"
LABEL com.example.dummyapp.volume="\${POETRY_DIR}"
# There is no label with the time of the build: an image has a field for it,
# and some bases are built with the clock at zero on purpose.
#
# The label for the volume is not a copy of VOLUME: that one lists paths, this
# one says what each path is for.
`
