// Jest needs JavaScript; Node takes the types away and leaves every line where it was.
const {stripTypeScriptTypes} = require('node:module')
module.exports = {process: (source) => ({code: stripTypeScriptTypes(source)})}
