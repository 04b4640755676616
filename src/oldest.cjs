// What npx and npm run, in a syntax that the oldest Node can still read, so that it can say what is wrong with it.
var needed = NODE_NEEDED.split('.').map(Number)
var here = process.versions.node.split('.').map(Number)

if (here[0] > needed[0] || (here[0] === needed[0] && here[1] >= needed[1])) {
  require('./start.js')
} else {
  process.stderr.write(
    'dummyapp-setup needs Node.js ' +
      NODE_NEEDED +
      ' or newer. This is Node.js ' +
      process.versions.node +
      ' (' +
      process.execPath +
      ').\n',
  )
  process.exit(2)
}
